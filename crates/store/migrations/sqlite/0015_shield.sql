-- Contacts of a person that are never captured: a lawyer's site, a doctor's address. Entered by somebody who is not in charge of
-- the case. `sealed` is the contact with the reason for entering it, `ended_sealed` the reason for taking it off.
CREATE TABLE shield (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    entered_at INTEGER NOT NULL,
    entered_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    ended_at INTEGER,
    ended_by TEXT,
    ended_sealed BLOB
) STRICT;
CREATE INDEX shield_by_case ON shield (case_id, entered_at);
