-- That an officer knows a supervised person or somebody of the household: while `ended_at` is empty the case is barred for that
-- officer. `sealed` is the reason under the case's key, `ended_sealed` the reason for ending it.
CREATE TABLE conflict_of_interest (
    id BYTEA NOT NULL PRIMARY KEY,
    officer BYTEA NOT NULL REFERENCES officer (id),
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    declared_at BIGINT NOT NULL,
    declared_by TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    ended_at BIGINT,
    ended_by TEXT COLLATE "C",
    ended_sealed BYTEA
);
CREATE UNIQUE INDEX conflict_standing ON conflict_of_interest (officer, case_id) WHERE ended_at IS NULL;
CREATE INDEX conflict_by_case ON conflict_of_interest (case_id);

-- That a case goes from one officer to another, at once or from a day on. `done_at` is when it went; `withdrawn_by` is an officer, or
-- the worker that could not do it when the day came.
CREATE TABLE case_move (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    from_officer BYTEA REFERENCES officer (id),
    to_officer BYTEA NOT NULL REFERENCES officer (id),
    from_at BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    done_at BIGINT,
    withdrawn_at BIGINT,
    withdrawn_by TEXT COLLATE "C"
);
CREATE INDEX case_move_waiting ON case_move (from_at) WHERE done_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX case_move_by_case ON case_move (case_id);
