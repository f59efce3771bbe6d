-- Teams of officers. `team_member` says who was in which, and who supervised it, from when and until when: rows are ended, never
-- removed, so that it stays known who could see which case at a time.
CREATE TABLE team (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    ended_at INTEGER,
    ended_by TEXT
) STRICT;
CREATE UNIQUE INDEX team_standing ON team (name) WHERE ended_at IS NULL;

CREATE TABLE team_member (
    id BLOB NOT NULL PRIMARY KEY,
    team BLOB NOT NULL REFERENCES team (id),
    officer BLOB NOT NULL REFERENCES officer (id),
    part TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    ended_at INTEGER,
    ended_by TEXT
) STRICT;
CREATE UNIQUE INDEX team_member_standing ON team_member (officer) WHERE ended_at IS NULL AND part = 'member';
CREATE UNIQUE INDEX team_part_standing ON team_member (team, officer, part) WHERE ended_at IS NULL;
CREATE INDEX team_member_by_officer ON team_member (officer, part);
CREATE INDEX team_member_by_team ON team_member (team, part);
