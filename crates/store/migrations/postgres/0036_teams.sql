-- Teams of officers. `team_member` says who was in which, and who supervised it, from when and until when: rows are ended, never
-- removed, so that it stays known who could see which case at a time.
CREATE TABLE team (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    ended_at BIGINT,
    ended_by TEXT COLLATE "C"
);
CREATE UNIQUE INDEX team_standing ON team (name) WHERE ended_at IS NULL;

CREATE TABLE team_member (
    id BYTEA NOT NULL PRIMARY KEY,
    team BYTEA NOT NULL REFERENCES team (id),
    officer BYTEA NOT NULL REFERENCES officer (id),
    part TEXT COLLATE "C" NOT NULL,
    from_at BIGINT NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    ended_at BIGINT,
    ended_by TEXT COLLATE "C"
);
CREATE UNIQUE INDEX team_member_standing ON team_member (officer) WHERE ended_at IS NULL AND part = 'member';
CREATE UNIQUE INDEX team_part_standing ON team_member (team, officer, part) WHERE ended_at IS NULL;
CREATE INDEX team_member_by_officer ON team_member (officer, part);
CREATE INDEX team_member_by_team ON team_member (team, part);
