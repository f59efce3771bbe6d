-- What officers do with an alert before they decide on it: which row of the inbox it stands in by their hand, whose it is, and until when it
-- rests, as many findings as it had then. A row that rests comes back at that time, or when it has more.
ALTER TABLE alert ADD COLUMN thread BLOB;
ALTER TABLE alert ADD COLUMN owner BLOB REFERENCES officer (id);
ALTER TABLE alert ADD COLUMN owned_at INTEGER;
ALTER TABLE alert ADD COLUMN rests_until INTEGER;
ALTER TABLE alert ADD COLUMN rests_findings INTEGER;
ALTER TABLE alert ADD COLUMN rests_from INTEGER;
ALTER TABLE alert ADD COLUMN rests_by BLOB REFERENCES officer (id);
ALTER TABLE alert ADD COLUMN rests_sealed BLOB;

-- What was decided lately, for what comes back.
CREATE INDEX alert_decided_by_case ON alert (case_id, decided_at) WHERE decided_at IS NOT NULL;
