-- Records of visits that were filed, by the hash of their signed text. `device` is absent for one that is not enrolled. `sealed` is the
-- record with its pass, `files` the page that was talked through and the log of what was touched, sealed too.
CREATE TABLE visit_record (
    hash BYTEA NOT NULL PRIMARY KEY,
    visit BYTEA NOT NULL,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    device BYTEA REFERENCES device (id),
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    filed_at BIGINT NOT NULL,
    filed_by TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    files BYTEA NOT NULL
);
CREATE INDEX visit_record_by_case ON visit_record (case_id, started_at);
