-- Packs that a force tries out on devices before it takes them into use: counted, never kept. `sealed` is the pack's text under the
-- master key; one trial runs at a time.
CREATE TABLE pack_trial (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    ended_at INTEGER,
    sealed BLOB NOT NULL
) STRICT;
-- What words on trial would have said over a watched stretch.
ALTER TABLE watched ADD COLUMN trial BLOB;
ALTER TABLE watched ADD COLUMN trial_observed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE watched ADD COLUMN trial_also INTEGER NOT NULL DEFAULT 0;
ALTER TABLE watched ADD COLUMN trial_gone INTEGER NOT NULL DEFAULT 0;
CREATE INDEX watched_by_trial ON watched (trial) WHERE trial IS NOT NULL;
