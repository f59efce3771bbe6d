-- Packs that a force tries out on devices before it takes them into use: counted, never kept. `sealed` is the pack's text under the
-- master key; one trial runs at a time.
CREATE TABLE pack_trial (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    begun_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    ended_at BIGINT,
    sealed BYTEA NOT NULL
);
-- What words on trial would have said over a watched stretch.
ALTER TABLE watched ADD COLUMN trial BYTEA;
ALTER TABLE watched ADD COLUMN trial_observed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE watched ADD COLUMN trial_also BIGINT NOT NULL DEFAULT 0;
ALTER TABLE watched ADD COLUMN trial_gone BIGINT NOT NULL DEFAULT 0;
CREATE INDEX watched_by_trial ON watched (trial) WHERE trial IS NOT NULL;
