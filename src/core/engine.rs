//! The facade: one visitor, one config. Comes in: pages, calls, stored bytes; goes out: event
//! bytes, profile bytes, decisions. Values only, never callbacks; nothing here knows a clock, a
//! store or a page.

use super::base::error::{TrackError, WireError};
use super::base::index::Index;
use super::base::time::{DAY_S, Timestamp};
use super::config::{Config, Offer, Placement, Question};
use super::decision::attribution;
use super::decision::context::DecisionContext;
use super::decision::decide::{Decision, DecisionRequest};
use super::decision::question;
use super::decision::scenario::{self, Due};
use super::event::classify::{PageFacts, classify};
use super::event::decision_record::DecisionRecord;
use super::event::fields::Fields;
use super::event::message::MessageRef;
use super::event::offer::{OfferAction, OfferEvent, ReportedDecision};
use super::event::{Event, EventKind, Payload, TopicWeight};
use super::profile::Profile;
use super::traits::affinity::Affinity;
use super::traits::contacts::contacts;
use super::traits::customer::Customer;
use super::traits::facts::VisitorFacts;
use super::traits::family_pressure;
use super::traits::segments::{self, evaluate_segments};
use super::traits::time_facts::TimeFacts;

/// One visitor's engine.
///
/// ```
/// # #[cfg(feature = "full")] {
/// use escale::{Config, DecisionRequest, Engine, PageFacts, compile};
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
/// let request = DecisionRequest { now_ms, placement, slot: 0, exclude: &[] };
/// assert_eq!(engine.choose(&request).offer, None); // nothing is known yet
/// let event = engine.page(now_ms, &PageFacts { explicit: "trip.city", ..PageFacts::default() });
/// engine.apply(&event);
/// assert!(engine.choose(&request).offer.is_some());
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Engine {
    config: Config,
    /// `None` if the visitor is unknown.
    visitor: Option<u64>,
    own: Profile,
    remote: Profile,
    /// Own and remote merged, where there are remote.
    merged: Option<Profile>,
    page_topics: Vec<TopicWeight>,
    /// `true` if earlier history may have been purged.
    history_may_be_purged: bool,
    /// The persona to decide as if; none: whoever the visitor is.
    persona_override: Option<u32>,
    /// The latest time that a caller gave, in seconds since the epoch of stored times. 0 if there
    /// is none yet.
    clock_s: u32,
}

