//! Visitors of whom the truth is known: made here, decided for by the very engine, synced to a real store, reported. What the
//! report says must be true.

use std::collections::BTreeMap;

use escale::internals::base::hash::{mix, unit};
use escale::internals::base::index::Index;
use escale::internals::config::{Offer, Placement};
use escale::internals::event::fields::{RECORD, UNIT};
use escale::{Config, DecisionRequest, Engine, PageFacts, Reason, compile};
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::period::Period;
use super::{Report, build};
use crate::base::ids::{ReplicaId, Secret, Site, text};
use crate::model::fit::fit;
use crate::model::{LEAST_GROUP, Model, Success};
use crate::statistics::person::{Arm, HOLDOUT};
use crate::statistics::sums::Sums;
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, StoreError, SyncOutcome, SyncRequest};

/// A day in 2026, and its first moment: time is an argument everywhere.
const TODAY: u32 = 20_700;
const TODAY_MS: f64 = TODAY as f64 * 86_400_000.0;
const HOUR_MS: f64 = 3_600_000.0;

const OFFERS: [&str; 4] = ["lisbon", "porto", "bali", "maldives"];
/// Click rates of each offer, for lovers of cities and of far places.
const CLICKED: [[f64; 4]; 2] = [[0.12, 0.08, 0.02, 0.01], [0.03, 0.02, 0.15, 0.06]];
/// Share who book whatever they are shown.
const BOOKED: f64 = 0.05;

/// Both look at what they love as often as the others do.
const ALIKE: [f64; 2] = [0.8, 0.8];

/// A simulated site.
struct World {
    seed: u64,
    visitors: u64,
    /// Additional share of personalised visitors who book.
    uplift: f64,
    /// Probability that lovers of cities, and of far places, view what they love.
    usual: [f64; 2],
}

/// True values of a simulated site.
#[derive(Default)]
struct Truth {
    /// By offer: how likely a click is where it could be shown, added up, and how often it could.
    clicked: BTreeMap<String, (f64, f64)>,
    held_out: u64,
    exposures: i64,
    clicks: i64,
    /// Sum of the click probabilities of the offers seen.
    expected: f64,
}

fn people_config() -> serde_json::Value {
    let offer = |(at, id): (usize, &&str)| {
        let (family, topic) = if at < 2 {
            ("city", "trip.city")
        } else {
            ("far", "trip.far")
        };
        serde_json::json!({ "id": id, "family": family, "placements": ["home"], "topics": { topic: 1 },
            "content": { "en": { "title": id } } })
    };
    serde_json::json!({
        "version": 1,
        "facets": { "trip": { "topics": ["city", "far"] } },
        "families": { "city": {}, "far": {} },
        "placements": { "home": { "min_confidence": 0 } },
        "policy": { "holdout": 0.25, "exploration": 0.1 },
        "offers": OFFERS.iter().enumerate().map(offer).collect::<Vec<_>>(),
    })
}

fn compiled(config: &serde_json::Value) -> Config {
    let compiled = compile(&config.to_string()).ok();
    compiled
        .and_then(|compiled| Config::from_bytes(compiled.bytes).ok())
        .unwrap_or_else(|| panic!("a good config"))
}

/// Chance, by what it is about.
struct Chance(u64);

impl Chance {
    fn of(&self, what: u64) -> f64 {
        unit(mix(self.0, what))
    }
}

/// One visitor's weeks.
struct Life<'a> {
    engine: Engine,
    chance: Chance,
    is_far: usize,
    usual: f64,
    placement: Index<Placement>,
    truth: &'a mut Truth,
}

