-- What happened to a device, or to its person, that explains why nothing was watched: custody, hospital, a sale. Nothing is
-- changed here: a correction is another version, and the last one stands. One act about a person has a row for each device.
-- `sealed` is the reason.
CREATE TABLE device_act (
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    device BLOB NOT NULL REFERENCES device (id),
    case_id BLOB NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER,
    withdrawn INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    entered_by TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (id, device, version)
) STRICT;
CREATE INDEX device_act_by_device ON device_act (device, entered_at);
CREATE INDEX device_act_by_case ON device_act (case_id);
