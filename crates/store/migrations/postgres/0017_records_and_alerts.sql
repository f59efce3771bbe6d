-- This file and the next are the schema of the SQLite store at its version 18: from there on each engine has a migration of the
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
