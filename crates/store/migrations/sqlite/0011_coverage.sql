-- When a device says that it wrote a record, once the worker has opened it: no record speaks of time after a later one was written.
ALTER TABLE record ADD COLUMN recorded_at INTEGER;
-- Which sources watched, as words with commas between.
ALTER TABLE watched ADD COLUMN sources TEXT NOT NULL DEFAULT 'health';
-- What a device told of a stretch of time is asked for one device at a time.
CREATE INDEX watched_by_device ON watched (device, until_at);
CREATE INDEX gap_by_device ON gap (device, from_at);
