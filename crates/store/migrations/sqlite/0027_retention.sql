-- What officers decided about how long a case is kept: keep it until a day, propose to destroy it, hold it, end the hold. Nothing is
-- overwritten; a proposal has its end beside it. `keep_until` is a civil day. `sealed` is the reason, `ended_sealed` that of the end.
CREATE TABLE retention (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,
    keep_until TEXT,
    why TEXT,
    decided_at INTEGER NOT NULL,
    decided_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    ended_at INTEGER,
    ended_by TEXT,
    ended_how TEXT,
    ended_sealed BLOB
) STRICT;
CREATE INDEX retention_by_case ON retention (case_id, decided_at);
-- One proposal waits at a time.
CREATE UNIQUE INDEX retention_proposed ON retention (case_id) WHERE kind = 'destroy' AND ended_at IS NULL;
-- Under which reference a hold was begun, for who is refused because of it; no words about the person.
ALTER TABLE legal_hold ADD COLUMN reference TEXT NOT NULL DEFAULT '';
