//! Traits computed from a profile: affinities, lifecycle, RFM, segments, trips and attribute
//! values.

pub mod affinity;
pub mod channel;
pub mod contacts;
pub mod customer;
pub mod experiment;
pub mod facts;
pub mod family_pressure;
pub mod features;
pub mod lifecycle;
pub mod rfm;
pub mod segments;
pub mod time_facts;
pub mod trip;
