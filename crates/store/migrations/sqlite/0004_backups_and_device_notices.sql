-- Backups of this database that were checked, and how far each holds the record of a device.
CREATE TABLE backup_checked (
    id BLOB NOT NULL PRIMARY KEY,
    made_at INTEGER NOT NULL,
    checked_at INTEGER NOT NULL
) STRICT;
CREATE TABLE backup_position (
    backup BLOB NOT NULL REFERENCES backup_checked (id),
    device BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (backup, device, epoch)
) STRICT, WITHOUT ROWID;

-- This database was put back from a backup.
CREATE TABLE restored (
    id BLOB NOT NULL PRIMARY KEY,
    backup BLOB NOT NULL,
    backup_made_at INTEGER NOT NULL,
    restored_at INTEGER NOT NULL
) STRICT;

-- Policies that a device brought back, because they were signed after the backup from which this database was restored.
-- Apart from `policy`, whose serials this server gave itself: after a restore two policies may have one serial.
CREATE TABLE policy_returned (
    hash BLOB NOT NULL PRIMARY KEY,
    device BLOB NOT NULL REFERENCES device (id),
    serial INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    engine_semantics INTEGER NOT NULL,
    signature BLOB NOT NULL,
    sealed BLOB NOT NULL,
    returned_at INTEGER NOT NULL
) STRICT;
CREATE VIEW every_policy AS
    SELECT hash, device, serial, issued_at, expires_at, engine_semantics, signature, sealed FROM policy
    UNION ALL
    SELECT hash, device, serial, issued_at, expires_at, engine_semantics, signature, sealed FROM policy_returned;

-- Something about a device, not about a person, that an officer should know. `mark` tells one event from the next of its
-- kind; `sealed` is the officer's reason.
CREATE TABLE device_notice (
    id BLOB NOT NULL PRIMARY KEY,
    device BLOB NOT NULL REFERENCES device (id),
    case_id BLOB NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    epoch INTEGER,
    seq INTEGER,
    mark BLOB NOT NULL,
    state TEXT NOT NULL,
    seen_at INTEGER,
    officer BLOB REFERENCES officer (id),
    sealed BLOB,
    UNIQUE (device, kind, mark)
) STRICT;
CREATE INDEX device_notice_by_case ON device_notice (case_id, at);

-- Runs of a device's agent, each with a random name, and a keyed hash of the machine it ran on.
CREATE TABLE device_run (
    device BLOB NOT NULL REFERENCES device (id),
    run BLOB NOT NULL,
    machine BLOB,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (device, run)
) STRICT, WITHOUT ROWID;

-- What the worker found in a record that is kept apart from its chain.
ALTER TABLE fork ADD COLUMN kind TEXT;
ALTER TABLE fork ADD COLUMN replay TEXT;
