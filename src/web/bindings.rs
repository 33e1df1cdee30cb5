//! The engine as JavaScript sees it: a line a method. Comes in: numbers, strings, bytes; goes out:
//! the same, codes instead of errors. Must never format, parse JSON or panic: this is what every
//! page loads.

use wasm_bindgen::prelude::*;

use crate::core::base::error::{TrackError, WireError};
use crate::core::base::index::Index;
use crate::core::config::{Config, Offer, Placement, Topic};
use crate::core::decision::decide::{Decision, DecisionRequest};
use crate::core::engine::Engine;
use crate::core::event::classify::PageFacts;
use crate::core::event::fields::{RECORD, UNIT};

/// One visitor's engine, with the last answers' details kept for reading one by one.
#[wasm_bindgen]
pub struct Runtime {
    pub(super) engine: Engine,
    pub(super) shown: Vec<Index<Offer>>,
    last: Option<Decision>,
    last_error: u32,
}

#[wasm_bindgen]
impl Runtime {
    /// Opens a compiled config; `undefined`: it is none, or not of this release.
    pub fn open(config: Vec<u8>) -> Option<Runtime> {
        Config::from_bytes(config).ok().map(Self::on)
    }

    /// Sets the visitor: two halves of a hash of the visitor id. `forgets` marks local history as
    /// possibly purged by the browser.
    #[wasm_bindgen(js_name = setVisitor)]
    pub fn set_visitor(&mut self, hi: u32, lo: u32, forgets: bool) {
        self.engine.set_visitor(u64::from(hi) << 32 | u64::from(lo));
        self.engine.set_history_may_be_purged(forgets);
    }

    /// Takes the own replica's bytes alone, for choices: `loadWith` comes before anything is
    /// recorded. 0: taken · 1: of a newer release, to be left alone · 2: corrupt.
    pub fn load(&mut self, profile: &[u8]) -> u32 {
        self.engine
            .load_for_decision(profile)
            .map_or_else(WireError::code, |()| 0)
    }

    /// Loads as `load` does, with the server's data on the visitor's other replicas.
    #[wasm_bindgen(js_name = loadWith)]
    pub fn load_with(&mut self, profile: &[u8], remote: &[u8]) -> u32 {
        self.engine
            .load_with(profile, remote)
            .map_or_else(WireError::code, |()| 0)
    }

    /// The own replica's bytes.
    pub fn save(&self) -> Vec<u8> {
        self.engine.save()
    }

    /// Returns `true` if a condition of the config asks about the page. Then `page` must come
    /// before `choose`.
    #[wasm_bindgen(js_name = asksForPage)]
    pub fn asks_for_page(&self) -> bool {
        self.engine.config().policy().asks_for_page
    }

    /// Another page: offers shown on the one before may be shown again.
    #[wasm_bindgen(js_name = turnPage)]
    pub fn turn_page(&mut self) {
        self.shown.clear();
    }

    /// Records a page view. Returns the bytes of its event.
    pub fn page(&mut self, now_ms: f64, explicit: &str, url: &str, tokens: &str) -> Vec<u8> {
        self.engine.page(
            now_ms,
            &PageFacts {
                explicit,
                url,
                tokens,
            },
        )
    }

    /// Parses a call of the site. Returns the bytes of its event. None if it was rejected:
    /// `lastError` has the reason.
    pub fn track(&mut self, now_ms: f64, name: &str, fields: &str) -> Vec<u8> {
        let event = self.engine.track(now_ms, name, fields);
        self.last_error = event.as_ref().map_or_else(|e| TrackError::code(*e), |_| 0);
        event.unwrap_or_default()
    }

    /// Why the last `track` was rejected. 0: it was not · 1: unknown event · 2: a field that cannot
    /// be read.
    #[wasm_bindgen(js_name = lastError)]
    pub fn last_error(&self) -> u32 {
        self.last_error
    }

    /// Applies a batch of events; how many were applied.
    pub fn apply(&mut self, events: &[u8]) -> u32 {
        self.engine.apply(events)
    }

