//! Replay run. In: a log and a config. Out: the engine's decisions and the final profiles. Never: reads a clock other
//! than to measure itself.

use std::time::{Duration, Instant};

use escale::internals::base::index::Index;
use escale::internals::config::layout::Section;
use escale::internals::config::{Offer, Placement};
use escale::{Config, DecisionRequest, Engine, Knowledge, PageFacts, Reason, TrackError, snapshot};
use sha2::{Digest, Sha256};

use super::log::{Log, bar};
use super::{Action, LineError, RecordedEvent, Visitor};

/// Outcome of a run.
pub struct Outcome {
    pub decisions: u64,
    /// Decisions for each offer, by its index.
    pub offers: Vec<u64>,
    /// Decisions for the page's own content, by reason.
    pub defaults: Vec<(Reason, u64)>,
    /// Visitors with the most events.
    pub shown: Vec<Shown>,
    pub profile_bytes: Vec<usize>,
    pub errors: Vec<LineError>,
    /// Time spent in the engine.
    pub engine: Duration,
}

/// Summary of one visitor.
pub struct Shown {
    pub name: String,
    pub events: usize,
    pub profile_bytes: usize,
    pub knowledge: Knowledge,
    pub last_offer: Option<Index<Offer>>,
}

/// Runs every visitor through one engine and shows progress by events. The `show` busiest visitors get a summary.
pub fn run(log: &Log, config: Config, placement: Index<Placement>, show: usize) -> Outcome {
    let offers = config.count(Section::Offers);
    let busiest = busiest(&log.visitors, show);
    let mut run = Run {
        engine: Engine::new(config),
        placement,
        outcome: Outcome {
            decisions: 0,
            offers: vec![0; offers],
            defaults: Vec::new(),
            shown: Vec::new(),
            profile_bytes: Vec::new(),
            errors: Vec::new(),
            engine: Duration::ZERO,
        },
    };
    let bar = bar(
        log.events,
        "{spinner} replaying {wide_bar} {human_pos}/{human_len} events  {per_sec}",
    );
    for (at, visitor) in log.visitors.iter().enumerate() {
        run.visitor(visitor, busiest.contains(&at));
        bar.inc(visitor.events.len() as u64);
    }
    bar.finish_and_clear();
    run.outcome
        .shown
        .sort_by_key(|shown| std::cmp::Reverse(shown.events));
    run.outcome
}

fn busiest(visitors: &[Visitor], show: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..visitors.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(visitors[*at].events.len()));
    order.truncate(show);
    order
}

struct Run {
    engine: Engine,
    placement: Index<Placement>,
    outcome: Outcome,
}

impl Run {
    fn visitor(&mut self, visitor: &Visitor, is_shown: bool) {
        let mut last_offer = None;
        let seed = seed(&visitor.name);
        let begun = Instant::now();
        self.begin(seed);
        for event in &visitor.events {
            last_offer = self.event(event);
        }
        self.outcome.engine += begun.elapsed();
        let profile_bytes = self.engine.save().len();
        self.outcome.profile_bytes.push(profile_bytes);
        if is_shown {
            let last_ms = visitor.events.last().map_or(0.0, |event| event.at_ms);
            let knowledge = snapshot(&self.engine, last_ms);
            let (name, events) = (visitor.name.clone(), visitor.events.len());
            self.outcome.shown.push(Shown {
                name,
                events,
                profile_bytes,
                knowledge,
                last_offer,
            });
        }
    }

    /// Starts a visitor with an empty profile and no page.
    fn begin(&mut self, seed: u64) {
        self.engine.set_visitor(seed);
        // An empty profile always loads.
        let _ = self.engine.load(&[]);
        self.engine.page(0.0, &PageFacts::default());
    }

    fn event(&mut self, event: &RecordedEvent) -> Option<Index<Offer>> {
        match self.bytes_of(event) {
            Ok(bytes) => {
                self.engine.apply(&bytes);
            }
            Err(reason) => self.outcome.errors.push(LineError {
                line: event.line,
                reason,
            }),
        }
        let request = DecisionRequest {
            now_ms: event.at_ms,
            placement: self.placement,
            slot: 0,
            exclude: &[],
        };
        let decision = self.engine.choose(&request);
        self.outcome.decisions += 1;
        match decision.offer {
            Some(offer) => self.outcome.offers[offer.position()] += 1,
            None => self.count_default(decision.reason),
        }
        decision.offer
    }

    fn bytes_of(&mut self, event: &RecordedEvent) -> Result<Vec<u8>, String> {
        match &event.action {
            Action::Page {
                topics,
                url,
                tokens,
            } => Ok(self.engine.page(
                event.at_ms,
                &PageFacts {
                    explicit: topics,
                    url,
                    tokens,
                },
            )),
            Action::Call { name, fields } => {
                self.engine
                    .track(event.at_ms, name, fields)
                    .map_err(|error| match error {
                        TrackError::UnknownEvent => format!("unknown event `{name}`"),
                        TrackError::BadField => format!("a field of `{name}` cannot be read"),
                    })
            }
        }
    }

    fn count_default(&mut self, reason: Reason) {
        let defaults = &mut self.outcome.defaults;
        match defaults.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, n)) => *n += 1,
            None => defaults.push((reason, 1)),
        }
    }
}

fn seed(name: &str) -> u64 {
    let hash = Sha256::digest(name);
    hash.iter()
        .take(8)
        .fold(0, |seed, byte| seed << 8 | u64::from(*byte))
}
