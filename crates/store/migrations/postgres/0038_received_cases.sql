-- Files with which other forces handed over cases, by the hash of what the force signed. Clear are ids, times and sizes; `sealed` is the
-- signed text and the key that opens the records of the file. What was handed over lies among the blobs, sealed under this case.
CREATE TABLE received_case (
    statement BYTEA NOT NULL PRIMARY KEY,
    transfer BYTEA NOT NULL,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    from_force BYTEA NOT NULL,
    from_case BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    received_by TEXT COLLATE "C" NOT NULL,
    facts_bytes BIGINT NOT NULL,
    bundle_bytes BIGINT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX received_case_by_case ON received_case (case_id, received_at);
CREATE INDEX received_case_by_origin ON received_case (from_force, from_case);
