-- Clear columns are ids, kinds, states, times, sequence numbers and hashes. Every other value is a BLOB named `sealed`,
-- sealed by the server under the case's data key before it comes here. Instants are microseconds since 1970 in UTC.

CREATE TABLE force_setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE officer (
    id BLOB NOT NULL PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

CREATE TABLE session (
    token_hash BLOB NOT NULL PRIMARY KEY,
    officer BLOB NOT NULL REFERENCES officer (id),
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE case_file (
    id BLOB NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    case_key BLOB NOT NULL,
    officer BLOB REFERENCES officer (id),
    created_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE order_version (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    version INTEGER NOT NULL,
    entered_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (case_id, version)
) STRICT;

CREATE TABLE enrolment_code (
    code_hash BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;

CREATE TABLE enrolment_try (
    address_hash BLOB NOT NULL,
    tried_at INTEGER NOT NULL
) STRICT;
CREATE INDEX enrolment_try_by_address ON enrolment_try (address_hash, tried_at);

CREATE TABLE device (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    record_key BLOB NOT NULL,
    certificate_sha256 BLOB NOT NULL,
    state TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL,
    revoked_at INTEGER,
    seen_at INTEGER NOT NULL,
    watching INTEGER NOT NULL,
    policy_serial INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    previous BLOB NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX device_by_case ON device (case_id);

CREATE TABLE policy (
    hash BLOB NOT NULL PRIMARY KEY,
    device BLOB NOT NULL REFERENCES device (id),
    serial INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    engine_semantics INTEGER NOT NULL,
    signature BLOB NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (device, serial)
) STRICT;

-- The log: leaves in order, and every complete node of the tree over them.
CREATE TABLE log_leaf (
    leaf INTEGER NOT NULL PRIMARY KEY,
    kind INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE log_node (
    level INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoint (
    size INTEGER NOT NULL PRIMARY KEY,
    signed_at INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;

-- Records are never changed; only what the worker found out is added. Bodies are apart so that one can be erased.
CREATE TABLE record (
    leaf INTEGER NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    device BLOB NOT NULL REFERENCES device (id),
    case_id BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    header BLOB NOT NULL,
    signature BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    kind TEXT,
    replay TEXT,
    UNIQUE (device, epoch, seq)
) STRICT;
CREATE TABLE record_body (
    leaf INTEGER NOT NULL PRIMARY KEY REFERENCES record (leaf),
    body BLOB NOT NULL
) STRICT;
CREATE TABLE fork (
    hash BLOB NOT NULL PRIMARY KEY,
    device BLOB NOT NULL REFERENCES device (id),
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    header BLOB NOT NULL,
    signature BLOB NOT NULL,
    body BLOB NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;

-- Captured facts and generated opinions never share a table.
CREATE TABLE observation (
    record BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL,
    device BLOB NOT NULL,
    observed_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    act TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE TABLE finding (
    record BLOB NOT NULL,
    position INTEGER NOT NULL,
    case_id BLOB NOT NULL,
    device BLOB NOT NULL,
    paragraph TEXT NOT NULL,
    condition TEXT NOT NULL,
    rule TEXT NOT NULL,
    category TEXT NOT NULL,
    observed_at INTEGER NOT NULL,
    strength_permille INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (record, position)
) STRICT;
CREATE INDEX finding_by_case ON finding (case_id, observed_at);

CREATE TABLE gap (
    record BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL,
    device BLOB NOT NULL,
    source TEXT NOT NULL,
    cause TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX gap_by_case ON gap (case_id, from_at);
CREATE TABLE watched (
    record BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL,
    device BLOB NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    observed INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    shielded INTEGER NOT NULL
) STRICT;
CREATE INDEX watched_by_case ON watched (case_id, from_at);
CREATE TABLE notice (
    record BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL,
    device BLOB NOT NULL,
    shown_at INTEGER NOT NULL,
    response TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX notice_by_case ON notice (case_id, shown_at);

CREATE TABLE alert (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_file (id),
    device BLOB NOT NULL REFERENCES device (id),
    paragraph TEXT NOT NULL,
    condition TEXT NOT NULL,
    rule TEXT NOT NULL,
    category TEXT NOT NULL,
    state TEXT NOT NULL,
    priority INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    raised_at INTEGER NOT NULL,
    opened_at INTEGER,
    decided_at INTEGER
) STRICT;
-- At most one alert that is not decided for the same device, paragraph and rule: the joining rule, kept by the database.
CREATE UNIQUE INDEX alert_to_join ON alert (device, paragraph, rule) WHERE state <> 'decided';
CREATE INDEX alert_by_case ON alert (case_id, last_at);
CREATE INDEX alert_by_state ON alert (state, priority, last_at);
CREATE TABLE alert_finding (
    alert BLOB NOT NULL REFERENCES alert (id),
    record BLOB NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (alert, record, position),
    FOREIGN KEY (record, position) REFERENCES finding (record, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE decision (
    id BLOB NOT NULL PRIMARY KEY,
    alert BLOB NOT NULL REFERENCES alert (id),
    case_id BLOB NOT NULL,
    officer BLOB NOT NULL REFERENCES officer (id),
    outcome TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    hash BLOB NOT NULL,
    leaf INTEGER NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX decision_by_alert ON decision (alert);

-- Written before the act; completed after it. An entry without completion is an act that may or may not have happened.
CREATE TABLE audit (
    seq INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    opened_at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    case_id BLOB,
    objects TEXT NOT NULL,
    sealed BLOB NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL,
    completed_at INTEGER,
    outcome TEXT,
    completed_hash BLOB,
    leaf INTEGER
) STRICT;
CREATE INDEX audit_by_case ON audit (case_id, seq);

CREATE TABLE job (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    device BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    seq_first INTEGER NOT NULL,
    seq_last INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    ready_at INTEGER NOT NULL,
    lease_until INTEGER,
    fault TEXT
) STRICT;
CREATE INDEX job_ready ON job (state, ready_at);

CREATE TABLE notification (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    case_id BLOB NOT NULL,
    alert BLOB,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE bundle (
    id BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL,
    alert BLOB,
    officer BLOB,
    made_at INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    place TEXT NOT NULL
) STRICT;
