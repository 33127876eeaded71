-- How many there were of what, day by day: what charts are drawn from, and what totals are read from, so that no page counts a whole table.
-- A day's row is written anew until the day is over.
CREATE TABLE census (
    what TEXT NOT NULL,
    -- Its first millisecond, UTC.
    day BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    PRIMARY KEY (what, day)
);
CREATE INDEX census_by_day ON census (day, what);

-- When that was last done.
ALTER TABLE panel ADD COLUMN counted_at BIGINT;

-- Users who have not come in yet, the newest last: few, among many.
CREATE INDEX users_without_password ON users (id) WHERE password IS NULL;
