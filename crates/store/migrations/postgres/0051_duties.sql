-- What a person must notify. A correction is another version, and nothing is overwritten; the last one stands. Days are civil days of the
-- order's time zone. What it is about, and the officer's note, are in `sealed`.
CREATE TABLE duty (
    id BYTEA NOT NULL,
    version BIGINT NOT NULL,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    kind TEXT COLLATE "C" NOT NULL,
    due_on TEXT COLLATE "C",
    notified_on TEXT COLLATE "C",
    checked_on TEXT COLLATE "C",
    withdrawn BIGINT NOT NULL,
    entered_at BIGINT NOT NULL,
    entered_by TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE INDEX duty_by_case ON duty (case_id, entered_at);
