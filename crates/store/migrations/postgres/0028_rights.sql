-- What supervised persons, or others whose data are held, ask of the force under data protection law. `received_on` is a civil day; when an
-- answer is due follows from it. `sealed` is what is asked.
CREATE TABLE rights_request (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    kind TEXT COLLATE "C" NOT NULL,
    received_on TEXT COLLATE "C" NOT NULL,
    due_on TEXT COLLATE "C" NOT NULL,
    entered_at BIGINT NOT NULL,
    entered_by TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX rights_request_by_case ON rights_request (case_id, entered_at);
-- What was done about one, in order; nothing is overwritten. `officer` is a new owner, `due_on` a later day, `sealed` the reason or the reply.
CREATE TABLE rights_act (
    request BYTEA NOT NULL REFERENCES rights_request (id),
    position BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    done_at BIGINT NOT NULL,
    done_by TEXT COLLATE "C" NOT NULL,
    officer BYTEA REFERENCES officer (id),
    due_on TEXT COLLATE "C",
    sealed BYTEA NOT NULL,
    PRIMARY KEY (request, position)
);
