//! Why a story came out otherwise. Comes in: an expectation and the engine of a visitor for whom it
//! failed; goes out: sentences for the person who wrote the story, taken from the engine's own
//! explanation.

use super::super::base::index::Index;
use super::super::config::{Config, Offer};
use super::super::engine::Engine;
use super::{Expectation, Wanted, shown};
use crate::core::decision::decide::DecisionRequest;
use crate::core::introspect::explain::{CandidateAccount, Explanation, explain};

/// So many offers are accounted for.
const MOST_OFFERS: usize = 4;

/// Describes the expectation: `home-hero should show an offer of the family city`.
pub fn expected(expectation: &Expectation, engine: &Engine) -> String {
    let config = engine.config();
    let not = if expectation.is_shown { "" } else { "not " };
    let what = match expectation.wanted {
        Wanted::Scenario(scenario) => {
            return format!("`{}` should {not}be due", config.name(scenario));
        }
        Wanted::Offer(offer, variant) => offer_name(config, offer, variant),
        Wanted::Family(family) => format!("an offer of the family `{}`", config.name(family)),
        Wanted::Kind(kind) => format!("an offer of the kind {}", serde_json::json!(kind)),
        Wanted::Default => "the page's own content".to_owned(),
    };
    let among = match expectation.draws {
        0 => String::new(),
        n => format!(
            ", for {} in 100 of {n} visitors",
            (expectation.least * 100.0).round()
        ),
    };
    let placement = expectation.placement.map_or("", |p| config.name(p));
    format!("`{placement}` should {not}show {what}{among}")
}

/// An offer, and its variant if it is in one.
fn offer_name(config: &Config, offer: Index<Offer>, variant: Option<u8>) -> String {
    let own = config.offer(offer);
    let named = variant
        .and_then(|number| config.variant(&own, number))
        .map(|v| config.text(v.name));
    let variant = named.map_or(String::new(), |name| format!(" in its variant `{name}`"));
    format!("`{}`{variant}", config.text(own.name))
}

/// Describes the placement, slot by slot.
pub fn seen(expectation: &Expectation, engine: &Engine) -> String {
    let config = engine.config();
    let Some(placement) = expectation.placement else {
        let due = engine.due(expectation.at_ms);
        let names: Vec<&str> = due.iter().map(|due| config.name(due.scenario)).collect();
        return if names.is_empty() {
            "no scenario due".into()
        } else {
            format!("due: {}", names.join(", "))
        };
    };
    let decisions = shown(engine, expectation.at_ms, placement);
    let each = decisions.iter().map(|decision| match decision.offer {
        Some(offer) => offer_name(config, offer, Some(decision.variant)),
        None => format!("the page's own content ({})", decision.reason.name()),
    });
    each.collect::<Vec<_>>().join(", ")
}

/// Why it was not so.
pub fn why(expectation: &Expectation, engine: &Engine) -> Vec<String> {
    let Some(placement) = expectation.placement else {
        return vec![format!("this visitor has {}", seen(expectation, engine))];
    };
    let now_ms = expectation.at_ms;
    let explained = explain(
        engine,
        &DecisionRequest {
            now_ms,
            placement,
            slot: 0,
            exclude: &[],
        },
    );
    let mut lines = vec![format!(
        "a visitor for whom it is not so sees {}",
        seen(expectation, engine)
    )];
    if let Some(english) = explained.texts.iter().find(|texts| texts.language == "en") {
        lines.extend(
            english
                .reasons
                .iter()
                .map(|reason| format!("the visitor reads: {reason}")),
        );
        if explained.offer.is_none() {
            lines.push(format!("and: {}", english.would_change));
        }
    }
    let config = engine.config();
    let meant = config
        .candidates(&config.placement(placement))
        .filter(|o| expectation.wanted.means(engine, *o));
    let ids: Vec<&str> = meant.map(|o| config.name(o)).collect();
    if ids.is_empty() && !matches!(expectation.wanted, Wanted::Default) {
        lines.push("no such offer may stand in this placement".to_owned());
    }
    lines.extend(
        ids.iter()
            .take(MOST_OFFERS)
            .filter_map(|id| of_offer(id, &explained)),
    );
    if let Some(best) = explained
        .candidates
        .first()
        .filter(|best| !ids.contains(&best.offer.as_str()))
    {
        lines.push(of_candidate(best));
    }
    lines
}

fn of_offer(id: &str, explained: &Explanation) -> Option<String> {
    if let Some(out) = explained.excluded.iter().find(|out| out.offer == id) {
        return Some(format!("`{id}` is out: {}", out.why.replace('_', " ")));
    }
    explained
        .candidates
        .iter()
        .find(|candidate| candidate.offer == id)
        .map(of_candidate)
}

/// A score and what it is made of, in doublings.
fn of_candidate(candidate: &CandidateAccount) -> String {
    let topics = candidate
        .topics
        .iter()
        .filter(|topic| topic.adds.abs() >= 0.05)
        .take(3);
    let mut parts: Vec<String> = topics
        .map(|topic| format!("{} {:+.2}", topic.topic, topic.adds))
        .collect();
    let named = [
        ("promotion", candidate.promotion),
        ("history", candidate.history),
    ];
    parts.extend(
        named
            .iter()
            .filter(|(_, adds)| adds.abs() >= 0.05)
            .map(|(name, adds)| format!("{name} {adds:+.2}")),
    );
    let parts = if parts.is_empty() {
        String::new()
    } else {
        format!(" and {}", parts.join(", "))
    };
    format!(
        "`{}` scores {:.2}: {:.2} of its own{parts}",
        candidate.offer, candidate.score, candidate.base
    )
}
