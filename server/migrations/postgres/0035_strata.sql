-- Exposures of each offer and their outcomes by stratum of propensity, summed over visitors by their first day.

CREATE TABLE strata (
  site      TEXT    NOT NULL,
  bucket    INTEGER NOT NULL,
  day       BIGINT  NOT NULL,
  placement BIGINT  NOT NULL,
  offer     BIGINT  NOT NULL,
  stratum   BIGINT  NOT NULL,
  visitors  DOUBLE PRECISION NOT NULL,
  exposures DOUBLE PRECISION NOT NULL,
  w         DOUBLE PRECISION NOT NULL,
  ww        DOUBLE PRECISION NOT NULL,
  c         DOUBLE PRECISION NOT NULL,
  cw        DOUBLE PRECISION NOT NULL,
  cc        DOUBLE PRECISION NOT NULL,
  q         DOUBLE PRECISION NOT NULL,
  qw        DOUBLE PRECISION NOT NULL,
  qq        DOUBLE PRECISION NOT NULL,
  b         DOUBLE PRECISION NOT NULL,
  bw        DOUBLE PRECISION NOT NULL,
  bb        DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (site, bucket, day, placement, offer, stratum)
);
