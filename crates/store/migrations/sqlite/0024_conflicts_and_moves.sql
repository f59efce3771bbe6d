-- That an officer knows a supervised person or somebody of the household: while `ended_at` is empty the case is barred for that
-- officer. `sealed` is the reason under the case's key, `ended_sealed` the reason for ending it.
CREATE TABLE conflict_of_interest (
    id BLOB NOT NULL PRIMARY KEY,
    officer BLOB NOT NULL REFERENCES officer (id),
    case_id BLOB NOT NULL REFERENCES case_file (id),
    declared_at INTEGER NOT NULL,
    declared_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    ended_at INTEGER,
    ended_by TEXT,
    ended_sealed BLOB
) STRICT;
CREATE UNIQUE INDEX conflict_standing ON conflict_of_interest (officer, case_id) WHERE ended_at IS NULL;
CREATE INDEX conflict_by_case ON conflict_of_interest (case_id);

-- That a case goes from one officer to another, at once or from a day on. `done_at` is when it went; `withdrawn_by` is an officer, or
-- the worker that could not do it when the day came.
CREATE TABLE case_move (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    from_officer BLOB REFERENCES officer (id),
    to_officer BLOB NOT NULL REFERENCES officer (id),
    from_at INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    done_at INTEGER,
    withdrawn_at INTEGER,
    withdrawn_by TEXT
) STRICT;
CREATE INDEX case_move_waiting ON case_move (from_at) WHERE done_at IS NULL AND withdrawn_at IS NULL;
CREATE INDEX case_move_by_case ON case_move (case_id);
