//! The state of a visitor, in names: for the visitor, the inspector and the export. Comes in: an
//! engine and a time; goes out: a tree that serialises. Only things that the config can name are in
//! it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::customer::CustomerKnowledge;
use super::decisions::{DecisionKnowledge, decisions};
use crate::core::base::civil::Day;
use crate::core::base::time::Timestamp;
use crate::core::config::{Family, TextIndex, Topic, season};
use crate::core::decision::scenario::Due;
use crate::core::engine::Engine;
use crate::core::profile::{Booking, Counts, Profile, TripStep};
use crate::core::traits::affinity::Affinity;
use crate::core::traits::contacts::contacts;
use crate::core::traits::experiment;
use crate::core::traits::family_pressure;
use crate::core::traits::trip::{self, TripReading};

/// State of a visitor, in the names of the config.
///
/// ```
/// use escale::{Config, Engine, Knowledge, PageFacts, compile, snapshot};
/// # let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {"city": {}}, "placements": {"hero": {}},
/// #   "policy": {"holdout": 0}, "offers": [{"id": "lisbon", "family": "city", "placements": ["hero"], "topics": {"trip.city": 1},
/// #   "content": {"en": {"title": "Lisbon"}}}]}"#;
/// # let mut engine = Engine::new(Config::from_bytes(compile(json).unwrap().bytes).unwrap());
/// # let now_ms = 1_795_000_000_000.0;
/// let event = engine.page(now_ms, &PageFacts { explicit: "trip.city", ..PageFacts::default() });
/// engine.apply(&event);
/// let Knowledge { counts, facets, .. } = snapshot(&engine, now_ms);
/// assert_eq!((counts.page_views, facets[0].topics[0].name.as_str()), (1, "trip.city"));
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Knowledge {
    /// Numbers of events.
    pub counts: Counts,
    /// When the first and the last event happened, in milliseconds since the Unix epoch; 0 = never.
    pub first_ms: f64,
    /// Time of the last event. 0 = never.
    pub last_ms: f64,
    /// Facets with their topics.
    pub facets: Vec<FacetKnowledge>,
    /// Families that were seen.
    pub families: Vec<FamilyKnowledge>,
    /// Trips in mind and booked ones, unified.
    pub trips: Vec<TripKnowledge>,
    /// The seasons in force.
    pub seasons: Vec<String>,
    /// Frequency that the visitor wants: `unsaid`, `any`, `weekly`, `monthly`, `seasonal`, `never`.
    pub frequency: &'static str,
    /// The scenarios that are due.
    pub due: Vec<String>,
    /// Bookings.
    pub bookings: Vec<BookingKnowledge>,
    /// The arm of each experiment that the visitor is in, by the experiments' names.
    pub arms: BTreeMap<String, String>,
    /// Decisions of the last month, and their outcomes.
    pub decisions: Vec<DecisionKnowledge>,
    /// Traits of the customer.
    #[serde(flatten)]
    pub customer: CustomerKnowledge,
}

impl Knowledge {
    /// The persona that sees no commercial offers, if one is in force.
    #[must_use]
    pub fn negative_persona(&self) -> Option<&str> {
        self.customer.negative_persona.as_deref()
    }
}

/// A facet and its topics, the likeliest first.
#[derive(Clone, Debug, Serialize)]
pub struct FacetKnowledge {
    /// Name of the facet.
    pub name: String,
    /// 0 to 1.
    pub confidence: f64,
    /// Topics, the likeliest first.
    pub topics: Vec<TopicKnowledge>,
}

/// A topic.
#[derive(Clone, Debug, Serialize)]
pub struct TopicKnowledge {
    /// Name of the topic.
    pub name: String,
    /// 0 to 1; a facet's sum is 1.
    pub affinity: f64,
    /// 1 = as everyone.
    pub lift: f64,
    /// Events' worth of what is left.
    pub mass: f64,
}

/// A family that has been shown or rests.
#[derive(Clone, Debug, Serialize)]
pub struct FamilyKnowledge {
    /// Name of the family.
    pub name: String,
    /// Exposures since the latest click.
    pub ignored: u32,
    /// Milliseconds since the Unix epoch; absent if it does not rest.
    pub rests_until_ms: Option<f64>,
    /// `true` if a resting family promotes it.
    pub is_promoted: bool,
}