    /// The question worth asking now, in a language, as `key␟value␞…`: `fact`, `text`, and each
    /// answer by its topic's name. Empty: none was left, or one was asked lately.
    pub fn question(&self, now_ms: f64, lang: &str) -> Vec<u8> {
        let mut packed = Vec::new();
        if let Some(index) = self.engine.question(now_ms) {
            let config = self.engine.config();
            pack(
                &mut packed,
                b"fact",
                config.text_bytes(config.facet(config.question(index).facet).name),
            );
            for (key, value) in config.question_content(index, lang) {
                pack(&mut packed, key.as_bytes(), value.as_bytes());
            }
        }
        packed
    }

    /// The index of a placement; -1: the config has none of that name.
    pub fn placement(&self, name: &str) -> i32 {
        self.engine
            .placement(name)
            .map_or(-1, |index| i32::from(index.number()))
    }

    /// Returns the number of slots of a placement.
    pub fn slots(&self, placement: u16) -> u16 {
        let placement = Index::new(placement);
        self.engine.config().placement(placement).slots
    }

    /// Chooses for a slot. Returns the [`Decision::code`]. The page does not show an offer twice.
    pub fn choose(&mut self, now_ms: f64, placement: u16, slot: u8) -> i32 {
        let decision = self.engine.choose(&DecisionRequest {
            now_ms,
            placement: Index::new(placement),
            slot,
            exclude: &self.shown,
        });
        self.shown.extend(decision.offer);
        self.last = Some(decision);
        decision.code()
    }

    /// The page does not show this offer any more: it may be chosen again.
    pub fn release(&mut self, offer: u16) {
        self.shown.retain(|shown| shown.number() != offer);
    }

    /// The probability with which the last choice was made.
    pub fn propensity(&self) -> f64 {
        self.last.map_or(0.0, |d| d.propensity)
    }

    /// The variant of the last choice; 0: the offer's own texts.
    pub fn variant(&self) -> u8 {
        self.last.map_or(0, |d| d.variant)
    }

    /// The arm of the last choice. 0: personalised · 1: control group.
    pub fn arm(&self) -> u8 {
        self.last.map_or(0, |d| d.arm)
    }

    /// The upper half of the last choice's seed.
    #[wasm_bindgen(js_name = seedHi)]
    pub fn seed_hi(&self) -> u32 {
        self.last.map_or(0, |d| (d.seed >> 32) as u32)
    }

    /// The lower half of the last choice's seed.
    #[wasm_bindgen(js_name = seedLo)]
    pub fn seed_lo(&self) -> u32 {
        self.last.map_or(0, |d| d.seed as u32)
    }

    /// The hash of the config in use.
    #[wasm_bindgen(js_name = configVersion)]
    pub fn config_version(&self) -> u32 {
        self.engine.config().version_hash()
    }

    /// The texts of an offer's variant (0: its own) in a language, as `key␟value␞…` in UTF-8.
    pub fn content(&self, offer: u16, variant: u8, lang: &str) -> Vec<u8> {
        let config = self.engine.config();
        let mut packed = Vec::new();
        for (key, value) in config.content_strings(Index::new(offer), variant, lang) {
            pack(
                &mut packed,
                config.text_bytes(key),
                config.text_bytes(value),
            );
        }
        packed
    }

    /// The names of placements and topics, as `name␟kind␞…`: for warnings of misspelt ones.
    pub fn names(&self) -> Vec<u8> {
        let config = self.engine.config();
        let mut packed = Vec::new();
        for index in config.indices::<Placement>() {
            let name = config.text_bytes(config.placement(index).name);
            pack(&mut packed, name, b"placement");
        }
        for index in config.indices::<Topic>() {
            pack(
                &mut packed,
                config.text_bytes(config.topic(index).name),
                b"topic",
            );
        }
        packed
    }

    /// The name of an offer.
    #[wasm_bindgen(js_name = offerId)]
    pub fn offer_id(&self, offer: u16) -> Vec<u8> {
        let config = self.engine.config();
        config
            .text_bytes(config.offer(Index::new(offer)).name)
            .to_vec()
    }
}

impl Runtime {
    pub(super) fn on(config: Config) -> Self {
        Self {
            engine: Engine::new(config),
            shown: Vec::new(),
            last: None,
            last_error: 0,
        }
    }
}

fn pack(packed: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    packed.extend_from_slice(key);
    packed.push(UNIT as u8);
    packed.extend_from_slice(value);
    packed.push(RECORD as u8);
}
