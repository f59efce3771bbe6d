-- What was destroyed, when and under which certificate; the reason in the order's words is sealed in the log's entry.
ALTER TABLE record ADD COLUMN destroyed_at INTEGER;
ALTER TABLE record ADD COLUMN destroyed_why TEXT;
ALTER TABLE record ADD COLUMN certificate BLOB;
ALTER TABLE case_file ADD COLUMN destroyed_at INTEGER;

-- While a row without `until_at` is there, nothing of the case may be destroyed.
CREATE TABLE legal_hold (
    case_id BLOB NOT NULL REFERENCES case_file (id),
    from_at INTEGER NOT NULL,
    until_at INTEGER,
    PRIMARY KEY (case_id, from_at)
) STRICT, WITHOUT ROWID;
