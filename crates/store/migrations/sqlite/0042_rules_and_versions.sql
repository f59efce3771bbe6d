-- On which version of which pack a finding rests, so that what officers decided can be counted by it; unknown of findings from before.
ALTER TABLE finding ADD COLUMN pack TEXT;
ALTER TABLE finding ADD COLUMN pack_version TEXT;

-- Decisions of a stretch of time.
CREATE INDEX decision_by_time ON decision (decided_at);
