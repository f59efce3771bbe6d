-- Which version of the agent a device told last, and when it first told it, in microseconds since 1970. Nothing before the first ping.
ALTER TABLE device ADD COLUMN agent_version TEXT NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN agent_version_at INTEGER NOT NULL DEFAULT 0;
