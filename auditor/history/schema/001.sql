-- The first schema: a run, its outcomes and its findings, written as they come.
-- `body` is the model as JSON; the columns beside it are those that are searched or sorted by.

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    estate TEXT NOT NULL,
    started REAL NOT NULL,           -- seconds since the Unix epoch
    finished REAL,                   -- NULL while it runs, and for ever where it was killed
    complete INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL,              -- RunRecord
    coverage TEXT                    -- CoverageLedger
) STRICT;

CREATE TABLE outcomes (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    line INTEGER NOT NULL,           -- of the inventory: the order of the report
    place TEXT NOT NULL,             -- within that line: addresses of a network by their number, not by their text
    host TEXT NOT NULL,
    product TEXT NOT NULL,
    port INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    body TEXT NOT NULL,              -- Outcome
    PRIMARY KEY (run, line, host, product, port)
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    rank INTEGER NOT NULL,           -- of the severity, 4 for critical: the order of the report
    fingerprint TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    object TEXT NOT NULL,            -- '' for a finding on the whole target, which so comes before those on its data sets
    body TEXT NOT NULL,              -- Finding
    PRIMARY KEY (run, fingerprint)
) STRICT, WITHOUT ROWID;

CREATE INDEX outcomes_in_order ON outcomes (run, line, place, host, product, port);
CREATE INDEX findings_by_rank ON findings (run, rank DESC, host, port, object, fingerprint);
CREATE INDEX runs_by_estate ON runs (estate, started);
