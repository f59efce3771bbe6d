-- An order, a change of one, or that one ended, as an officer enters it and another checks it. `case_id` is that of the case that it is about
-- or will open: no reference, for there may be no such case yet, though its keys are there. `sealed` is what was typed, `said_sealed` what whoever
-- checked it wrote. What it becomes (a version of the order, an end) bears its number.
CREATE TABLE order_draft (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    revision INTEGER NOT NULL,
    entered_by BLOB NOT NULL REFERENCES officer (id),
    entered_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    -- Whoever is asked to check it, and later did: never who entered it.
    checker BLOB REFERENCES officer (id) CHECK (checker <> entered_by),
    checked_at INTEGER,
    sealed BLOB NOT NULL,
    said_sealed BLOB NOT NULL
) STRICT;
CREATE INDEX order_draft_by_case ON order_draft (case_id, entered_at);
CREATE INDEX order_draft_by_state ON order_draft (state, changed_at);
