-- What an officer set for notifications. The e-mail address is sealed under the master key; quiet hours are minutes of the civil day
-- in the force's time zone.
CREATE TABLE notification_setting (
    officer BYTEA NOT NULL PRIMARY KEY REFERENCES officer (id),
    by_email BIGINT NOT NULL,
    daily BIGINT NOT NULL,
    quiet_from BIGINT,
    quiet_until BIGINT,
    supervisor BYTEA REFERENCES officer (id),
    changed_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL
);

-- One clock for each alert and priority at which it became known: who was told last, when the next is told, when somebody looked.
-- The priority is 2 (this week or later), 3 (today) or 4 (now).
CREATE TABLE alert_clock (
    alert BYTEA NOT NULL,
    priority BIGINT NOT NULL,
    case_id BYTEA NOT NULL,
    step TEXT COLLATE "C" NOT NULL,
    began_at BIGINT NOT NULL,
    next_at BIGINT,
    seen_at BIGINT,
    PRIMARY KEY (alert, priority)
);
CREATE INDEX alert_clock_next ON alert_clock (next_at);

-- Who is told of which alert, once for each step. `recipient` is an officer, a place of the 24-hour contact or the force's webhook.
CREATE TABLE telling (
    alert BYTEA NOT NULL,
    priority BIGINT NOT NULL,
    step TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    told_at BIGINT NOT NULL,
    delivery BYTEA,
    PRIMARY KEY (alert, priority, step, recipient)
);
CREATE INDEX telling_by_delivery ON telling (delivery);

-- One e-mail or call. It takes in further alerts while it waits and surely was not taken by the other side yet (`joinable`).
CREATE TABLE delivery (
    id BYTEA NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    priority BIGINT NOT NULL,
    step TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    joinable BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease_until BIGINT,
    ended_at BIGINT,
    fault TEXT COLLATE "C"
);
CREATE INDEX delivery_due ON delivery (state, due_at);
CREATE INDEX delivery_to_join ON delivery (recipient, state);
