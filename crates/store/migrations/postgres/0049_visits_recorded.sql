-- Visits as officers record them, and what was agreed at each. `was_seen` is 0 where nobody was met. What was said and seen is in `sealed`.
CREATE TABLE visit_note (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    visited_at BIGINT NOT NULL,
    was_seen BIGINT NOT NULL,
    entered_at BIGINT NOT NULL,
    entered_by TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX visit_note_by_case ON visit_note (case_id, visited_at);

-- What was agreed is open until a later record of a visit says that it was done or needs doing no more (`settled_in`).
CREATE TABLE visit_action (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    note BYTEA NOT NULL REFERENCES visit_note (id),
    due_on TEXT COLLATE "C",
    settled_at BIGINT,
    settled_in BYTEA REFERENCES visit_note (id),
    sealed BYTEA NOT NULL
);
CREATE INDEX visit_action_by_case ON visit_action (case_id, settled_at);
