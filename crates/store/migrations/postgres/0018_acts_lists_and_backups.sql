-- The rest of the schema of version 18; the file before says how it is kept.

-- Sizes of the log whose signed checkpoint somebody was given, in a bundle or as a witness: later bundles prove that they
-- continue those. The latest time counts.
CREATE TABLE checkpoint_given (
    size BIGINT NOT NULL PRIMARY KEY,
    given_at BIGINT NOT NULL
);
CREATE INDEX checkpoint_given_by_time ON checkpoint_given (given_at, size);

-- What is known about an order only after a device observed something under it. Days are civil, as text (2026-03-03), in
-- the order's own time zone.

-- An order, or one paragraph of it, that does not run on some days.
CREATE TABLE order_end (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    kind TEXT COLLATE "C" NOT NULL,
    paragraph TEXT COLLATE "C",
    from_on TEXT COLLATE "C" NOT NULL,
    until_on TEXT COLLATE "C",
    entered_at BIGINT NOT NULL,
    entered_by TEXT COLLATE "C" NOT NULL,
    withdrawn_at BIGINT,
    sealed BYTEA NOT NULL
);
CREATE INDEX order_end_by_case ON order_end (case_id, entered_at);

-- Findings that the order as known now does not cover, counted by paragraph of a record; nothing of their content is kept.
CREATE TABLE quarantine (
    record BYTEA NOT NULL,
    paragraph TEXT COLLATE "C" NOT NULL,
    case_id BYTEA NOT NULL,
    device BYTEA NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    order_end BYTEA REFERENCES order_end (id),
    findings BIGINT NOT NULL,
    observed_at BIGINT NOT NULL,
    held_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    reviewed_at BIGINT,
    PRIMARY KEY (record, paragraph)
);
CREATE INDEX quarantine_by_case ON quarantine (case_id, state);

-- Backups of this database that were checked, and how far each holds the record of a device.
CREATE TABLE backup_checked (
    id BYTEA NOT NULL PRIMARY KEY,
    made_at BIGINT NOT NULL,
    checked_at BIGINT NOT NULL
);
CREATE TABLE backup_position (
    backup BYTEA NOT NULL REFERENCES backup_checked (id),
    device BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (backup, device, epoch)
);

-- This database was put back from a backup.
CREATE TABLE restored (
    id BYTEA NOT NULL PRIMARY KEY,
    backup BYTEA NOT NULL,
    backup_made_at BIGINT NOT NULL,
    restored_at BIGINT NOT NULL
);

-- Policies that a device brought back, because they were signed after the backup from which this database was restored.
-- Apart from `policy`, whose serials this server gave itself: after a restore two policies may have one serial.
CREATE TABLE policy_returned (
    hash BYTEA NOT NULL PRIMARY KEY,
    device BYTEA NOT NULL REFERENCES device (id),
    serial BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    engine_semantics BIGINT NOT NULL,
    signature BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    returned_at BIGINT NOT NULL
);
CREATE VIEW every_policy AS
    SELECT hash, device, serial, issued_at, expires_at, engine_semantics, signature, sealed FROM policy
    UNION ALL
    SELECT hash, device, serial, issued_at, expires_at, engine_semantics, signature, sealed FROM policy_returned;

-- Something about a device, not about a person, that an officer should know. `mark` tells one event from the next of its
-- kind; `sealed` is the officer's reason.
CREATE TABLE device_notice (
    id BYTEA NOT NULL PRIMARY KEY,
    device BYTEA NOT NULL REFERENCES device (id),
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    kind TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    epoch BIGINT,
    seq BIGINT,
    mark BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    seen_at BIGINT,
    officer BYTEA REFERENCES officer (id),
    sealed BYTEA,
    UNIQUE (device, kind, mark)
);
CREATE INDEX device_notice_by_case ON device_notice (case_id, at);

-- Runs of a device's agent, each with a random name, and a keyed hash of the machine it ran on.
CREATE TABLE device_run (
    device BYTEA NOT NULL REFERENCES device (id),
    run BYTEA NOT NULL,
    machine BYTEA,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (device, run)
);

-- While a row without `until_at` is there, nothing of the case may be destroyed.
CREATE TABLE legal_hold (
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    PRIMARY KEY (case_id, from_at)
);

-- A force's own lists of words. The text of a pack is sealed under the master key; the signature is the pack key's over that text.
CREATE TABLE pack (
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    terms BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    imported_at BIGINT NOT NULL,
    retired_at BIGINT,
    signature BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (name, version)
);

-- One version of a pack is in use, or none.
CREATE UNIQUE INDEX pack_in_use ON pack (name) WHERE retired_at IS NULL;

-- A force's own lists of sites. Their bytes lie in the blob folder, sealed in parts under the master key: they are large, never
-- change, and a device fetches them part by part. What the force says of a list is sealed here, with the pack key's signature.
CREATE TABLE site_list (
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    entries BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    imported_at BIGINT NOT NULL,
    retired_at BIGINT,
    signature BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (name, version)
);

