//! Simulated visitors of the demo. In: the demo's config, an empty database. Out: the syncs of visitors of the last two
//! weeks, the same on every run of a day. Never: a simulated visitor beside real data, or without `--demo`.

use escale::internals::base::hash::{mix, unit};
use escale::internals::base::index::Index;
use escale::internals::config::Placement;
use escale::internals::event::fields::{RECORD, UNIT};
use escale::{Config, DecisionRequest, Engine, PageFacts, Reason};
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::base::clock;
use crate::base::errors::Errors;
use crate::base::ids::{ReplicaId, Secret, Site, text};
use crate::http::state::AppState;
use crate::report::build;
use crate::report::period::Period;
use crate::statistics::person::{HOLDOUT, arms};
use crate::sync::request::SyncRequest;

const SEED: u64 = 0x00e5_ca1e;
const DAYS: u32 = 14;
/// Days without data for a database to count as empty.
const EMPTY_DAYS: u32 = 90;
const MINUTE_MS: f64 = 60_000.0;
const DAY_MS: f64 = 86_400_000.0;
/// Syncs that wait for the disk at once.
const CONCURRENT_SYNCS: usize = 64;

const PLACEMENT: &str = "home-hero";
const TOPICS: [&str; 6] = [
    "trip.city",
    "trip.exotic",
    "trip.beach",
    "trip.ski",
    "trip.wellness",
    "trip.family",
];
const VISITS_MAX: f64 = 5.0;
const PAGES_PER_VISIT: u64 = 3;
/// Share of the visitors in the control group. The demo itself has none, so that it answers everybody who tries it.
const HOLDOUT_SHARE: f64 = 0.2;
const VIEWABLE_RATE: f64 = 0.8;
const CLICK_RATE: f64 = 0.12;
const QUOTE_RATE: f64 = 0.12;
const BOOKING_RATE: f64 = 0.05;
/// Additional share of personalised visitors who ask for a quote, and who book.
const UPLIFT: f64 = 0.05;

/// Stores `count` simulated visitors if the database has no data. Returns the number stored.
///
/// # Errors
/// The database cannot be read or written.
pub(super) async fn seed(state: &AppState, count: u32) -> Result<usize, Errors> {
    let of_store = |error| Errors::of("the simulated visitors", error);
    let (today, now_ms) = (clock::today(), clock::now_ms() as f64);
    let config = &state.config().config;
    let period = Period::read(None, None, Some(EMPTY_DAYS), today).map_err(Errors::message)?;
    let sums = state.store.sums(state.site.clone(), period);
    let report = build(
        state.site.as_str(),
        period,
        &sums.await.map_err(of_store)?,
        config,
    );
    let people = report.people.personalised.people + report.people.held_out.people;
    if report.total.decisions > 0 || people > 0 {
        return Ok(0);
    }
    let syncs = (0..count)
        .filter_map(|number| SimulatedVisitor::new(config, number, today))
        .map(|visitor| visitor.live(now_ms).into_sync(&state.site, today));
    let stored: Vec<_> = futures_util::stream::iter(syncs)
        .map(|sync| state.store.sync(sync))
        .buffered(CONCURRENT_SYNCS)
        .try_collect()
        .await
        .map_err(of_store)?;
    Ok(stored.len())
}

/// A visitor whose choices follow from a number.
struct SimulatedVisitor {
    engine: Engine,
    seed: u64,
    secret: Secret,
    placement: Index<Placement>,
    is_held_out: bool,
}

