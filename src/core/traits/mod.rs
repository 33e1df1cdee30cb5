//! Traits computed from a profile: affinities, lifecycle, RFM, segments, trips and attribute values.

pub mod affinity;
pub mod channel;
pub mod customer;
pub mod facts;
pub mod lifecycle;
pub mod rfm;
pub mod season;
pub mod segments;
pub mod time_facts;
pub mod trip;
