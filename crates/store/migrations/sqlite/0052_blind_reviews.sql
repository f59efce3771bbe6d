-- Decisions that came back to be looked at by an officer who was not told what was decided. `outcome` is what that officer came to, or nothing
-- where they asked to see the decision instead; `sealed` is why.
CREATE TABLE blind_review (
    decision BLOB NOT NULL PRIMARY KEY REFERENCES decision (id),
    alert BLOB NOT NULL REFERENCES alert (id),
    case_id BLOB NOT NULL REFERENCES case_file (id),
    officer BLOB NOT NULL REFERENCES officer (id),
    outcome TEXT,
    reviewed_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX blind_review_by_case ON blind_review (case_id, reviewed_at);
-- Decisions on a caseload in a stretch of time.
CREATE INDEX decision_by_case ON decision (case_id, decided_at);