impl Engine {
    /// An engine for a visitor of whom nothing is known.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            config,
            visitor: None,
            own: Profile::default(),
            remote: Profile::default(),
            merged: None,
            page_topics: Vec::new(),
            history_may_be_purged: false,
            persona_override: None,
            clock_s: 0,
        }
    }

    /// The config.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Sets the visitor: a hash of the visitor id, from which draws and arms follow.
    pub fn set_visitor(&mut self, hash: u64) {
        self.visitor = Some(hash);
    }

    /// Returns the hash of [`Self::set_visitor`]. `None` if the visitor is unknown. Then no arm is
    /// known, and random draws use 0.
    #[must_use]
    pub fn visitor(&self) -> Option<u64> {
        self.visitor
    }

    /// Marks local history as possibly purged (for example by WebKit). A visitor without server
    /// data then has stage `unknown`, not `visitor`.
    pub fn set_history_may_be_purged(&mut self, is_uncertain: bool) {
        self.history_may_be_purged = is_uncertain;
    }

    /// Decides as if the visitor were of a persona, by the hash of its name, until the next call.
    /// Nothing of it is stored.
    pub fn override_persona(&mut self, hash: Option<u32>) {
        self.persona_override = hash;
    }

    /// Loads the stored bytes of the visitor's own replica. No bytes are an empty profile.
    ///
    /// # Errors
    ///
    /// [`WireError`] if the bytes are no profile of this release. The engine stays as it was.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.own = Profile::decode(bytes)?;
        self.merged = None;
        self.remote = Profile::default();
        Ok(())
    }

    /// Loads as [`Self::load`] does, but without past decisions. That suffices for choices.
    ///
    /// [`Self::save`] then lacks them too: load again before anything is recorded.
    ///
    /// # Errors
    ///
    /// [`WireError`] if the bytes are no profile of this release. The engine stays as it was.
    pub fn load_for_decision(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.own = Profile::decode_for_decision(bytes)?;
        self.merged = None;
        self.remote = Profile::default();
        Ok(())
    }

    /// Loads as [`Self::load`] does, with the merged profile of the visitor's other devices.
    ///
    /// Remote bytes that cannot be read are ignored: the server sends them again.
    ///
    /// # Errors
    ///
    /// [`WireError`] if the own bytes are no profile of this release. The engine stays as it was.
    pub fn load_with(&mut self, bytes: &[u8], remote: &[u8]) -> Result<(), WireError> {
        self.load(bytes)?;
        self.remote = Profile::decode(remote).unwrap_or_default();
        self.merge_remote();
        Ok(())
    }

    /// As [`Self::load`], of a profile that was read already.
    pub fn take(&mut self, profile: Profile) {
        (self.own, self.remote, self.merged) = (profile, Profile::default(), None);
    }

    /// The own replica's bytes, for the store and the server.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.own.encode()
    }

    /// Returns the merged profile of the visitor: the own replica and the remote.
    #[must_use]
    pub fn known(&self) -> &Profile {
        self.merged.as_ref().unwrap_or(&self.own)
    }

    /// Records a page view. The page becomes the current one. Returns the bytes of its event.
    pub fn page(&mut self, now_ms: f64, facts: &PageFacts) -> Vec<u8> {
        self.clock_s = Timestamp::from_unix_ms(now_ms).get();
        self.page_topics = classify(&self.config, facts);
        let mut bytes = Vec::new();
        let mut event = Event::new(EventKind::PageView, self.clock_s);
        event.topics.clone_from(&self.page_topics);
        event.encode(&mut bytes);
        bytes
    }

    /// Parses a call of the site. Returns the bytes of its event.
    ///
    /// `fields` are `key␟value␞…`: U+001F separates key and value, U+001E ends a field.
    ///
    /// A search, a quote and the like that name no topics are about the page at hand: a quote
    /// started on a page is a quote for it. What a visitor says of themselves is not.
    ///
    /// # Errors
    ///
    /// [`TrackError`] if there is no such event, or a field cannot be read.
    pub fn track(&mut self, now_ms: f64, name: &str, fields: &str) -> Result<Vec<u8>, TrackError> {
        self.clock_s = Timestamp::from_unix_ms(now_ms).get();
        let fields = Fields::parse(fields);
        let mut event = Event::parse(&self.config, self.clock_s, name, &fields)?;
        let is_about_page = event.kind().is_about_a_page() && event.offer().is_none();
        if is_about_page && event.topics.is_empty() {
            event.topics.clone_from(&self.page_topics);
        }
        let mut shown = None;
        if let Payload::Offer(offer) = &mut event.payload {
            if offer.action.has_decision() {
                offer.decision = self.decision_of(offer, &fields);
            }
            if offer.action == OfferAction::Impression {
                shown = offer.offer;
            }
        }
        let mut bytes = Vec::new();
        event.encode(&mut bytes);
        if let Some(offer) = shown {
            self.fire(offer, &mut bytes);
        }
        Ok(bytes)
    }

    /// Returns the record of the decision that the page reports with an event.
    fn decision_of(&self, event: &OfferEvent, fields: &Fields) -> Option<DecisionRecord> {
        let placement = self.config.find::<Placement>(event.placement?)?;
        let offer = self.config.find::<Offer>(event.offer?)?;
        let reported = ReportedDecision::parse(fields)?;
        let context = self.context(Timestamp::new(self.clock_s).unix_ms());
        Some(attribution::record(&context, &reported, placement, offer))
    }

    /// Returns the scenarios due at a time, for the browser and for the server alike. Each scenario
    /// has one owner.
    #[must_use]
    pub fn due(&self, now_ms: f64) -> Vec<Due> {
        scenario::due(&self.config, &self.facts(now_ms))
    }

    /// A scenario fires when its offer was seen.
    fn fire(&self, offer: u32, bytes: &mut Vec<u8>) {
        if !self.config.has_scenarios() {
            return;
        }
        for due in self.due(Timestamp::new(self.clock_s).unix_ms()) {
            if due
                .offer
                .is_some_and(|shown| self.config.offer(shown).hash == offer)
            {
                due.event(&self.config, self.clock_s).encode(bytes);
            }
        }
    }

    /// Clamps stored times to the clock if the last event lies more than a day ahead of it. Either
    /// the clock was in the future then, or it is in the past now. A time before the whole history
    /// is taken for the latter, and nothing is moved.
    fn clamp_to_clock(&mut self) {
        let (own, clock_s) = (&mut self.own, self.clock_s);
        let is_plausible = clock_s >= own.first_s || own.counts.visits <= 1;
        if clock_s > 0 && is_plausible && own.last_s > clock_s.saturating_add(DAY_S) {
            own.clamp_to_clock(clock_s);
        }
    }

    /// Applies a batch of event bytes to the own replica; what cannot be read is dropped. Returns
    /// how many were applied.
    pub fn apply(&mut self, mut batch: &[u8]) -> u32 {
        self.clamp_to_clock();
        let mut applied = 0;
        while let Some(event) = Event::decode_next(&mut batch) {
            if let Some(event) = event {
                match &event.payload {
                    Payload::Message(message) if self.is_reported(message) => {
                        self.own.add_message(message, event.at_s);
                    }
                    _ => self.own.apply(&event, &self.config),
                }
                applied += 1;
            }
        }
        self.merge_remote();
        if applied > 0 && segments::has_negative(&self.config) {
            self.keep_negative_personas();
        }
        applied
    }

    /// Returns `true` if another replica or the server has reported a reaction already. Then it has
    /// taught its topics there.
    fn is_reported(&self, message: &MessageRef) -> bool {
        let known = message.id.and_then(|id| self.remote.messages.find(id));
        known.is_some_and(|known| known.step >= message.step)
    }

    /// The index of a placement.
    #[must_use]
    pub fn placement(&self, name: &str) -> Option<Index<Placement>> {
        self.config.find_name(name)
    }

    /// Chooses for a slot. Never fails: the reason says why there is no offer.
    #[must_use]
    pub fn choose(&self, request: &DecisionRequest) -> Decision {
        self.context(request.now_ms).decide(request)
    }

    /// Reads everything that a decision depends on, at a moment.
    #[must_use]
    pub fn context(&self, now_ms: f64) -> DecisionContext<'_> {
        DecisionContext::new(&self.config, self.facts(now_ms))
    }

    /// Reads everything that a condition can ask for, at a moment.
    #[must_use]
    pub fn facts(&self, now_ms: f64) -> VisitorFacts<'_> {
        let (profile, config) = (self.known(), &self.config);
        let now_s = profile.read_time(Timestamp::from_unix_ms(now_ms).get());
        let contacts = contacts(profile, config);
        let families = family_pressure::read(profile, config, &contacts, now_s);
        let mut facts = VisitorFacts {
            profile,
            contacts,
            families,
            affinity: Affinity::read(profile, config, now_s),
            customer: Customer::read(profile, config, now_s, self.lacks_history()),
            time: TimeFacts::new(profile, config, now_s),
            page_topics: &self.page_topics,
            now_s,
            visitor: self.visitor,
        };
        evaluate_segments(&mut facts, config);
        if self.persona_override.is_some() {
            facts.customer.persona = self.persona_override;
        }
        facts
    }

    /// The texts of an offer's variant (0: its own) in a language.
    pub fn content(
        &self,
        offer: Index<Offer>,
        variant: u8,
        language: &str,
    ) -> impl Iterator<Item = (&str, &str)> {
        self.config.content(offer, variant, language)
    }

    /// The customer at a moment: scores, stage, segments, personas, channels.
    #[must_use]
    pub fn customer(&self, now_ms: f64) -> Customer {
        self.facts(now_ms).customer
    }

    /// The question worth asking now, by its index: its answer would tell most about the
    /// offers that the visitor could be shown. None if all were answered, or one was asked lately.
    #[must_use]
    pub fn question(&self, now_ms: f64) -> Option<Index<Question>> {
        let context = self.context(now_ms);
        let is_eligible = |offer: &Index<Offer>| {
            let offer = self.config.offer(*offer);
            context.exclusion(&offer, &[]).is_none()
        };
        let offers: Vec<Index<Offer>> = self.config.indices().filter(is_eligible).collect();
        question::pick(
            self.known(),
            &context.facts.affinity,
            &self.config,
            &offers,
            context.now_s,
        )
    }

    /// Negative personas that fit are kept in the own replica until they expire, and renewed as
    /// long as they fit.
    fn keep_negative_personas(&mut self) {
        let facts = self.facts(Timestamp::new(self.clock_s).unix_ms());
        let fits = segments::negative_fits(&facts.customer, &self.config, facts.now_s);
        let fits: Vec<(u32, u16)> = fits.collect();
        let mut is_news = false;
        for (hash, until_day) in fits {
            is_news |= self.own.keep_persona(hash, until_day);
        }
        if is_news {
            self.merge_remote();
        }
    }

    /// Returns `true` if history may be lost. Server data on the visitor outlives a purge.
    fn lacks_history(&self) -> bool {
        self.history_may_be_purged && self.remote.is_empty()
    }

    fn merge_remote(&mut self) {
        self.merged = (!self.remote.is_empty()).then(|| {
            let mut both = self.own.clone();
            both.merge(&self.remote);
            both
        });
    }
}