/// A trip in mind. Dates are `YYYY-MM-DD`.
#[derive(Clone, Debug, Serialize)]
pub struct TripKnowledge {
    /// Name of the destination.
    pub destination: Option<String>,
    /// Departure, `YYYY-MM-DD`.
    pub start_date: Option<String>,
    /// Return, `YYYY-MM-DD`.
    pub end_date: Option<String>,
    /// Number of adults. 0 = unknown.
    pub adults: u8,
    /// Number of children.
    pub children: u8,
    /// Furthest step of the trip.
    pub step: TripStep,
    /// `dreaming`, `planning`, `quoted`, `booked`, `before_departure`, `travelling`, `returned`.
    pub moment: &'static str,
    /// `true` if a quote was started and abandoned.
    pub is_quote_abandoned: bool,
    /// Time of its last activity, in milliseconds since the Unix epoch.
    pub last_ms: f64,
}

/// A booking.
#[derive(Clone, Debug, Serialize)]
pub struct BookingKnowledge {
    /// Time of the booking, in milliseconds since the Unix epoch.
    pub at_ms: f64,
    /// `true` if it was cancelled.
    pub cancelled: bool,
    /// In the site's currency.
    pub value: f64,
    /// Name of the destination.
    pub destination: Option<String>,
    /// Departure, `YYYY-MM-DD`.
    pub start_date: Option<String>,
    /// Return, `YYYY-MM-DD`.
    pub end_date: Option<String>,
}

/// Returns the knowledge of an engine at a time (milliseconds since the Unix epoch).
#[must_use]
pub fn snapshot(engine: &Engine, now_ms: f64) -> Knowledge {
    let profile = engine.known();
    let now_s = profile.read_time(Timestamp::from_unix_ms(now_ms).get());
    let moment_ms = |s: u32| {
        if s == 0 {
            0.0
        } else {
            Timestamp::new(s).unix_ms()
        }
    };
    Knowledge {
        counts: profile.counts,
        first_ms: moment_ms(profile.first_s),
        last_ms: moment_ms(profile.last_s),
        facets: facets(engine, profile, now_s),
        families: families(engine, profile, now_s),
        trips: trips(engine, profile, now_s),
        seasons: seasons(engine, profile, now_s),
        frequency: profile.preference.frequency.name(),
        due: due(engine, now_ms),
        bookings: bookings(engine, profile),
        arms: arms(engine),
        decisions: decisions(profile, engine.config()),
        customer: CustomerKnowledge::of(&engine.customer(now_ms), profile, engine.config()),
    }
}

fn arms(engine: &Engine) -> BTreeMap<String, String> {
    let config = engine.config();
    let text = |name: TextIndex| config.text(name).to_owned();
    let experiments = config.arms().map(|arm| arm.experiment);
    let taken =
        experiments.filter_map(|experiment| experiment::of(config, experiment, engine.visitor()?));
    taken
        .map(|arm| (text(arm.experiment_name), text(arm.name)))
        .collect()
}

fn facets(engine: &Engine, profile: &Profile, now_s: u32) -> Vec<FacetKnowledge> {
    let config = engine.config();
    let affinity = Affinity::read(profile, config, now_s);
    let mut facets = Vec::new();
    for (index, reading) in config.indices().zip(&affinity.facets) {
        let facet = config.facet(index);
        let all = config.indices::<Topic>().zip(&affinity.topics);
        let mut topics: Vec<TopicKnowledge> = all
            .skip(facet.first_topic.position())
            .take(usize::from(facet.topics))
            .map(|(topic, reading)| TopicKnowledge {
                name: config.name(topic).to_owned(),
                affinity: reading.probability,
                lift: crate::core::base::number::exp2(reading.log_lift),
                mass: reading.mass,
            })
            .collect();
        topics.sort_by(|a, b| {
            b.affinity
                .total_cmp(&a.affinity)
                .then_with(|| a.name.cmp(&b.name))
        });
        facets.push(FacetKnowledge {
            name: config.text(facet.name).to_owned(),
            confidence: reading.confidence,
            topics,
        });
    }
    facets
}

