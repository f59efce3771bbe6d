-- Records that may be privileged, such as correspondence with a lawyer: nothing of them is put before an officer of the case until an
-- independent reviewer has decided. `paragraphs` are those under which something was found, with line feeds between. `sealed` is the
-- reviewer's reason and, where only a part is released, which part is not; it is empty until somebody has decided.
CREATE TABLE privilege (
    record BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL,
    device BLOB NOT NULL,
    paragraphs TEXT NOT NULL,
    findings INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    observed_at INTEGER NOT NULL,
    held_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    decided_at INTEGER,
    decided_by TEXT,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX privilege_by_case ON privilege (case_id, state);
