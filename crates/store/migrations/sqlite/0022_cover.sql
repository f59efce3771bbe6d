-- Who stands in for whom, from when until when. `is_away` says that the one covered is told of nothing meanwhile.
CREATE TABLE cover (
    id BLOB NOT NULL PRIMARY KEY,
    officer BLOB NOT NULL REFERENCES officer (id),
    covered_by BLOB NOT NULL REFERENCES officer (id),
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    is_away INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX cover_by_time ON cover (until_at);
