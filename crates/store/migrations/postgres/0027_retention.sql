-- What officers decided about how long a case is kept: keep it until a day, propose to destroy it, hold it, end the hold. Nothing is
-- overwritten; a proposal has its end beside it. `keep_until` is a civil day. `sealed` is the reason, `ended_sealed` that of the end.
CREATE TABLE retention (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    kind TEXT COLLATE "C" NOT NULL,
    keep_until TEXT COLLATE "C",
    why TEXT COLLATE "C",
    decided_at BIGINT NOT NULL,
    decided_by TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    ended_at BIGINT,
    ended_by TEXT COLLATE "C",
    ended_how TEXT COLLATE "C",
    ended_sealed BYTEA
);
CREATE INDEX retention_by_case ON retention (case_id, decided_at);
-- One proposal waits at a time.
CREATE UNIQUE INDEX retention_proposed ON retention (case_id) WHERE kind = 'destroy' AND ended_at IS NULL;
-- Under which reference a hold was begun, for who is refused because of it; no words about the person.
ALTER TABLE legal_hold ADD COLUMN reference TEXT COLLATE "C" NOT NULL DEFAULT '';
