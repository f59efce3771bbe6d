-- What supervised persons, or others whose data are held, ask of the force under data protection law. `received_on` is a civil day; when an
-- answer is due follows from it. `sealed` is what is asked.
CREATE TABLE rights_request (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,
    received_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    entered_at INTEGER NOT NULL,
    entered_by TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX rights_request_by_case ON rights_request (case_id, entered_at);
-- What was done about one, in order; nothing is overwritten. `officer` is a new owner, `due_on` a later day, `sealed` the reason or the reply.
CREATE TABLE rights_act (
    request BLOB NOT NULL REFERENCES rights_request (id),
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    done_at INTEGER NOT NULL,
    done_by TEXT NOT NULL,
    officer BLOB REFERENCES officer (id),
    due_on TEXT,
    sealed BLOB NOT NULL,
    PRIMARY KEY (request, position)
) STRICT;
