-- Who stands in for whom, from when until when. `is_away` says that the one covered is told of nothing meanwhile.
CREATE TABLE cover (
    id BYTEA NOT NULL PRIMARY KEY,
    officer BYTEA NOT NULL REFERENCES officer (id),
    covered_by BYTEA NOT NULL REFERENCES officer (id),
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    is_away BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    ended_at BIGINT
);
CREATE INDEX cover_by_time ON cover (until_at);
