//! Stories: a marketing plan's own tests ("a visitor who reads three city pages should see a city
//! offer"). Comes in: a story and an engine that knows nobody; goes out: what came true, and why
//! the rest did not. It must never decide anything itself: it asks the engine, as a page does.

mod account;
mod call;
mod clock;
mod expect;
mod read;
pub mod source;
mod tally;

use super::base::hash::{Salt, mix};
use super::base::index::Index;
use super::config::source::OfferKind;
use super::config::{Family, Offer, Placement, Scenario};
use super::decision::decide::{Decision, DecisionRequest};
use super::engine::Engine;
use super::event::classify::PageFacts;
use super::event::fields::{RECORD, UNIT};
use super::traits::experiment;
pub use read::read;
use source::PageDetail;
pub use source::json_schema;
use tally::Tally;

/// A visitor outside of the control group is searched among so many.
const MOST_VISITORS: u32 = 100;
/// A visitor in the story's arms is searched among so many.
const MOST_TRIED: usize = 100_000;

/// A story, read and checked against a config.
#[derive(Clone, Debug)]
pub struct Story {
    /// Name of the story.
    pub name: String,
    visitor: Option<u64>,
    /// Arms that the visitor must be in, by hash.
    arms: Vec<u32>,
    /// Profiles at the beginning: that of this browser, that of the other replicas.
    known: [Vec<u8>; 2],
    steps: Vec<Step>,
    expectations: Vec<Expectation>,
}

#[derive(Clone, Debug)]
struct Step {
    at_ms: f64,
    act: Act,
}

#[derive(Clone, Debug)]
enum Act {
    Wait,
    Page(PageDetail),
    Track { name: String, fields: String },
    See(Index<Placement>),
}

#[derive(Clone, Debug)]
struct Expectation {
    path: String,
    at_ms: f64,
    /// Placement that shows it. `None` for a scenario.
    placement: Option<Index<Placement>>,
    wanted: Wanted,
    /// `true` if a slot should show it. Otherwise no slot should.
    is_shown: bool,
    /// Among so many visitors; 0: of the story's own.
    draws: u32,
    /// The share of them for whom it must come true.
    least: f64,
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// An offer; in one of its variants (from 1), or in any of its texts.
    Offer(Index<Offer>, Option<u8>),
    Family(Index<Family>),
    Kind(OfferKind),
    Default,
    /// A scenario that is due.
    Scenario(Index<Scenario>),
}

/// The result of a story.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Outcome {
    /// Name of the story.
    pub name: String,
    /// One for each `then`, in their order.
    pub verdicts: Vec<Verdict>,
}

/// The result of one expectation.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Verdict {
    /// Its path in the story: `/then/0`.
    pub path: String,
    /// `true` if the expectation is met.
    pub is_met: bool,
    /// `home-hero should show an offer of the family city`.
    pub expected: String,
    /// The actual result: offers by id, or the number of visitors for whom it came true.
    pub saw: String,
    /// Why, line by line; nothing where it came true.
    pub why: Vec<String>,
}
impl Outcome {
    /// Returns `true` if every expectation came true.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.is_met)
    }
}

impl Story {
    /// Tells the story to an engine that knows nobody, with the config that it was read for.
    ///
    /// ```
    /// use escale::{Config, Engine, compile};
    /// use escale::internals::story;
    /// # let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {"city": {}}, "placements": {"hero": {}},
    /// #   "offers": [{"id": "lisbon", "family": "city", "placements": ["hero"], "topics": {"trip.city": 1}, "content": {"en": {"title": "Lisbon"}}}]}"#;
    /// let config = Config::from_bytes(compile(json).unwrap().bytes).unwrap();
    /// let text = r#"{
    ///   "name": "who looks at cities sees Lisbon",
    ///   "steps": [{"at": "2026-11-21T10:00", "page": {"explicit": "trip.city"}}],
    ///   "then": [{"placement": "hero", "shows": {"offer": "lisbon"}}]
    /// }"#;
    /// let story = story::read(text, &config).unwrap();
    /// assert!(story.run(&Engine::new(config)).is_met());
    /// ```
    #[must_use]
    pub fn run(&self, engine: &Engine) -> Outcome {
        let most = self.expectations.iter().map(|e| e.draws).max().unwrap_or(0);
        let mut tallies: Vec<Tally> = self.expectations.iter().map(|_| Tally::default()).collect();
        if self.visitor.is_none() && self.visitor_of(engine, 0).is_none() {
            return self.about_nobody(engine);
        }
        for draw in 0..most.max(MOST_VISITORS) {
            let is_asked = |(e, tally): (&Expectation, &Tally)| {
                draw < e.draws || (e.draws == 0 && tally.visitors == 0)
            };
            let asked: Vec<bool> = self
                .expectations
                .iter()
                .zip(&tallies)
                .map(is_asked)
                .collect();
            if !asked.contains(&true) {
                break;
            }
            let Some(lived) = self.lived(engine, draw) else {
                continue;
            };
            let each = self
                .expectations
                .iter()
                .zip(&mut tallies)
                .zip(asked)
                .filter(|(_, is_asked)| *is_asked);
            for ((expectation, tally), _) in each {
                tally.take(expectation, &lived);
            }
        }
        let verdicts = self
            .expectations
            .iter()
            .zip(tallies)
            .map(|(e, tally)| tally.verdict(e, engine))
            .collect();
        Outcome {
            name: self.name.clone(),
            verdicts,
        }
    }

