//! Events of an offer on the page. In: the fields of an offer event. Out: the offer, its placement
//! and the decision that the page reports. Never: a decision that the page did not report.

use super::decision_record::{DecisionRecord, Propensity};
use super::fields::Fields;
use crate::core::base::event_kind::EventKind;
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::base::number::decimal;
use crate::core::config::{Config, Placement};

/// The payload of an offer event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferEvent {
    /// The visitor's action.
    pub action: OfferAction,
    /// The offer's hash. `None` if the call names no offer.
    pub offer: Option<u32>,
    /// The placement's hash, for an impression or a click in a placement of the config.
    pub placement: Option<u32>,
    /// The decision that chose the offer, for an impression or a click.
    pub decision: Option<DecisionRecord>,
}

/// An action of the visitor on an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferAction {
    /// The offer was visible.
    Impression,
    /// The offer was clicked.
    Click,
    /// The visitor wants less of it.
    Less,
    /// The visitor has booked it elsewhere.
    Booked,
    /// The visitor never wants it again.
    Never,
}

impl OfferAction {
    /// Returns the action that a kind of event reports.
    pub(super) fn of_kind(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::OfferImpression => Some(Self::Impression),
            EventKind::OfferClick => Some(Self::Click),
            EventKind::OfferLess => Some(Self::Less),
            EventKind::OfferBooked => Some(Self::Booked),
            EventKind::OfferNever => Some(Self::Never),
            _ => None,
        }
    }

    /// Returns the kind of event that reports this action.
    #[must_use]
    pub fn kind(self) -> EventKind {
        match self {
            Self::Impression => EventKind::OfferImpression,
            Self::Click => EventKind::OfferClick,
            Self::Less => EventKind::OfferLess,
            Self::Booked => EventKind::OfferBooked,
            Self::Never => EventKind::OfferNever,
        }
    }

    /// Returns true if the event may carry a placement and a decision.
    #[must_use]
    pub fn has_decision(self) -> bool {
        matches!(self, Self::Impression | Self::Click)
    }
}

/// Returns the hash of the field `placement`. `None` if the config has no such placement.
pub(super) fn placement(config: &Config, fields: &Fields) -> Option<u32> {
    let hash = name_hash(Namespace::Placement, fields.get("placement")?);
    config.find::<Placement>(hash).map(|_| hash)
}

/// A decision as the page reports it with an impression or a click.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReportedDecision {
    /// The time of the decision, in milliseconds since the Unix epoch.
    pub at_ms: f64,
    /// The slot of the placement.
    pub slot: u8,
    /// The probability of the choice.
    pub propensity: Propensity,
    /// The variant of the offer's content, 0 for its own.
    pub variant: u8,
    /// The arm: 0 personalised, 1 control group.
    pub arm: u8,
}

impl ReportedDecision {
    /// Parses the decision's fields. `None` if they report no decision.
    ///
    /// ```
    /// use escale::internals::event::fields::Fields;
    /// use escale::internals::event::offer::ReportedDecision;
    /// let fields = "decided_ms\u{1f}1795262400000\u{1e}propensity\u{1f}0.25\u{1e}variant\u{1f}2\u{1e}";
    /// let decision = ReportedDecision::parse(&Fields::parse(fields)).unwrap();
    /// assert_eq!((decision.slot, decision.variant), (0, 2));
    /// assert_eq!(ReportedDecision::parse(&Fields::parse("")), None);
    /// ```
    #[must_use]
    pub fn parse(fields: &Fields) -> Option<Self> {
        let number = |key: &str| fields.get(key).and_then(decimal);
        let small = |key: &str| number(key).map_or(0, |n| n as u8);
        Some(Self {
            at_ms: number("decided_ms")?,
            slot: small("slot"),
            propensity: Propensity::of(number("propensity")?)?,
            variant: small("variant").min(15),
            arm: small("arm").min(3),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reported_decision_needs_time_and_propensity() {
        for fields in [
            "",
            "propensity\u{1f}0.5\u{1e}",
            "decided_ms\u{1f}7\u{1e}",
            "decided_ms\u{1f}7\u{1e}propensity\u{1f}2\u{1e}",
        ] {
            assert_eq!(
                ReportedDecision::parse(&Fields::parse(fields)),
                None,
                "{fields}"
            );
        }
        let fields = "decided_ms\u{1f}1795262400000\u{1e}propensity\u{1f}0.250000000000\u{1e}variant\u{1f}2\u{1e}";
        let decision = ReportedDecision::parse(&Fields::parse(fields)).expect("a decision");
        assert_eq!(
            (
                decision.slot,
                decision.variant,
                decision.arm,
                decision.propensity.probability()
            ),
            (0, 2, 0, 0.25)
        );
    }
}
