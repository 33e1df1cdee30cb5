-- What the report and the model are made of. `counted` and `counted_customers` remember what was counted of whom, and go
-- with them; the other three are sums that name no one, and stay. The sums of a bucket come from that bucket's rows alone.

CREATE TABLE counted (
  site    TEXT    NOT NULL,
  bucket  INTEGER NOT NULL,
  visitor BLOB    NOT NULL,
  state   BLOB    NOT NULL,
  PRIMARY KEY (site, bucket, visitor)
) STRICT, WITHOUT ROWID;

CREATE TABLE counted_customers (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  customer TEXT    NOT NULL,
  state    BLOB    NOT NULL,
  PRIMARY KEY (site, bucket, customer)
) STRICT, WITHOUT ROWID;

-- Decisions by the day they were made on, and what they came to. Config, placement and offer are hashes;
-- segment = 8 * value class + stage.
CREATE TABLE shown (
  site       TEXT    NOT NULL,
  bucket     INTEGER NOT NULL,
  day        INTEGER NOT NULL,
  config     INTEGER NOT NULL,
  placement  INTEGER NOT NULL,
  offer      INTEGER NOT NULL,
  arm        INTEGER NOT NULL,
  segment    INTEGER NOT NULL,
  decisions  INTEGER NOT NULL,
  viewed     INTEGER NOT NULL,
  clicks     INTEGER NOT NULL,
  quotes     INTEGER NOT NULL,
  bookings   INTEGER NOT NULL,
  paid_cents INTEGER NOT NULL,
  PRIMARY KEY (site, bucket, day, config, placement, offer, arm, segment)
) STRICT, WITHOUT ROWID;

-- For an offer's worth to everyone it could have been shown to: of each visitor's weights w (one over the propensity) and
-- weighted outcomes c (clicks), q (quotes), b (bookings) the sums, squares and products, so that an interval is by visitor.
-- The day is the visitor's first.
CREATE TABLE weighed (
  site      TEXT    NOT NULL,
  bucket    INTEGER NOT NULL,
  day       INTEGER NOT NULL,
  placement INTEGER NOT NULL,
  offer     INTEGER NOT NULL,
  visitors  REAL    NOT NULL,
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
  PRIMARY KEY (site, bucket, day, placement, offer)
) STRICT, WITHOUT ROWID;

-- Visitors, and customers in place of theirs, by the day they were first seen on and their arm. Of experiment 0, the
-- holdout: 0 personalised, 1 held out. Of others, by the hash of their name, those alone who were personalised. 255: seen
-- in two, and left out of comparisons.
CREATE TABLE people (
  site         TEXT    NOT NULL,
  bucket       INTEGER NOT NULL,
  day          INTEGER NOT NULL,
  experiment   INTEGER NOT NULL,
  arm          INTEGER NOT NULL,
  people       REAL    NOT NULL,
  quoted       REAL    NOT NULL,
  booked       REAL    NOT NULL,
  paid_cents   REAL    NOT NULL,
  paid_squared REAL    NOT NULL,
  PRIMARY KEY (site, bucket, day, experiment, arm)
) STRICT, WITHOUT ROWID;