impl Life<'_> {
    fn tell(&mut self, at_ms: f64, name: &str, fields: &[(&str, String)]) {
        let fields: String = fields
            .iter()
            .map(|(key, value)| format!("{key}{UNIT}{value}{RECORD}"))
            .collect();
        let Ok(event) = self.engine.track(at_ms, name, &fields) else {
            panic!("{name} is an event")
        };
        self.engine.apply(&event);
    }

    /// A visit: a page, and an offer if there is one.
    fn visit(&mut self, number: u64, at_ms: f64) {
        let is_usual = self.chance.of(10 + number) < self.usual;
        let topic = if (self.is_far == 1) == is_usual {
            "trip.far"
        } else {
            "trip.city"
        };
        let page = self.engine.page(
            at_ms,
            &PageFacts {
                explicit: topic,
                ..PageFacts::default()
            },
        );
        self.engine.apply(&page);
        let request = DecisionRequest {
            now_ms: at_ms + 1000.0,
            placement: self.placement,
            slot: 0,
            exclude: &[],
        };
        let decision = self.engine.choose(&request);
        let Some(offer) = decision.offer.filter(|_| decision.reason == Reason::Chosen) else {
            return;
        };
        // One in five is never scrolled to.
        if self.chance.of(40 + number) < 0.2 {
            return;
        }
        self.remember_truth(&request);
        let name = self.name(offer);
        let fields = [
            ("placement", "home".to_owned()),
            ("offer", name.clone()),
            ("decided_ms", request.now_ms.to_string()),
            ("propensity", format!("{:.12}", decision.propensity)),
        ];
        self.tell(at_ms + 3000.0, "offer_impression", &fields);
        self.truth.exposures += 1;
        self.truth.expected += self.clicked(&name);
        if self.chance.of(70 + number) < self.clicked(&name) {
            self.tell(at_ms + 9000.0, "offer_click", &fields);
            self.truth.clicks += 1;
        }
    }

    /// Result that each possible offer would have had.
    fn remember_truth(&mut self, request: &DecisionRequest<'_>) {
        let context = self.engine.context(request.now_ms);
        let eligible = context.eligible(&context.config.placement(request.placement), &[]);
        for candidate in eligible {
            let name = self.name(candidate.offer);
            let clicked = self.clicked(&name);
            let held = self.truth.clicked.entry(name).or_default();
            *held = (held.0 + clicked, held.1 + 1.0);
        }
    }

    fn name(&self, offer: Index<Offer>) -> String {
        let config = self.engine.config();
        config.name(offer).to_owned()
    }

    fn clicked(&self, offer: &str) -> f64 {
        OFFERS
            .iter()
            .position(|name| *name == offer)
            .map_or(0.0, |at| CLICKED[self.is_far][at])
    }
}

/// A visitor's weeks, and what their browser hands in at the end of it.
fn live(world: &World, number: u64, config: &Config, truth: &mut Truth) -> SyncRequest {
    let draw = mix(world.seed, number);
    let mut secret = [0; 16];
    secret[..8].copy_from_slice(&draw.to_le_bytes());
    secret[8..].copy_from_slice(&number.to_le_bytes());
    let Some(secret) = Secret::parse(&text(&secret)) else {
        panic!("sixteen bytes")
    };
    let mut engine = Engine::new(config.clone());
    engine.set_visitor(secret.draws());
    let (Some(placement), chance) = (engine.placement("home"), Chance(draw)) else {
        panic!("a placement")
    };
    let is_far = usize::from(chance.of(1) < 0.4);
    let is_held_out = escale::internals::traits::experiment::is_held_out(config, secret.draws());
    truth.held_out += u64::from(is_held_out);
    let mut life = Life {
        engine,
        chance,
        is_far,
        usual: world.usual[is_far],
        placement,
        truth,
    };
    let visits = 1 + (life.chance.of(2) * 5.0) as u64;
    let first_ms = TODAY_MS - 24.0 * 24.0 * HOUR_MS + (life.chance.of(3) * 48.0 * HOUR_MS).floor();
    for visit in 0..visits {
        life.visit(visit, first_ms + visit as f64 * 50.0 * HOUR_MS);
    }
    let books = BOOKED + if is_held_out { 0.0 } else { world.uplift };
    if life.chance.of(5) < books {
        let value = (300.0 + 900.0 * life.chance.of(6)).round();
        let fields = [("id", format!("b{number}")), ("value", value.to_string())];
        life.tell(
            first_ms + visits as f64 * 50.0 * HOUR_MS,
            "booking",
            &fields,
        );
    }
    let site = Site::new("demo");
    SyncRequest {
        visitor: secret.visitor(&site),
        erase: secret.erase(&site),
        replica: ReplicaId(number.to_le_bytes()),
        version: 1,
        profile: life.engine.known().clone(),
        state: life.engine.save(),
        day: TODAY,
        consent: None,
        arms: vec![Arm {
            experiment: HOLDOUT,
            arm: u8::from(is_held_out),
        }],
        triggers_evaluation: false,
    }
}

