-- An order, a change of one, or that one ended, as an officer enters it and another checks it. `case_id` is that of the case that it is about
-- or will open: no reference, for there may be no such case yet, though its keys are there. `sealed` is what was typed, `said_sealed` what whoever
-- checked it wrote. What it becomes (a version of the order, an end) bears its number.
CREATE TABLE order_draft (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    entered_by BYTEA NOT NULL REFERENCES officer (id),
    entered_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- Whoever is asked to check it, and later did: never who entered it.
    checker BYTEA REFERENCES officer (id) CHECK (checker <> entered_by),
    checked_at BIGINT,
    sealed BYTEA NOT NULL,
    said_sealed BYTEA NOT NULL
);
CREATE INDEX order_draft_by_case ON order_draft (case_id, entered_at);
CREATE INDEX order_draft_by_state ON order_draft (state, changed_at);
