-- How visitors' interest is shared among topics (their hashes), by the visitor's first day: how many have one, and its parts,
-- sixteen a visitor and facet. Of it the model makes the base rates.
CREATE TABLE tastes (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  day      BIGINT  NOT NULL,
  topic    BIGINT  NOT NULL,
  visitors BIGINT  NOT NULL,
  parts    BIGINT  NOT NULL,
  PRIMARY KEY (site, bucket, day, topic)
);

-- What servers have learned by themselves, as JSON, and when (seconds since 1970): one fits, all serve the same.
CREATE TABLE models (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  fitted_s BIGINT  NOT NULL,
  model    TEXT    NOT NULL,
  PRIMARY KEY (site, bucket)
);
