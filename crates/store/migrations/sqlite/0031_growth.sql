-- What pages ask for costs the same however long the history is: lists of what is open, of what is newest, of what touches a stretch of time.

-- Open alerts of a case; those that were decided are nearly all.
CREATE INDEX alert_undecided ON alert (case_id, last_at) WHERE state <> 'decided';

-- The newest findings of an alert, without looking at all of them.
ALTER TABLE alert_finding ADD COLUMN observed_at INTEGER NOT NULL DEFAULT 0;
UPDATE alert_finding SET observed_at = coalesce((SELECT f.observed_at FROM finding f
    WHERE f.record = alert_finding.record AND f.position = alert_finding.position), 0);
CREATE INDEX alert_finding_newest ON alert_finding (alert, observed_at DESC, record, position);

-- What touches a stretch of time ends after its beginning: what ended before is passed over.
DROP INDEX gap_by_case;
DROP INDEX gap_by_device;
DROP INDEX watched_by_case;
CREATE INDEX gap_by_case ON gap (case_id, until_at);
CREATE INDEX gap_by_device ON gap (device, until_at);
CREATE INDEX watched_by_case ON watched (case_id, until_at);
