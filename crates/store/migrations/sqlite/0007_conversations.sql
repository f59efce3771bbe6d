-- One conversation is one alert that grows. `conversation` is a hash with a secret of the case: alone it tells nothing.
ALTER TABLE alert ADD COLUMN conversation BLOB;
-- The alert on the same conversation that was decided on before this one was raised.
ALTER TABLE alert ADD COLUMN earlier BLOB REFERENCES alert (id);
-- When an officer last looked, and the time before: what came between is shown as new.
ALTER TABLE alert ADD COLUMN looked_at INTEGER;
ALTER TABLE alert ADD COLUMN looked_before INTEGER;
DROP INDEX alert_to_join;
CREATE UNIQUE INDEX alert_to_join ON alert (device, paragraph, rule) WHERE state <> 'decided' AND conversation IS NULL;
CREATE UNIQUE INDEX alert_to_grow ON alert (case_id, paragraph, conversation)
    WHERE state <> 'decided' AND conversation IS NOT NULL;
-- Whether anybody was told of an alert since it was looked at is asked for each finding.
CREATE INDEX notification_by_alert ON notification (alert);