/// Reported values beside the true ones.
async fn run(world: &World) -> Result<(Report, Truth), StoreError> {
    let config = compiled(&people_config());
    let (sums, truth) = sums(world, &config).await?;
    Ok((build("demo", PERIOD, &sums, &config), truth))
}

const PERIOD: Period = Period {
    from_day: TODAY - 30,
    to_day: TODAY,
};

/// Everyone lives, everyone hands in; the sums of those days, beside the truth.
async fn sums(world: &World, config: &Config) -> Result<(Sums, Truth), StoreError> {
    let Ok(folder) = tempfile::TempDir::new() else {
        panic!("a folder")
    };
    let Ok(store) = SqliteStore::open(&folder.path().join("escale.db")) else {
        panic!("a database")
    };
    let mut truth = Truth::default();
    let all: Vec<SyncRequest> = (0..world.visitors)
        .map(|number| live(world, number, config, &mut truth))
        .collect();
    let done: Vec<SyncOutcome> = futures_util::stream::iter(all)
        .map(|one| store.sync(one))
        .buffered(256)
        .try_collect()
        .await?;
    assert!(
        done.iter()
            .all(|done| *done == SyncOutcome::Accepted { is_alone: true })
    );
    let sums = store.sums(Site::new("demo"), PERIOD).await?;
    store.close().await?;
    Ok((sums, truth))
}

#[track_caller]
fn contains_truth(estimate: &super::Estimate, truth: f64, what: &str) {
    let is_held = estimate.low.is_some_and(|low| low <= truth)
        && estimate.high.is_some_and(|high| truth <= high);
    assert!(is_held, "{what}: {truth} is not in {estimate:?}");
}

fn check_offers(report: &Report, truth: &Truth) {
    assert_eq!(report.offers.len(), OFFERS.len());
    for row in &report.offers {
        let Some((clicked, times)) = truth.clicked.get(&row.offer) else {
            panic!("{} was never eligible", row.offer)
        };
        contains_truth(&row.worth.click_rate, clicked / times, &row.offer);
    }
    assert_eq!(
        (report.total.exposures, report.total.clicks),
        (truth.exposures, truth.clicks)
    );
    assert_eq!(report.people.held_out.people, truth.held_out as i64);
}

#[tokio::test]
async fn an_effect_is_found_and_its_interval_holds_the_truth() -> Result<(), StoreError> {
    let (report, truth) = run(&World {
        seed: 1,
        visitors: 4_000,
        uplift: 0.04,
        usual: ALIKE,
    })
    .await?;
    check_offers(&report, &truth);
    let [_, booked, revenue] = &report.uplift[..] else {
        panic!("three outcomes")
    };
    contains_truth(&booked.difference, 0.04, "booked");
    contains_truth(&booked.relative, 0.04 / BOOKED, "booked, relative");
    contains_truth(&revenue.difference, 0.04 * 750.0, "revenue");
    assert_eq!(booked.verdict, "more");
    // What was clicked by those to whom it was shown is not what everyone would click.
    let naive = |row: &super::OfferRow| row.tally.click_rate.unwrap_or(0.0);
    let bali = report
        .offers
        .iter()
        .find(|row| row.offer == "bali")
        .unwrap_or_else(|| panic!("it was shown"));
    let (high, rate) = (bali.worth.click_rate.high.unwrap_or(1.0), naive(bali));
    assert!(
        rate > high,
        "{rate} is within the interval up to {high}: the naive rate would do"
    );
    Ok(())
}