fn families(engine: &Engine, profile: &Profile, now_s: u32) -> Vec<FamilyKnowledge> {
    let config = engine.config();
    let contacts = contacts(profile, config);
    let states = family_pressure::read(profile, config, &contacts, now_s);
    let named = config
        .names::<Family>()
        .zip(&states)
        .map(|(name, state)| FamilyKnowledge {
            name: name.to_owned(),
            ignored: state.ignored,
            rests_until_ms: (state.rests_until_s > now_s)
                .then(|| Timestamp::new(state.rests_until_s).unix_ms()),
            is_promoted: state.is_promoted,
        });
    named
        .filter(|f| f.ignored > 0 || f.rests_until_ms.is_some() || f.is_promoted)
        .collect()
}

/// The seasons in force, each once.
fn seasons(engine: &Engine, profile: &Profile, now_s: u32) -> Vec<String> {
    let config = engine.config();
    let mut names: Vec<String> = season::in_force(config, profile.zone(config), now_s)
        .map(|season| config.name(season).to_owned())
        .collect();
    names.dedup();
    names
}

fn due(engine: &Engine, now_ms: f64) -> Vec<String> {
    let due = engine.due(now_ms);
    let name = |due: &Due| engine.config().name(due.scenario).to_owned();
    due.iter().map(name).collect()
}

fn trips(engine: &Engine, profile: &Profile, now_s: u32) -> Vec<TripKnowledge> {
    let trips = trip::read(profile, engine.config(), now_s);
    trips.iter().map(|trip| described(engine, trip)).collect()
}

/// Returns the trip that an intent or booking with this id is part of.
#[must_use]
pub fn trip(engine: &Engine, id: u32, now_ms: f64) -> Option<TripKnowledge> {
    let now_s = Timestamp::from_unix_ms(now_ms).get();
    let trips = trip::read(engine.known(), engine.config(), now_s);
    let trip = trips.iter().find(|trip| trip.ids.contains(&id))?;
    Some(described(engine, trip))
}

fn described(engine: &Engine, trip: &TripReading) -> TripKnowledge {
    let travel = &trip.travel;
    TripKnowledge {
        destination: place_name(engine, travel.destination),
        start_date: date_of_day(travel.start_day),
        end_date: date_of_day(travel.end_day),
        adults: travel.adults,
        children: travel.children,
        step: trip.step,
        moment: trip.moment.name(),
        is_quote_abandoned: trip.is_abandoned,
        last_ms: Timestamp::new(trip.last_s).unix_ms(),
    }
}

/// Returns the booking with this id.
#[must_use]
pub fn booking(engine: &Engine, id: u32) -> Option<BookingKnowledge> {
    let bookings = &engine.known().bookings;
    let booking = bookings.iter().find(|booking| booking.id == id)?;
    Some(booked(engine, booking))
}

fn bookings(engine: &Engine, profile: &Profile) -> Vec<BookingKnowledge> {
    let bookings = profile.bookings.iter();
    bookings.map(|booking| booked(engine, booking)).collect()
}

fn booked(engine: &Engine, booking: &Booking) -> BookingKnowledge {
    BookingKnowledge {
        at_ms: Timestamp::new(booking.at_min * 60).unix_ms(),
        cancelled: booking.cancelled,
        value: f64::from(booking.value_cents) / 100.0,
        destination: place_name(engine, booking.travel.destination),
        start_date: date_of_day(booking.travel.start_day),
        end_date: date_of_day(booking.travel.end_day),
    }
}

/// A destination by its topic's name; `other` where the config does not know it.
fn place_name(engine: &Engine, hash: u32) -> Option<String> {
    let config = engine.config();
    let topics = config.indices().map(|index| config.topic(index));
    let known = topics
        .filter(|t| t.hash == hash)
        .map(|t| config.text(t.name).to_owned())
        .next();
    (hash != 0).then(|| known.unwrap_or_else(|| "other".to_owned()))
}

/// Returns the date of a day, `YYYY-MM-DD`. `None` for 0, which stands for an unknown day.
fn date_of_day(day: u16) -> Option<String> {
    (day > 0).then(|| Day::new(day).date().to_string())
}
