-- What is known about an order only after a device observed something under it. Days are civil, as text (2026-03-03), in
-- the order's own time zone.

-- The first day on which a version of the order applies; NULL for the first one.
ALTER TABLE order_version ADD COLUMN applies_from TEXT;

-- An order, or one paragraph of it, that does not run on some days.
CREATE TABLE order_end (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,
    paragraph TEXT,
    from_on TEXT NOT NULL,
    until_on TEXT,
    entered_at INTEGER NOT NULL,
    entered_by TEXT NOT NULL,
    withdrawn_at INTEGER,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX order_end_by_case ON order_end (case_id, entered_at);

-- Findings that the order as known now does not cover, counted by paragraph of a record; nothing of their content is kept.
CREATE TABLE quarantine (
    record BLOB NOT NULL,
    paragraph TEXT NOT NULL,
    case_id BLOB NOT NULL,
    device BLOB NOT NULL,
    cause TEXT NOT NULL,
    order_end BLOB REFERENCES order_end (id),
    findings INTEGER NOT NULL,
    observed_at INTEGER NOT NULL,
    held_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    reviewed_at INTEGER,
    PRIMARY KEY (record, paragraph)
) STRICT, WITHOUT ROWID;
CREATE INDEX quarantine_by_case ON quarantine (case_id, state);

-- Findings that an officer could see before it was known that the order does not cover them.
ALTER TABLE finding ADD COLUMN outside TEXT;
ALTER TABLE finding ADD COLUMN outside_end BLOB;
ALTER TABLE alert ADD COLUMN outside INTEGER NOT NULL DEFAULT 0;
