//! Affinity models: fit from a log, and evaluation by the engine. In: a log of visitors. Out: score
//! tables for a model file, and figures beside simple methods. Never: a model that predicts worse
//! than the defaults on visitors that it did not see.

pub mod baselines;
pub mod dataset;
pub mod figures;
pub mod learn;
pub mod quantise;
pub mod score;
pub mod site;
pub mod train;
pub mod visits;
