-- The schema of the SQLite store at its version 18, whose number this file has: from here on each engine has a migration of the
-- same number, and a test compares tables and columns. Text is ordered by its bytes (COLLATE "C"), as SQLite orders it; so no
-- change of the system's languages reorders an index.
--
-- Clear columns are ids, kinds, states, times, sequence numbers and hashes. Every other value is a BYTEA named `sealed`,
-- sealed by the server under the case's data key before it comes here. Instants are microseconds since 1970 in UTC.

CREATE TABLE force_setting (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

CREATE TABLE officer (
    id BYTEA NOT NULL PRIMARY KEY,
    username TEXT COLLATE "C" NOT NULL UNIQUE,
    display_name TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    officer BYTEA NOT NULL REFERENCES officer (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE case_file (
    id BYTEA NOT NULL PRIMARY KEY,
    state TEXT COLLATE "C" NOT NULL,
    case_key BYTEA NOT NULL,
    officer BYTEA REFERENCES officer (id),
    created_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    destroyed_at BIGINT
);

CREATE TABLE order_version (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    version BIGINT NOT NULL,
    entered_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    -- The first day on which a version of the order applies; NULL for the first one.
    applies_from TEXT COLLATE "C",
    UNIQUE (case_id, version)
);

CREATE TABLE enrolment_code (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE enrolment_try (
    address_hash BYTEA NOT NULL,
    tried_at BIGINT NOT NULL
);
CREATE INDEX enrolment_try_by_address ON enrolment_try (address_hash, tried_at);

CREATE TABLE device (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    record_key BYTEA NOT NULL,
    certificate_sha256 BYTEA NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    enrolled_at BIGINT NOT NULL,
    revoked_at BIGINT,
    seen_at BIGINT NOT NULL,
    watching BIGINT NOT NULL,
    policy_serial BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    next_seq BIGINT NOT NULL,
    previous BYTEA NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX device_by_case ON device (case_id);

CREATE TABLE policy (
    hash BYTEA NOT NULL PRIMARY KEY,
    device BYTEA NOT NULL REFERENCES device (id),
    serial BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    engine_semantics BIGINT NOT NULL,
    signature BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    UNIQUE (device, serial)
);

-- The log: leaves in order, and every complete node of the tree over them.
CREATE TABLE log_leaf (
    leaf BIGINT NOT NULL PRIMARY KEY,
    kind BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
CREATE TABLE log_node (
    level BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, position)
);
CREATE TABLE checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,
    signed_at BIGINT NOT NULL,
    note TEXT COLLATE "C" NOT NULL
);

-- Records are never changed; only what the worker found out is added. Bodies are apart so that one can be erased.
CREATE TABLE record (
    leaf BIGINT NOT NULL PRIMARY KEY,
    hash BYTEA NOT NULL UNIQUE,
    device BYTEA NOT NULL REFERENCES device (id),
    case_id BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    header BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    kind TEXT COLLATE "C",
    replay TEXT COLLATE "C",
    -- What was destroyed, when and under which certificate; the reason in the order's words is sealed in the log's entry.
    destroyed_at BIGINT,
    destroyed_why TEXT COLLATE "C",
    certificate BYTEA,
    -- When a device says that it wrote a record, once the worker has opened it: no record speaks of time after a later one was written.
    recorded_at BIGINT,
    UNIQUE (device, epoch, seq)
);
CREATE TABLE record_body (
    leaf BIGINT NOT NULL PRIMARY KEY REFERENCES record (leaf),
    body BYTEA NOT NULL
);
CREATE TABLE fork (
    hash BYTEA NOT NULL PRIMARY KEY,
    device BYTEA NOT NULL REFERENCES device (id),
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    header BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    body BYTEA NOT NULL,
    received_at BIGINT NOT NULL,
    -- What the worker found in a record that is kept apart from its chain.
    kind TEXT COLLATE "C",
    replay TEXT COLLATE "C"
);

-- Captured facts and generated opinions never share a table.
CREATE TABLE observation (
    record BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL,
    device BYTEA NOT NULL,
    observed_at BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    act TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE TABLE finding (
    record BYTEA NOT NULL,
    position BIGINT NOT NULL,
    case_id BYTEA NOT NULL,
    device BYTEA NOT NULL,
    paragraph TEXT COLLATE "C" NOT NULL,
    condition TEXT COLLATE "C" NOT NULL,
    rule TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    observed_at BIGINT NOT NULL,
    strength_permille BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    -- Findings that an officer could see before it was known that the order does not cover them.
    outside TEXT COLLATE "C",
    outside_end BYTEA,
    PRIMARY KEY (record, position)
);
CREATE INDEX finding_by_case ON finding (case_id, observed_at);

CREATE TABLE gap (
    record BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL,
    device BYTEA NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT,
    sealed BYTEA NOT NULL
);
CREATE INDEX gap_by_case ON gap (case_id, from_at);
CREATE TABLE watched (
    record BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL,
    device BYTEA NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    observed BIGINT NOT NULL,
    dropped BIGINT NOT NULL,
    shielded BIGINT NOT NULL,
    -- Which sources watched, as words with commas between.
    sources TEXT COLLATE "C" NOT NULL DEFAULT 'health'
);
CREATE INDEX watched_by_case ON watched (case_id, from_at);
CREATE TABLE notice (
    record BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL,
    device BYTEA NOT NULL,
    shown_at BIGINT NOT NULL,
    response TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX notice_by_case ON notice (case_id, shown_at);

CREATE TABLE alert (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL REFERENCES case_file (id),
    device BYTEA NOT NULL REFERENCES device (id),
    paragraph TEXT COLLATE "C" NOT NULL,
    condition TEXT COLLATE "C" NOT NULL,
    rule TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    findings BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    raised_at BIGINT NOT NULL,
    opened_at BIGINT,
    decided_at BIGINT,
    outside BIGINT NOT NULL DEFAULT 0,
    -- One conversation is one alert that grows. `conversation` is a hash with a secret of the case: alone it tells nothing.
    conversation BYTEA,
    -- The alert on the same conversation that was decided on before this one was raised.
    earlier BYTEA REFERENCES alert (id),
    -- When an officer last looked, and the time before: what came between is shown as new.
    looked_at BIGINT,
    looked_before BIGINT
);
-- At most one alert that is not decided for the same device, paragraph and rule, or the same conversation: the joining rule,
-- kept by the database.
CREATE UNIQUE INDEX alert_to_join ON alert (device, paragraph, rule) WHERE state <> 'decided' AND conversation IS NULL;
CREATE UNIQUE INDEX alert_to_grow ON alert (case_id, paragraph, conversation)
    WHERE state <> 'decided' AND conversation IS NOT NULL;
CREATE INDEX alert_by_case ON alert (case_id, last_at);
CREATE INDEX alert_by_state ON alert (state, priority, last_at);
CREATE TABLE alert_finding (
    alert BYTEA NOT NULL REFERENCES alert (id),
    record BYTEA NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (alert, record, position),
    FOREIGN KEY (record, position) REFERENCES finding (record, position)
);

CREATE TABLE decision (
    id BYTEA NOT NULL PRIMARY KEY,
    alert BYTEA NOT NULL REFERENCES alert (id),
    case_id BYTEA NOT NULL,
    officer BYTEA NOT NULL REFERENCES officer (id),
    outcome TEXT COLLATE "C" NOT NULL,
    decided_at BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    leaf BIGINT NOT NULL,
    sealed BYTEA NOT NULL
);
CREATE INDEX decision_by_alert ON decision (alert);

-- Written before the act; completed after it. An entry without completion is an act that may or may not have happened.
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    opened_at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    act TEXT COLLATE "C" NOT NULL,
    case_id BYTEA,
    objects TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    completed_at BIGINT,
    outcome TEXT COLLATE "C",
    completed_hash BYTEA,
    leaf BIGINT
);
CREATE INDEX audit_by_case ON audit (case_id, seq);

CREATE TABLE job (
    id BYTEA NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    device BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    seq_first BIGINT NOT NULL,
    seq_last BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    ready_at BIGINT NOT NULL,
    lease_until BIGINT,
    fault TEXT COLLATE "C"
);
CREATE INDEX job_ready ON job (state, ready_at);

CREATE TABLE notification (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    case_id BYTEA NOT NULL,
    alert BYTEA,
    at BIGINT NOT NULL
);
-- Whether anybody was told of an alert since it was looked at is asked for each finding.
CREATE INDEX notification_by_alert ON notification (alert);

CREATE TABLE bundle (
    id BYTEA NOT NULL PRIMARY KEY,
    case_id BYTEA NOT NULL,
    alert BYTEA,
    officer BYTEA,
    made_at BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    bytes BIGINT NOT NULL,
    place TEXT COLLATE "C" NOT NULL
);

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
