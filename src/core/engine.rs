//! The facade: one visitor, one config. Comes in: pages, calls, stored bytes; goes out: event bytes, profile bytes,
//! decisions. Values only, never callbacks; nothing here knows a clock, a store or a page.

use super::affinity::Affinity;
use super::classify::{PageFacts, classify};
use super::combine::combine;
use super::config::Config;
use super::decide::{Decision, Request, Situation};
use super::error::{TrackError, WireError};
use super::event::{Event, Kind, TopicWeight};
use super::facts::VisitorFacts;
use super::hash::Namespace;
use super::profile::Profile;
use super::time::seconds_of;
use super::track::event_of_call;

/// One visitor's engine.
///
/// ```
/// # #[cfg(feature = "full")] {
/// use escale::core::{classify::PageFacts, config::{compile, Config}, decide::Request, engine::Engine};
/// let json = r#"{
///   "version": 1,
///   "facets": {"trip": {"topics": ["city", "exotic"]}},
///   "families": {"city": {}},
///   "placements": {"home-hero": {}},
///   "policy": {"holdout": 0},
///   "offers": [{"id": "lisbon", "family": "city", "placements": ["home-hero"], "topics": {"trip.city": 1},
///               "content": {"en": {"title": "Lisbon, three nights"}}}]
/// }"#;
/// let mut engine = Engine::new(Config::from_bytes(compile(json).unwrap().bytes).unwrap());
/// let now_ms = 1_795_000_000_000.0;
/// let placement = engine.placement("home-hero").unwrap();
/// let request = Request { now_ms, placement, slot: 0, exclude: &[] };
/// assert_eq!(engine.choose(&request).offer, None); // nothing is known yet
/// let event = engine.page(now_ms, &PageFacts { explicit: "trip.city", ..PageFacts::default() });
/// engine.apply(&event);
/// assert_eq!(engine.choose(&request).offer, Some(0));
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    config: Config,
    visitor: u64,
    own: Profile,
    others: Profile,
    /// Own and others together.
    known: Profile,
    page_topics: Vec<TopicWeight>,
    /// The latest time that a caller told, in seconds since the landmark; 0 = none yet.
    told_s: u32,
}

impl Engine {
    /// An engine for a visitor of whom nothing is known.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            visitor: 0,
            own: Profile::default(),
            others: Profile::default(),
            known: Profile::default(),
            page_topics: Vec::new(),
            told_s: 0,
        }
    }

    /// The config.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Says who it is: a hash of the visitor id, from which draws and arms follow.
    pub fn set_visitor(&mut self, hash: u64) {
        self.visitor = hash;
    }

    /// The hash of [`Self::set_visitor`].
    #[must_use]
    pub fn visitor(&self) -> u64 {
        self.visitor
    }

    /// Takes the own replica's stored bytes; none are an empty profile. Errors leave the engine as it was.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.own = Profile::decode(bytes)?;
        self.know();
        Ok(())
    }

    /// Takes what the server told of the visitor's other replicas. Errors leave the engine as it was.
    pub fn load_others(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.others = Profile::decode(bytes)?;
        self.know();
        Ok(())
    }

    /// The own replica's bytes, for the store and the server.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.own.encode()
    }

    /// What is known of the visitor: the own replica and the others.
    #[must_use]
    pub fn known(&self) -> &Profile {
        &self.known
    }

    /// A page is looked at: it becomes the page at hand, and the bytes of its event come back.
    pub fn page(&mut self, now_ms: f64, facts: &PageFacts) -> Vec<u8> {
        self.told_s = seconds_of(now_ms);
        self.page_topics = classify(&self.config, facts);
        let mut bytes = Vec::new();
        let event = Event { topics: self.page_topics.clone(), ..Event::bare(Kind::PageView, self.told_s) };
        event.encode(&mut bytes);
        bytes
    }

    /// A call of the site: the bytes of its event. Errors: no such event, or a field that cannot be read.
    ///
    /// An event that names no topics is about the page at hand: a quote started on a page is a quote for it.
    pub fn track(&mut self, now_ms: f64, name: &str, fields: &str) -> Result<Vec<u8>, TrackError> {
        self.told_s = seconds_of(now_ms);
        let mut event = event_of_call(&self.config, self.told_s, name, fields)?;
        if event.topics.is_empty() && event.offer == 0 {
            event.topics.clone_from(&self.page_topics);
        }
        let mut bytes = Vec::new();
        event.encode(&mut bytes);
        Ok(bytes)
    }

    /// Applies a batch of event bytes to the own replica; what cannot be read is dropped. Returns how many were
    /// applied.
    pub fn apply(&mut self, mut batch: &[u8]) -> u32 {
        if self.told_s > 0 {
            self.own.mend_clock(self.told_s);
        }
        let mut applied = 0;
        while let Some(event) = Event::decode_next(&mut batch) {
            if let Some(event) = event {
                self.own.apply(&event, &self.config);
                applied += 1;
            }
        }
        self.know();
        applied
    }

    /// The small integer of a placement.
    #[must_use]
    pub fn placement(&self, name: &str) -> Option<u16> {
        self.config.index_of_name(Namespace::Placement, name)
    }

    /// Chooses for a slot. Never fails: the reason says why there is no offer.
    #[must_use]
    pub fn choose(&self, request: &Request) -> Decision {
        self.with_situation(request.now_ms, |situation| situation.decide(request, self.visitor))
    }

    /// Reads all that a choice looks at, for a moment, and hands it over.
    pub fn with_situation<T>(&self, now_ms: f64, look: impl FnOnce(&Situation<VisitorFacts>) -> T) -> T {
        let now_s = self.known.reading_s(seconds_of(now_ms));
        let affinity = Affinity::read(&self.known, &self.config, now_s);
        let facts = VisitorFacts { profile: &self.known, affinity: &affinity, page_topics: &self.page_topics, now_s };
        look(&Situation::read(&self.config, &self.known, &affinity, &facts, now_s))
    }

    /// The texts of an offer in a language.
    pub fn content(&self, offer: u16, language: &str) -> impl Iterator<Item = (&str, &str)> {
        self.config.content(offer, language)
    }

    fn know(&mut self) {
        // Cloning reuses what was allocated; combining is for visitors with other replicas only.
        if self.others.is_empty() {
            self.known.clone_from(&self.own);
        } else {
            self.known = combine(&[self.own.clone(), self.others.clone()]);
        }
    }
}
