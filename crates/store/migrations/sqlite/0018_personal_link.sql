-- Links to a supervised person's own page. Neither the secret in the address nor the code is kept: their hashes are. `visit_hash` is
-- that of the cookie of the visit under way, one at a time.
CREATE TABLE personal_link (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    token_hash BLOB NOT NULL UNIQUE,
    code_hash BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    tries_left INTEGER NOT NULL,
    opened_at INTEGER,
    opened INTEGER NOT NULL DEFAULT 0,
    visit_hash BLOB UNIQUE,
    visit_until INTEGER,
    ended_at INTEGER,
    ended_by TEXT
) STRICT;
CREATE INDEX personal_link_by_case ON personal_link (case_id, made_at);