    /// The outcome where nobody is in the story's arms.
    fn about_nobody(&self, engine: &Engine) -> Outcome {
        let verdict = |e: &Expectation| Verdict {
            path: e.path.clone(),
            is_met: false,
            expected: account::expected(e, engine),
            saw: format!("nobody in the story's arms among {MOST_TRIED} visitors"),
            why: vec!["give the arms larger shares".to_owned()],
        };
        Outcome {
            name: self.name.clone(),
            verdicts: self.expectations.iter().map(verdict).collect(),
        }
    }

    /// One visitor of many: the first of a line of them who is in the story's arms.
    fn visitor_of(&self, engine: &Engine, draw: u32) -> Option<u64> {
        let of_draw = Salt::STORY.mix(u64::from(draw));
        let mut line = std::iter::successors(Some(of_draw), |visitor| Some(mix(*visitor, of_draw)));
        let is_in = |visitor: u64, hash: u32| {
            let config = engine.config();
            let experiment = config
                .arms()
                .find(|arm| arm.hash == hash)
                .map(|arm| arm.experiment);
            experiment
                .and_then(|e| experiment::of(config, e, visitor))
                .is_some_and(|arm| arm.hash == hash)
        };
        let fits = |visitor: &u64| self.arms.iter().all(|arm| is_in(*visitor, *arm));
        line.by_ref().take(MOST_TRIED).find(fits)
    }

    /// An engine that has lived through the steps, as one visitor of many. The story's own visitor
    /// is the first. None: nobody was found in the story's arms.
    fn lived(&self, engine: &Engine, draw: u32) -> Option<Engine> {
        let mut engine = engine.clone();
        let visitor = self
            .visitor
            .filter(|_| draw == 0)
            .or_else(|| self.visitor_of(&engine, draw))?;
        engine.set_visitor(visitor);
        // Looked at when the story was read.
        let _ = engine.load_with(&self.known[0], &self.known[1]);
        for step in &self.steps {
            match &step.act {
                Act::Wait => {}
                Act::Page(page) => {
                    let tokens = page.tokens.join("\n");
                    let facts = PageFacts {
                        explicit: &page.explicit,
                        url: &page.url,
                        tokens: &tokens,
                    };
                    let event = engine.page(step.at_ms, &facts);
                    engine.apply(&event);
                }
                Act::Track { name, fields } => track(&mut engine, step.at_ms, name, fields),
                Act::See(placement) => see(&mut engine, step.at_ms, *placement),
            }
        }
        Some(engine)
    }
}

/// A call that was tried when the story was read.
fn track(engine: &mut Engine, at_ms: f64, name: &str, fields: &str) {
    if let Ok(event) = engine.track(at_ms, name, fields) {
        engine.apply(&event);
    }
}

/// The visitor views every offer that a placement shows.
fn see(engine: &mut Engine, at_ms: f64, placement: Index<Placement>) {
    let config = engine.config();
    let place = config.name(placement).to_owned();
    let offers = shown(engine, at_ms, placement)
        .into_iter()
        .filter_map(|decision| decision.offer);
    let ids: Vec<String> = offers.map(|o| config.name(o).to_owned()).collect();
    for id in ids {
        let fields = format!("offer{UNIT}{id}{RECORD}placement{UNIT}{place}{RECORD}");
        track(engine, at_ms, "offer_impression", &fields);
    }
}

/// Returns the decision for each slot of a placement.
fn shown(engine: &Engine, now_ms: f64, placement: Index<Placement>) -> Vec<Decision> {
    let mut exclude = Vec::new();
    let slots = 0..engine.config().placement(placement).slots as u8;
    let decisions = slots.map(|slot| {
        let decision = engine.choose(&DecisionRequest {
            now_ms,
            placement,
            slot,
            exclude: &exclude,
        });
        exclude.extend(decision.offer);
        decision
    });
    decisions.collect()
}
