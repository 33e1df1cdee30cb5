-- Exposures of each offer and their outcomes by stratum of propensity, summed over visitors by their first day.

CREATE TABLE strata (
  site      TEXT    NOT NULL,
  bucket    INTEGER NOT NULL,
  day       INTEGER NOT NULL,
  placement INTEGER NOT NULL,
  offer     INTEGER NOT NULL,
  stratum   INTEGER NOT NULL,
  visitors  REAL    NOT NULL,
  exposures REAL    NOT NULL,
  w         REAL    NOT NULL,
  ww        REAL    NOT NULL,
  c         REAL    NOT NULL,
  cw        REAL    NOT NULL,
  cc        REAL    NOT NULL,
  q         REAL    NOT NULL,
  qw        REAL    NOT NULL,
  qq        REAL    NOT NULL,
  b         REAL    NOT NULL,
  bw        REAL    NOT NULL,
  bb        REAL    NOT NULL,
  PRIMARY KEY (site, bucket, day, placement, offer, stratum)
) STRICT, WITHOUT ROWID;
