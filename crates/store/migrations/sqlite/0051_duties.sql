-- What a person must notify. A correction is another version, and nothing is overwritten; the last one stands. Days are civil days of the
-- order's time zone. What it is about, and the officer's note, are in `sealed`.
CREATE TABLE duty (
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,
    due_on TEXT,
    notified_on TEXT,
    checked_on TEXT,
    withdrawn INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    entered_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (id, version)
) STRICT;
CREATE INDEX duty_by_case ON duty (case_id, entered_at);
