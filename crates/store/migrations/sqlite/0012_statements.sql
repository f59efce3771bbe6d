-- What supervised persons wrote on their devices' pages; the words are sealed.
CREATE TABLE statement (
    record BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL,
    device BLOB NOT NULL,
    written_at INTEGER NOT NULL,
    -- The time that it is about, or when it was written.
    about_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX statement_by_case ON statement (case_id, about_at);
