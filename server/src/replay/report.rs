//! Report of `escale replay`. In: a log and its outcome. Out: text for the terminal.

use std::time::Duration;

use escale::Config;
use escale::internals::base::index::Index;
use escale::internals::config::Offer;
use escale::internals::introspect::snapshot::FacetKnowledge;

use super::LineError;
use super::log::Log;
use super::run::{Outcome, Shown};
use crate::base::table::{grouped, lines};

/// Errors beyond this number are only counted.
const MAX_ERRORS: usize = 20;
const MAX_OFFERS: usize = 15;
/// Facets that the line of a visitor shows.
const MAX_FACETS: usize = 4;

/// Lists the first errors and counts the others.
pub fn errors(all: &[&LineError]) -> String {
    let mut out: Vec<String> = all
        .iter()
        .take(MAX_ERRORS)
        .map(|error| format!("line {}: {}", error.line, error.reason))
        .collect();
    if all.len() > MAX_ERRORS {
        out.push(format!(
            "… and {} more invalid lines",
            grouped((all.len() - MAX_ERRORS) as u64)
        ));
    }
    out.join("\n")
}

pub fn read(log: &Log) -> String {
    let mut out = format!(
        "{} events of {} visitors ({:?} format), {} lines skipped, {} invalid",
        grouped(log.events),
        grouped(log.visitors.len() as u64),
        log.kind,
        grouped(log.skipped),
        grouped(log.errors.len() as u64)
    );
    if log.moved_weeks > 0 {
        out += &format!(
            "\ntimes moved forward by {} weeks: the engine's epoch is 2020",
            grouped(log.moved_weeks)
        );
    }
    out
}

pub fn visitors(shown: &[Shown], config: &Config) -> String {
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|of| {
            let mut facets: Vec<&FacetKnowledge> = of
                .knowledge
                .facets
                .iter()
                .filter(|f| f.confidence > 0.0)
                .collect();
            facets.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
            let likes: Vec<String> = facets
                .into_iter()
                .take(MAX_FACETS)
                .filter_map(liking)
                .collect();
            let offer = of.last_offer.map_or("–", |offer| config.name(offer));
            let likes = if likes.is_empty() {
                "nothing known".to_owned()
            } else {
                likes.join(" · ")
            };
            vec![
                of.name.clone(),
                grouped(of.events as u64),
                of.profile_bytes.to_string(),
                offer.to_owned(),
                likes,
            ]
        })
        .collect();
    lines(
        &[
            "visitor",
            " events",
            " bytes",
            "last choice",
            "likes: affinity, lift, confidence of the facet",
        ],
        &rows,
    )
}

fn liking(facet: &FacetKnowledge) -> Option<String> {
    let topic = facet.topics.iter().find(|topic| topic.mass > 0.0)?;
    Some(format!(
        "{} {:.0} % ×{:.1} c {:.2}",
        topic.name,
        topic.affinity * 100.0,
        topic.lift,
        facet.confidence
    ))
}

pub fn choices(outcome: &Outcome, config: &Config) -> String {
    let share = |n: u64| {
        format!(
            "{:.1} %",
            n as f64 * 100.0 / outcome.decisions.max(1) as f64
        )
    };
    let mut offers: Vec<(usize, u64)> = outcome
        .offers
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, n)| *n > 0)
        .collect();
    offers.sort_by_key(|(offer, n)| (std::cmp::Reverse(*n), *offer));
    let mut rows: Vec<Vec<String>> = offers
        .iter()
        .take(MAX_OFFERS)
        .map(|(offer, n)| {
            vec![
                config.name(Index::<Offer>::new(*offer as u16)).to_owned(),
                grouped(*n),
                share(*n),
            ]
        })
        .collect();
    let rest: u64 = offers.iter().skip(MAX_OFFERS).map(|(_, n)| n).sum();
    if rest > 0 {
        rows.push(vec![
            format!("{} other offers", offers.len() - MAX_OFFERS),
            grouped(rest),
            share(rest),
        ]);
    }
    rows.extend(outcome.defaults.iter().map(|(reason, n)| {
        vec![
            format!("(own content: {})", reason.name()),
            grouped(*n),
            share(*n),
        ]
    }));
    lines(&["choice", " times", " share"], &rows)
}

pub fn speed(log: &Log, outcome: &Outcome, reading: Duration) -> String {
    let mut bytes = outcome.profile_bytes.clone();
    bytes.sort_unstable();
    let at = |share: f64| {
        bytes
            .get(((bytes.len() as f64 - 1.0) * share) as usize)
            .copied()
            .unwrap_or(0)
    };
    let engine_s = outcome.engine.as_secs_f64().max(1e-9);
    format!(
        "profiles: median {} bytes, 95 % up to {}, largest {}\n\
         {} events, each applied and chosen for, in {engine_s:.2} s: {} events/s on one core (reading the log took {:.2} s)",
        at(0.5),
        at(0.95),
        at(1.0),
        grouped(log.events),
        grouped((log.events as f64 / engine_s) as u64),
        reading.as_secs_f64()
    )
}