-- One version of a list is in use, or none.
CREATE UNIQUE INDEX site_list_in_use ON site_list (name) WHERE retired_at IS NULL;

-- Sets of hashes of known pictures. The indexed file lies in the blob folder under its SHA-256 and never changes; what the force
-- says of a set is sealed here, with the pack key's signature, and so is the key that devices' questions are made with.
CREATE TABLE hash_set (
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    imported_at BIGINT NOT NULL,
    retired_at BIGINT,
    signature BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    sealed_key BYTEA NOT NULL,
    PRIMARY KEY (name, version)
);

-- One version of a set is in use, or none.
CREATE UNIQUE INDEX hash_set_in_use ON hash_set (name) WHERE retired_at IS NULL;

-- How often pictures were unveiled, by whom and since when, is asked on every page that shows one.
CREATE INDEX audit_by_act ON audit (act, opened_at);

-- What a device told of a stretch of time is asked for one device at a time.
CREATE INDEX watched_by_device ON watched (device, until_at);
CREATE INDEX gap_by_device ON gap (device, from_at);

-- What supervised persons wrote on their devices' pages; the words are sealed.
CREATE TABLE statement (
    record BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL,
    device BYTEA NOT NULL,
    written_at BIGINT NOT NULL,
    -- The time that it is about, or when it was written.
    about_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX statement_by_case ON statement (case_id, about_at);

-- What happened to a device, or to its person, that explains why nothing was watched: custody, hospital, a sale. Nothing is
-- changed here: a correction is another version, and the last one stands. One act about a person has a row for each device.
-- `sealed` is the reason.
CREATE TABLE device_act (
    id BYTEA NOT NULL,
    version BIGINT NOT NULL,
    device BYTEA NOT NULL REFERENCES device (id),
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    kind TEXT COLLATE "C" NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    withdrawn BIGINT NOT NULL,
    entered_at BIGINT NOT NULL,
    entered_by TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (id, device, version)
);
CREATE INDEX device_act_by_device ON device_act (device, entered_at);
CREATE INDEX device_act_by_case ON device_act (case_id);

-- Contacts of a person that are never captured: a lawyer's site, a doctor's address. Entered by somebody who is not in charge of
-- the case. `sealed` is the contact with the reason for entering it, `ended_sealed` the reason for taking it off.
CREATE TABLE shield (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    entered_at BIGINT NOT NULL,
    entered_by TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    ended_at BIGINT,
    ended_by TEXT COLLATE "C",
    ended_sealed BYTEA
);
CREATE INDEX shield_by_case ON shield (case_id, entered_at);

-- That another adult may use a device for a while without being watched. `code_hash` is of the one-time code with which that adult
-- sets a PIN at the device. `sealed` is the name with the reason, `withdrawn_sealed` the reason for withdrawing.
CREATE TABLE other_adult (
    id BYTEA NOT NULL PRIMARY KEY,
    device BYTEA NOT NULL REFERENCES device (id),
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    minutes_max BIGINT NOT NULL,
    sessions_per_day_max BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    code_hash BYTEA NOT NULL,
    code_until_at BIGINT NOT NULL,
    approved_at BIGINT NOT NULL,
    approved_by TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    withdrawn_at BIGINT,
    withdrawn_by TEXT COLLATE "C",
    withdrawn_sealed BYTEA
);
CREATE INDEX other_adult_by_case ON other_adult (case_id, approved_at);
-- What devices told of such use: sessions with counts of input, PINs set, wrong PINs.
CREATE TABLE other_adult_told (
    record BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL,
    device BYTEA NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX other_adult_told_by_device ON other_adult_told (device, from_at);

-- Records that may be privileged, such as correspondence with a lawyer: nothing of them is put before an officer of the case until an
-- independent reviewer has decided. `paragraphs` are those under which something was found, with line feeds between. `sealed` is the
-- reviewer's reason and, where only a part is released, which part is not; it is empty until somebody has decided.
CREATE TABLE privilege (
    record BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL,
    device BYTEA NOT NULL,
    paragraphs TEXT COLLATE "C" NOT NULL,
    findings BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    observed_at BIGINT NOT NULL,
    held_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    decided_at BIGINT,
    decided_by TEXT COLLATE "C",
    sealed BYTEA NOT NULL
);
CREATE INDEX privilege_by_case ON privilege (case_id, state);

-- Links to a supervised person's own page. Neither the secret in the address nor the code is kept: their hashes are. `visit_hash` is
-- that of the cookie of the visit under way, one at a time.
CREATE TABLE personal_link (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    token_hash BYTEA NOT NULL UNIQUE,
    code_hash BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    tries_left BIGINT NOT NULL,
    opened_at BIGINT,
    opened BIGINT NOT NULL DEFAULT 0,
    visit_hash BYTEA UNIQUE,
    visit_until BIGINT,
    ended_at BIGINT,
    ended_by TEXT COLLATE "C"
);
CREATE INDEX personal_link_by_case ON personal_link (case_id, made_at);
