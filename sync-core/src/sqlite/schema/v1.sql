-- Version 1: all that outlives a run, for any number of customers.
--
-- Instants are text of one width (2026-11-23T23:00:00.000000000Z), so that their order is the order of the text.
-- Hashes of plans are 64 hex digits. Ids of records are ours (nmbrs:...). There is one column of personal data:
-- the name of whoever gave a mandate or an approval, or revoked one.

CREATE TABLE customers (
    id   INTEGER PRIMARY KEY,
    name TEXT    NOT NULL UNIQUE
) STRICT;

-- The latest lease of each customer. Its number goes up with each one, so that whoever was overtaken can be told.
CREATE TABLE leases (
    customer INTEGER PRIMARY KEY REFERENCES customers,
    number   INTEGER NOT NULL CHECK (number >= 1),
    until    TEXT    CHECK (until GLOB '????-??-??T??:??:??.?????????Z')  -- NULL: given back
) STRICT;

-- Which account is whose.
CREATE TABLE links (
    customer INTEGER NOT NULL REFERENCES customers,
    record   TEXT    NOT NULL CHECK (record GLOB 'nmbrs:*'),
    account  INTEGER NOT NULL,
    company  TEXT    NOT NULL,
    PRIMARY KEY (customer, record)
) STRICT, WITHOUT ROWID;

-- Records that a person said are of one person: the later one, and the one whose id the account carries.
CREATE TABLE aliases (
    customer INTEGER NOT NULL REFERENCES customers,
    record   TEXT    NOT NULL CHECK (record GLOB 'nmbrs:*'),
    same_as  TEXT    NOT NULL CHECK (same_as GLOB 'nmbrs:*'),
    PRIMARY KEY (customer, record)
) STRICT, WITHOUT ROWID;

-- People whose writes the target refused in their last runs. A run has one plan, so that each plan counts once.
CREATE TABLE failures (
    customer     INTEGER NOT NULL REFERENCES customers,
    person       TEXT    NOT NULL CHECK (person GLOB 'nmbrs:*'),
    runs         INTEGER NOT NULL CHECK (runs >= 1),
    last         TEXT    NOT NULL CHECK (last GLOB '????-??-??T??:??:??.?????????Z'),
    counted_plan TEXT    NOT NULL CHECK (length(counted_plan) = 64 AND counted_plan NOT GLOB '*[^0-9a-f]*'),
    PRIMARY KEY (customer, person)
) STRICT, WITHOUT ROWID;

-- What was about to be written to the target, and how it ended. AUTOINCREMENT: no number ever comes back.
CREATE TABLE intents (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    customer INTEGER NOT NULL REFERENCES customers,
    plan     TEXT    NOT NULL CHECK (length(plan) = 64 AND plan NOT GLOB '*[^0-9a-f]*'),
    person   TEXT    NOT NULL CHECK (person GLOB 'nmbrs:*'),
    action   TEXT    NOT NULL CHECK (action IN
                 ('update', 'onboard', 'adopt', 'relink', 'activate', 'withdraw', 'offboard')),
    account  INTEGER,
    at       TEXT    NOT NULL CHECK (at GLOB '????-??-??T??:??:??.?????????Z'),
    outcome  TEXT    NOT NULL DEFAULT 'open' CHECK (outcome IN
                 ('open', 'doubtful', 'done', 'refused', 'not_done'))
) STRICT;

CREATE INDEX intents_without_end ON intents (customer, id) WHERE outcome IN ('open', 'doubtful');

-- An intent of which nobody knows how it ended may have taken access away.
CREATE INDEX deactivations ON intents (customer, at)
    WHERE action IN ('withdraw', 'offboard') AND outcome IN ('open', 'doubtful', 'done');

-- The last run that went to its end, and what it saw: the companies, each with the names of the fields that steer.
CREATE TABLE last_runs (
    customer INTEGER PRIMARY KEY REFERENCES customers,
    scope    TEXT    NOT NULL CHECK (json_valid(scope) AND json_type(scope) = 'object')
) STRICT;

-- Every mandate that was ever given. At most one of a customer is in force.
CREATE TABLE mandates (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    customer INTEGER NOT NULL REFERENCES customers,
    policy   TEXT    NOT NULL,
    scope    TEXT    NOT NULL,
    limits   TEXT    NOT NULL CHECK (json_valid(limits) AND json_type(limits) = 'object'),
    plan     TEXT    NOT NULL CHECK (length(plan) = 64 AND plan NOT GLOB '*[^0-9a-f]*'),
    given_by TEXT    NOT NULL,
    given_at TEXT    NOT NULL CHECK (given_at GLOB '????-??-??T??:??:??.?????????Z'),
    ended    TEXT    CHECK (ended IN ('replaced', 'revoked')),
    ended_by TEXT,
    ended_at TEXT    CHECK (ended_at GLOB '????-??-??T??:??:??.?????????Z'),
    CHECK ((ended IS NULL) = (ended_by IS NULL) AND (ended IS NULL) = (ended_at IS NULL))
) STRICT;

CREATE UNIQUE INDEX mandate_in_force ON mandates (customer) WHERE ended IS NULL;

-- One plan is approved once.
CREATE TABLE approvals (
    customer      INTEGER NOT NULL REFERENCES customers,
    plan          TEXT    NOT NULL CHECK (length(plan) = 64 AND plan NOT GLOB '*[^0-9a-f]*'),
    given_at      TEXT    NOT NULL CHECK (given_at GLOB '????-??-??T??:??:??.?????????Z'),
    given_by      TEXT,
    proposals     TEXT    NOT NULL CHECK (json_valid(proposals) AND json_type(proposals) = 'array'),
    smaller_scope INTEGER NOT NULL CHECK (smaller_scope IN (0, 1)),
    used_up       INTEGER NOT NULL DEFAULT 0 CHECK (used_up IN (0, 1)),
    PRIMARY KEY (customer, plan)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    customer INTEGER NOT NULL REFERENCES customers,
    began    TEXT    NOT NULL CHECK (began GLOB '????-??-??T??:??:??.?????????Z'),
    ended    TEXT    CHECK (ended GLOB '????-??-??T??:??:??.?????????Z'),
    ending   TEXT    CHECK (ending IN ('done', 'partly', 'waits', 'failed')),
    plan     TEXT    CHECK (length(plan) = 64 AND plan NOT GLOB '*[^0-9a-f]*'),
    writes   INTEGER NOT NULL DEFAULT 0 CHECK (writes >= 0),
    told     TEXT,
    CHECK ((ended IS NULL) = (ending IS NULL)),
    CHECK (ended IS NOT NULL OR (plan IS NULL AND writes = 0 AND told IS NULL))
) STRICT;

CREATE INDEX runs_of_customer ON runs (customer, id);

-- The bytes of plan files; they hold no values.
CREATE TABLE plans (
    customer INTEGER NOT NULL REFERENCES customers,
    id       TEXT    NOT NULL CHECK (length(id) = 64 AND id NOT GLOB '*[^0-9a-f]*'),
    as_of    TEXT    NOT NULL CHECK (as_of GLOB '????-??-??T??:??:??.?????????Z'),
    file     BLOB    NOT NULL,
    PRIMARY KEY (customer, id)
) STRICT;
