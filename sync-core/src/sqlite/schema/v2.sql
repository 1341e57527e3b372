-- Version 2: money, so that nothing is given twice.
--
-- Names of grants, batches and memories are 32 hex digits. Amounts are whole cents. Days are text (2026-12-01).
--
-- A grant by itself costs one write to the disk, and each index that it stands in adds a page to that; so there are no
-- more of them than a run or a person asks by.
--
-- Personal data, beside that of version 1: the names of those who vouched and of those who told what became of a grant;
-- and the bytes of lists, which hold addresses. A list is erased as soon as all of its grants came to their end.

-- The memories that baselines founded. The latest of a customer is the present one.
CREATE TABLE memories (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    customer          INTEGER NOT NULL REFERENCES customers,
    epoch             TEXT    NOT NULL CHECK (length(epoch) = 32 AND epoch NOT GLOB '*[^0-9a-f]*'),
    -- The mark of the desk that the founder saw and accepted.
    accepted_epoch    TEXT    CHECK (length(accepted_epoch) = 32 AND accepted_epoch NOT GLOB '*[^0-9a-f]*'),
    accepted_sequence INTEGER CHECK (accepted_sequence >= 0),
    UNIQUE (customer, epoch),
    CHECK ((accepted_epoch IS NULL) = (accepted_sequence IS NULL))
) STRICT;

CREATE INDEX memories_of_customer ON memories (customer, id);

-- Who vouched, when, looking at which plan, for how many people, and in which memory.
CREATE TABLE baselines (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    customer INTEGER NOT NULL REFERENCES customers,
    memory   INTEGER NOT NULL REFERENCES memories,
    founded  INTEGER NOT NULL CHECK (founded IN (0, 1)),
    plan     TEXT    NOT NULL CHECK (length(plan) = 64 AND plan NOT GLOB '*[^0-9a-f]*'),
    given_by TEXT    NOT NULL,
    given_at TEXT    NOT NULL CHECK (given_at GLOB '????-??-??T??:??:??.?????????Z'),
    people   INTEGER NOT NULL CHECK (people >= 0),
    imported INTEGER NOT NULL CHECK (imported >= 0)
) STRICT;

-- In which memory somebody vouches for the history of a record, and whether we made its account.
CREATE TABLE vouched (
    customer INTEGER NOT NULL REFERENCES customers,
    record   TEXT    NOT NULL CHECK (record GLOB 'nmbrs:*'),
    memory   INTEGER REFERENCES memories,  -- NULL: nobody vouches
    made     INTEGER NOT NULL CHECK (made IN (0, 1)),
    PRIMARY KEY (customer, record)
) STRICT, WITHOUT ROWID;

-- Fingerprints of people who were forgotten.
CREATE TABLE tombstones (
    customer    INTEGER NOT NULL REFERENCES customers,
    fingerprint TEXT    NOT NULL CHECK (fingerprint <> ''),
    PRIMARY KEY (customer, fingerprint)
) STRICT, WITHOUT ROWID;

-- What was handed over in one piece. The list holds addresses; it is erased when all of its grants came to their end.
CREATE TABLE batches (
    id       INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES customers,
    name     TEXT    NOT NULL CHECK (length(name) = 32 AND name NOT GLOB '*[^0-9a-f]*'),
    memory   INTEGER NOT NULL REFERENCES memories,
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    plan     TEXT    NOT NULL CHECK (length(plan) = 64 AND plan NOT GLOB '*[^0-9a-f]*'),
    at       TEXT    NOT NULL CHECK (at GLOB '????-??-??T??:??:??.?????????Z'),
    list     BLOB,
    UNIQUE (customer, name),
    UNIQUE (memory, sequence)
) STRICT;

-- One hand-over of money. Its name and its occasion are used once. These rows are what keeps money from being given
-- twice: no purge takes them.
CREATE TABLE grants (
    id          INTEGER PRIMARY KEY,
    customer    INTEGER NOT NULL REFERENCES customers,
    name        TEXT    NOT NULL CHECK (length(name) = 32 AND name NOT GLOB '*[^0-9a-f]*'),
    person      TEXT    NOT NULL CHECK (person GLOB 'nmbrs:*'),
    account     INTEGER,
    kind        TEXT    NOT NULL CHECK (kind IN ('monthly', 'oneoff')),
    category    TEXT    NOT NULL CHECK (category <> ''),
    occasion    INTEGER NOT NULL CHECK (occasion BETWEEN 1 AND 4294967295),
    act         TEXT    NOT NULL CHECK (act IN ('grant', 'replace', 'stop')),
    cents       INTEGER NOT NULL CHECK (cents >= 0),
    begins      TEXT    CHECK (begins GLOB '????-??-??'),  -- NULL: at once
    state       TEXT    NOT NULL CHECK (state IN
                    ('intended', 'handed_over', 'given', 'refused', 'not_done', 'doubtful')),
    interrupted INTEGER NOT NULL DEFAULT 0 CHECK (interrupted IN (0, 1)),
    emptied     INTEGER NOT NULL DEFAULT 0 CHECK (emptied IN (0, 1)),
    batch       INTEGER REFERENCES batches,  -- NULL: a baseline imported it
    position    INTEGER CHECK (position >= 0),  -- in its batch
    UNIQUE (customer, name),
    UNIQUE (customer, person, kind, category, occasion),
    CHECK ((batch IS NULL) = (position IS NULL))
) STRICT;

CREATE INDEX grants_of_batch ON grants (batch, position);
CREATE INDEX grants_on_account ON grants (customer, account);
CREATE INDEX open_grants ON grants (customer, batch) WHERE state IN ('intended', 'handed_over', 'doubtful');

-- What was ever told of a grant, from 1, and who told.
CREATE TABLE tellings (
    grant_id INTEGER NOT NULL REFERENCES grants,
    number   INTEGER NOT NULL CHECK (number >= 1),
    state    TEXT    NOT NULL CHECK (state IN
                 ('intended', 'handed_over', 'given', 'refused', 'not_done', 'doubtful')),
    told_by  TEXT,  -- NULL: a run
    told_at  TEXT    NOT NULL CHECK (told_at GLOB '????-??-??T??:??:??.?????????Z'),
    PRIMARY KEY (grant_id, number)
) STRICT, WITHOUT ROWID;

-- In which memory of money an intent was recorded. An onboarding vouches in no other.
ALTER TABLE intents ADD COLUMN memory INTEGER REFERENCES memories;
