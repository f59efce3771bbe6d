-- Files with which other forces handed over cases, by the hash of what the force signed. Clear are ids, times and sizes; `sealed` is the
-- signed text and the key that opens the records of the file. What was handed over lies among the blobs, sealed under this case.
CREATE TABLE received_case (
    statement BLOB NOT NULL PRIMARY KEY,
    transfer BLOB NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    from_force BLOB NOT NULL,
    from_case BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    received_by TEXT NOT NULL,
    facts_bytes INTEGER NOT NULL,
    bundle_bytes INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX received_case_by_case ON received_case (case_id, received_at);
CREATE INDEX received_case_by_origin ON received_case (from_force, from_case);
