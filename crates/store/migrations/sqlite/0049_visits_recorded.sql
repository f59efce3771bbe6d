-- Visits as officers record them, and what was agreed at each. `was_seen` is 0 where nobody was met. What was said and seen is in `sealed`.
CREATE TABLE visit_note (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    visited_at INTEGER NOT NULL,
    was_seen INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    entered_by TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX visit_note_by_case ON visit_note (case_id, visited_at);

-- What was agreed is open until a later record of a visit says that it was done or needs doing no more (`settled_in`).
CREATE TABLE visit_action (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    note BLOB NOT NULL REFERENCES visit_note (id),
    due_on TEXT,
    settled_at INTEGER,
    settled_in BLOB REFERENCES visit_note (id),
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX visit_action_by_case ON visit_action (case_id, settled_at);
