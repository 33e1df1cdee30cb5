-- How visitors' interest is shared among topics (their hashes), by the visitor's first day: how many have one, and its parts,
-- sixteen a visitor and facet. Of it the model makes the base rates.
CREATE TABLE tastes (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  day      INTEGER NOT NULL,
  topic    INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  parts    INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, day, topic)
) STRICT, WITHOUT ROWID;

-- What servers have learned by themselves, as JSON, and when (seconds since 1970): one fits, all serve the same.
CREATE TABLE models (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  fitted_s INTEGER NOT NULL,
  model    TEXT    NOT NULL,
  PRIMARY KEY (site, bucket)
) STRICT, WITHOUT ROWID;