#[tokio::test]
async fn where_there_is_no_effect_none_is_reported() -> Result<(), StoreError> {
    let (report, truth) = run(&World {
        seed: 2,
        visitors: 4_000,
        uplift: 0.0,
        usual: ALIKE,
    })
    .await?;
    check_offers(&report, &truth);
    for row in &report.uplift[1..] {
        contains_truth(&row.difference, 0.0, row.outcome);
        assert_eq!(row.verdict, "no_difference_seen");
    }
    // Nobody asked for a quote.
    assert_eq!(report.uplift[0].verdict, "too_few");
    Ok(())
}

#[tokio::test]
async fn what_is_learned_makes_better_choices() -> Result<(), StoreError> {
    let mut people = people_config();
    let before = compiled(&people);
    let (sums, learned_from) = sums(
        &World {
            seed: 3,
            visitors: 4_000,
            uplift: 0.0,
            usual: ALIKE,
        },
        &before,
    )
    .await?;
    let model = fit(&sums, &before, PERIOD, Success::Clicks, LEAST_GROUP);
    for (offer, (clicked, times)) in &learned_from.clicked {
        let (rate, truth) = (
            model.rates.get(offer).copied().unwrap_or(0.0),
            clicked / times,
        );
        assert!(
            (rate / truth - 1.0).abs() < 0.25,
            "{offer}: {rate} learned of {truth}"
        );
    }
    model.put_into(&mut people);
    let after = compiled(&people);
    // Others, who have taught nothing.
    let new_visitors = World {
        seed: 4,
        visitors: 2_000,
        uplift: 0.0,
        usual: ALIKE,
    };
    let [was, is] = [&before, &after].map(|config| clicked(&new_visitors, config));
    assert!(is > was * 1.05, "{is} clicked after, {was} before");
    Ok(())
}

/// True click probability of an offer that is seen.
fn clicked(world: &World, config: &Config) -> f64 {
    let mut truth = Truth::default();
    (0..world.visitors).for_each(|number| drop(live(world, number, config, &mut truth)));
    truth.expected / truth.exposures as f64
}

/// A view of a far place carries more information if every visitor views cities.
#[tokio::test]
async fn base_rates_that_are_learned_make_better_choices() -> Result<(), StoreError> {
    let everyone_looks_at_cities = |seed, visitors| World {
        seed,
        visitors,
        uplift: 0.0,
        usual: [0.97, 0.35],
    };
    let mut people = people_config();
    // The best is shown nearly always: what makes the difference is which one is held to be the best.
    people["policy"]["temperature"] = 0.3.into();
    let before = compiled(&people);
    let (sums, _) = sums(&everyone_looks_at_cities(5, 4_000), &before).await?;
    let model = fit(&sums, &before, PERIOD, Success::Clicks, LEAST_GROUP);
    // Six in ten love cities; of the looks of the others, two in three are at one.
    let truth = 0.6 * 0.97 + 0.4 * 0.65;
    let city = model.base_rates.get("trip.city").copied().unwrap_or(0.0);
    assert!((city - truth).abs() < 0.03, "{city} learned of {truth}");
    // By what is learned of topics alone.
    Model {
        rates: BTreeMap::new(),
        ..model
    }
    .put_into(&mut people);
    let new_visitors = everyone_looks_at_cities(6, 4_000);
    let [was, is] = [&before, &compiled(&people)].map(|config| clicked(&new_visitors, config));
    assert!(is > was * 1.02, "{is} clicked after, {was} before");
    Ok(())
}
