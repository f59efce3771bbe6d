-- Who at the force's OpenID Connect provider is which officer, as an administrator linked them: by a hash of issuer, claim and value.
CREATE TABLE officer_subject (
    subject_hash BLOB NOT NULL PRIMARY KEY,
    officer BLOB NOT NULL REFERENCES officer (id),
    linked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX officer_subject_by_officer ON officer_subject (officer);

-- Digital specialists and disclosure officers see the cases that they were let into, for a while. `sealed` is the reason under the case's
-- key.
CREATE TABLE case_guest (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    officer BLOB NOT NULL REFERENCES officer (id),
    until_at INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX case_guest_by_officer ON case_guest (officer, until_at);
CREATE INDEX case_guest_by_case ON case_guest (case_id);
