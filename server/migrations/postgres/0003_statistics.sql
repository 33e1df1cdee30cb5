-- What the report and the model are made of; see the embedded store's step of this name.

CREATE TABLE counted (
  site    TEXT    NOT NULL,
  bucket  INTEGER NOT NULL,
  visitor BYTEA   NOT NULL,
  state   BYTEA   NOT NULL,
  PRIMARY KEY (site, bucket, visitor)
);

CREATE TABLE counted_customers (
  site     TEXT    NOT NULL,
  bucket   INTEGER NOT NULL,
  customer TEXT    NOT NULL,
  state    BYTEA   NOT NULL,
  PRIMARY KEY (site, bucket, customer)
);

-- Decisions by the day they were made on, and what they came to. Config, placement and offer are hashes;
-- segment = 8 * value class + stage.
CREATE TABLE shown (
  site       TEXT    NOT NULL,
  bucket     INTEGER NOT NULL,
  day        BIGINT  NOT NULL,
  config     BIGINT  NOT NULL,
  placement  BIGINT  NOT NULL,
  offer      BIGINT  NOT NULL,
  arm        BIGINT  NOT NULL,
  segment    BIGINT  NOT NULL,
  decisions  BIGINT  NOT NULL,
  viewed     BIGINT  NOT NULL,
  clicks     BIGINT  NOT NULL,
  quotes     BIGINT  NOT NULL,
  bookings   BIGINT  NOT NULL,
  paid_cents BIGINT  NOT NULL,
  PRIMARY KEY (site, bucket, day, config, placement, offer, arm, segment)
);

-- For an offer's worth to everyone it could have been shown to: of each visitor's weights w (one over the propensity) and
-- weighted outcomes c (clicks), q (quotes), b (bookings) the sums, squares and products, so that an interval is by visitor.
-- The day is the visitor's first.
CREATE TABLE weighed (
  site      TEXT             NOT NULL,
  bucket    INTEGER          NOT NULL,
  day       BIGINT           NOT NULL,
  placement BIGINT           NOT NULL,
  offer     BIGINT           NOT NULL,
  visitors  DOUBLE PRECISION NOT NULL,
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
  PRIMARY KEY (site, bucket, day, placement, offer)
);

-- Visitors, and customers in place of theirs, by the day they were first seen on and their arm. Of experiment 0, the
-- holdout: 0 personalised, 1 held out. Of others, by the hash of their name, those alone who were personalised. 255: seen
-- in two, and left out of comparisons.
CREATE TABLE people (
  site         TEXT             NOT NULL,
  bucket       INTEGER          NOT NULL,
  day          BIGINT           NOT NULL,
  experiment   BIGINT           NOT NULL,
  arm          BIGINT           NOT NULL,
  people       DOUBLE PRECISION NOT NULL,
  quoted       DOUBLE PRECISION NOT NULL,
  booked       DOUBLE PRECISION NOT NULL,
  paid_cents   DOUBLE PRECISION NOT NULL,
  paid_squared DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (site, bucket, day, experiment, arm)
);
