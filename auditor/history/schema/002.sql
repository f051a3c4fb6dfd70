-- The order of the report within one line of the inventory: addresses of a network by their number, not by their text.

ALTER TABLE outcomes ADD COLUMN place TEXT NOT NULL DEFAULT '';

CREATE INDEX outcomes_in_order ON outcomes (run, line, place, host, product, port);
