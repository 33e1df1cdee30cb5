//! The choice of an offer: eligibility, caps, sampling, experiments, scenarios and attribution.

pub mod attribution;
pub mod caps;
pub mod context;
pub mod decide;
pub mod eligibility;
pub mod fatigue;
pub mod question;
pub mod sampling;
pub mod scenario;
#[cfg(feature = "full")]
pub mod scenario_schedule;
pub mod suppression;
