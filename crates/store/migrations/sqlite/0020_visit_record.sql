-- Records of visits that were filed, by the hash of their signed text. `device` is absent for one that is not enrolled. `sealed` is the
-- record with its pass, `files` the page that was talked through and the log of what was touched, sealed too.
CREATE TABLE visit_record (
    hash BLOB NOT NULL PRIMARY KEY,
    visit BLOB NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    device BLOB REFERENCES device (id),
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    filed_at INTEGER NOT NULL,
    filed_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    files BLOB NOT NULL
) STRICT;
CREATE INDEX visit_record_by_case ON visit_record (case_id, started_at);
