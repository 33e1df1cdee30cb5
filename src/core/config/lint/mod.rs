//! Warnings for a config that is valid but probably not meant. Examples: offers that no one can
//! reach, families that starve, caps that never bind. Comes in: a config without errors; goes out:
//! warnings, each with its place and a hint. It must never warn of what can happen, and knows no
//! clock: nothing here is "over" or "not yet".

mod caps;
mod condition;
mod domain;
mod families;
mod offers;
mod pages;
mod scenarios;
mod seasons;
mod topics;

use super::Config;
use super::source::{PlacementConfig, SiteConfig};
use crate::core::attribute::AttributeTree;
use crate::core::base::validation_error::ValidationError;

/// Every warning, in the order of the lints.
pub fn warnings(
    site: &SiteConfig,
    tree: &AttributeTree,
    compiled: &Config,
) -> Vec<ValidationError> {
    let mut lint = Lint {
        site,
        tree,
        dead: vec![false; site.offers.len()],
        warnings: Vec::new(),
    };
    let forgotten = lint.topics();
    let never = lint.customers(forgotten);
    lint.pages();
    lint.placements();
    lint.offers(&never);
    lint.families();
    lint.caps();
    lint.seasons(compiled);
    lint.scenarios(&never);
    lint.warnings
}

struct Lint<'a> {
    site: &'a SiteConfig,
    tree: &'a AttributeTree<'a>,
    /// By offer: whether no one can ever see it.
    dead: Vec<bool>,
    warnings: Vec<ValidationError>,
}

impl Lint<'_> {
    fn warn(&mut self, path: String, message: String, hint: &str) {
        self.warnings.push(ValidationError {
            path,
            message,
            hint: hint.to_owned(),
        });
    }
}

/// A name as a part of a JSON pointer (RFC 6901).
fn part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Returns `true` if no visitor reaches the confidence that a placement requires. Confidence comes
/// close to 1 and never reaches it.
fn is_out_of_reach(placement: &PlacementConfig) -> bool {
    placement.min_confidence >= 1.0
}