impl SimulatedVisitor {
    /// `None` if the config lacks the placement.
    fn new(config: &Config, number: u32, today: u32) -> Option<Self> {
        let seed = mix(mix(SEED, u64::from(today)), u64::from(number));
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..].copy_from_slice(&mix(seed, 1).to_le_bytes());
        let secret = Secret::parse(&text(&bytes))?;
        let mut engine = Engine::new(config.clone());
        engine.set_visitor(secret.draws());
        Some(Self {
            placement: engine.placement(PLACEMENT)?,
            is_held_out: unit(mix(seed, 2)) < HOLDOUT_SHARE,
            engine,
            seed,
            secret,
        })
    }

    /// A random number between 0 and 1, the same for the same purpose.
    fn random(&self, purpose: u64) -> f64 {
        unit(mix(self.seed, purpose))
    }

    /// Lives through the visits of the last days, and ends before `now_ms`.
    fn live(mut self, now_ms: f64) -> Self {
        let visits = 1 + (self.random(3) * VISITS_MAX) as u64;
        let favourite = TOPICS[(self.random(4) * TOPICS.len() as f64) as usize % TOPICS.len()];
        let first_ms = now_ms - self.random(5) * f64::from(DAYS) * DAY_MS;
        let mut at_ms = first_ms.floor();
        for visit in 0..visits {
            if at_ms > now_ms - 60.0 * MINUTE_MS {
                break;
            }
            self.visit(visit, at_ms, favourite);
            at_ms += ((0.5 + self.random(100 + visit)) * DAY_MS).floor();
        }
        let last_ms = at_ms.min(now_ms - MINUTE_MS).floor();
        let uplift = if self.is_held_out { 0.0 } else { UPLIFT };
        if self.random(6) < QUOTE_RATE + uplift {
            self.track(last_ms, "quote_start", &[]);
            self.track(last_ms, "quote_submit", &[]);
        }
        if self.random(7) < BOOKING_RATE + uplift {
            let value = (300.0 + 900.0 * self.random(8)).round().to_string();
            let id = format!("simulated-{:x}", self.seed);
            self.track(last_ms, "booking", &[("id", &id), ("value", &value)]);
        }
        self
    }

    /// Views some pages, then the home page with its offer.
    fn visit(&mut self, number: u64, at_ms: f64, topic: &str) {
        let facts = PageFacts {
            explicit: topic,
            ..PageFacts::default()
        };
        for page in 0..PAGES_PER_VISIT {
            let event = self.engine.page(at_ms + page as f64 * MINUTE_MS, &facts);
            self.engine.apply(&event);
        }
        if self.is_held_out {
            return;
        }
        let chosen_ms = at_ms + PAGES_PER_VISIT as f64 * MINUTE_MS;
        let decision = self.engine.choose(&DecisionRequest {
            now_ms: chosen_ms,
            placement: self.placement,
            slot: 0,
            exclude: &[],
        });
        let Some(offer) = decision.offer.filter(|_| decision.reason == Reason::Chosen) else {
            return;
        };
        if self.random(200 + number) >= VIEWABLE_RATE {
            return;
        }
        let config = self.engine.config();
        let offer = config.name(offer).to_owned();
        let (chosen_at, propensity) = (
            chosen_ms.to_string(),
            format!("{:.12}", decision.propensity),
        );
        let fields = [
            ("placement", PLACEMENT),
            ("offer", offer.as_str()),
            ("decided_ms", chosen_at.as_str()),
            ("propensity", propensity.as_str()),
        ];
        self.track(chosen_ms + 3_000.0, "offer_impression", &fields);
        if self.random(300 + number) < CLICK_RATE {
            self.track(chosen_ms + 9_000.0, "offer_click", &fields);
        }
    }

    /// Applies an event. An event that the config does not know is left out.
    fn track(&mut self, at_ms: f64, name: &str, fields: &[(&str, &str)]) {
        let fields: String = fields
            .iter()
            .map(|(key, value)| format!("{key}{UNIT}{value}{RECORD}"))
            .collect();
        if let Ok(event) = self.engine.track(at_ms, name, &fields) {
            self.engine.apply(&event);
        }
    }

    fn into_sync(self, site: &Site, today: u32) -> SyncRequest {
        let mut arms = arms(self.engine.config(), self.secret.draws());
        for arm in arms.iter_mut().filter(|arm| arm.experiment == HOLDOUT) {
            arm.arm = u8::from(self.is_held_out);
        }
        SyncRequest {
            visitor: self.secret.visitor(site),
            erase: self.secret.erase(site),
            replica: ReplicaId(self.seed.to_le_bytes()),
            version: 1,
            profile: self.engine.known().clone(),
            state: self.engine.save(),
            day: today,
            consent: None,
            arms,
            triggers_evaluation: false,
        }
    }
}
