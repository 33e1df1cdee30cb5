//! What a profile keeps for pressure and scenarios: placements and their exposures, how often the visitor wants to
//! hear, when events last happened, which scenarios fired. Comes in: events; goes out: bounded lists, sorted.

use super::{Profile, forget_least};
use crate::core::base::civil::MonthDay;
use crate::core::base::enums::Frequency;
use crate::core::base::hash::{Namespace, mix, name_hash};
use crate::core::config::{Config, Scope};
use crate::core::event::{Event, EventKind};

/// At most so many placements; the one least often seen is forgotten first, ties by hash.
pub const MAX_PLACEMENTS: usize = 15;
/// At most so many kinds of events are remembered; the one that happened longest ago is forgotten first.
pub const MAX_LATEST: usize = 24;
/// At most so many fired scenarios; the one that fired longest ago is forgotten first. By then its cause is no longer due.
pub const MAX_FIRED: usize = 32;

/// One placement's exposures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacementSeen {
    pub hash: u32,
    /// Viewable exposures in all.
    pub exposures: u32,
}

/// How often the visitor wants to hear from the site, and since when that is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Preference {
    pub at_min: u32,
    pub frequency: Frequency,
}

/// When an event of a kind last happened, where a scenario asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latest {
    /// The kind's number.
    pub kind: u8,
    /// Minutes since the landmark.
    pub at_min: u32,
}

/// A scenario that fired for a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fired {
    /// See [`cause_id`].
    pub id: u32,
    /// The scenario's hash.
    pub scenario: u32,
    /// Minutes since the landmark.
    pub at_min: u32,
}

/// The identity of a cause: a scenario, what it fired for (a trip, a booking, a time), and for which time.
#[must_use]
pub fn cause_id(scenario: u32, subject: u32, ordinal: u16) -> u32 {
    (mix(
        mix(u64::from(scenario), u64::from(subject)),
        u64::from(ordinal),
    ) as u32)
        .max(1)
}

impl Profile {
    /// Takes what an event says for pressure and scenarios.
    pub(super) fn take_timing(&mut self, event: &Event, config: &Config) {
        let at_min = event.at_s / 60;
        if config.is_remembered(event.kind) {
            let latest = Latest {
                kind: event.kind as u8,
                at_min,
            };
            match self.latest.binary_search_by_key(&latest.kind, |l| l.kind) {
                Ok(at) => self.latest[at].at_min = self.latest[at].at_min.max(at_min),
                Err(at) => self.latest.insert(at, latest),
            }
        }
        match event.kind {
            EventKind::Declare | EventKind::Unsubscribe | EventKind::NewsletterSignup
                if event.mark.frequency != Frequency::Unsaid =>
            {
                self.preference = self.preference.max(Preference {
                    at_min,
                    frequency: event.mark.frequency,
                });
            }
            EventKind::ScenarioFired => self.take_fired(event),
            _ => {}
        }
        self.keep_timing_bounds();
    }

    /// Counts an exposure for its placement. Returns the placement's hash, 0 if no cap asks for it: nothing is kept of
    /// the others.
    pub(super) fn see_placement(&mut self, event: &Event, config: &Config) -> u32 {
        let hash = event.mark.placement;
        let known = config.index_of(Namespace::Placement, hash);
        if hash == 0
            || known.is_none_or(|index| config.caps(Scope::Placement, index).next().is_none())
        {
            return 0;
        }
        match self.placements.binary_search_by_key(&hash, |p| p.hash) {
            Ok(at) => {
                self.placements[at].exposures = self.placements[at].exposures.saturating_add(1)
            }
            Err(at) => self
                .placements
                .insert(at, PlacementSeen { hash, exposures: 1 }),
        }
        hash
    }

    fn take_fired(&mut self, event: &Event) {
        let scenario = event.mark.scenario;
        let id = cause_id(scenario, event.booking, event.mark.ordinal);
        let fired = Fired {
            id,
            scenario,
            at_min: event.at_s / 60,
        };
        if let Err(at) = self.fired.binary_search_by_key(&id, |f| f.id)
            && scenario != 0
        {
            self.fired.insert(at, fired);
        }
    }

    /// Takes in what another replica knows.
    pub(crate) fn absorb_timing(&mut self, other: &Self) {
        use crate::core::profile::merge::absorb_list;
        absorb_list(
            &mut self.placements,
            &other.placements,
            |p| p.hash,
            |mine, theirs| {
                mine.exposures = mine.exposures.saturating_add(theirs.exposures);
            },
        );
        absorb_list(
            &mut self.latest,
            &other.latest,
            |l| u32::from(l.kind),
            |mine, theirs| {
                mine.at_min = mine.at_min.max(theirs.at_min);
            },
        );
        absorb_list(
            &mut self.fired,
            &other.fired,
            |f| f.id,
            |mine, theirs| mine.at_min = mine.at_min.min(theirs.at_min),
        );
        self.preference = self.preference.max(other.preference);
    }

    /// Forgets what is over the lists' bounds.
    pub(crate) fn keep_timing_bounds(&mut self) {
        forget_least(&mut self.latest, MAX_LATEST, |l| (l.at_min, l.kind));
        forget_least(&mut self.fired, MAX_FIRED, |f| (f.at_min, f.id));
        if self.placements.len() > MAX_PLACEMENTS {
            forget_least(&mut self.placements, MAX_PLACEMENTS, |p| {
                (p.exposures, p.hash)
            });
            let kept = &self.placements;
            for place in self.offers.iter_mut().flat_map(|o| &mut o.exposed_in) {
                if kept.binary_search_by_key(place, |p| p.hash).is_err() {
                    *place = 0;
                }
            }
        }
    }

    /// Brings back what a clock in the future has written.
    pub(super) fn mend_timing(&mut self, now_s: u32) {
        let minute = now_s / 60;
        self.latest
            .iter_mut()
            .for_each(|l| l.at_min = l.at_min.min(minute));
        self.fired
            .iter_mut()
            .for_each(|f| f.at_min = f.at_min.min(minute));
        self.preference.at_min = self.preference.at_min.min(minute);
    }

    /// The visitor's zone of school holidays: the declared one, else the config's default, else none.
    #[must_use]
    pub fn zone(&self, config: &Config) -> u16 {
        let declared = self.fact(name_hash(Namespace::Fact, "zone"));
        let known = declared.and_then(|fact| config.index_of(Namespace::Zone, fact.value));
        known.unwrap_or(config.timing().default_zone)
    }

    /// Month and day of the visitor's birthday, if it was declared.
    #[must_use]
    pub fn birthday(&self) -> Option<MonthDay> {
        let packed = self.fact(name_hash(Namespace::Fact, "birthday"))?.value;
        MonthDay::unpack(packed)
    }

    /// When an event of a kind last happened, in seconds since the landmark; only what a scenario asks for is kept.
    #[must_use]
    pub fn latest_s(&self, kind: EventKind) -> Option<u32> {
        self.latest
            .iter()
            .find(|l| l.kind == kind as u8)
            .map(|l| l.at_min * 60)
    }

    /// Whether a scenario fired for a cause.
    #[must_use]
    pub fn has_fired(&self, cause: u32) -> bool {
        self.fired.binary_search_by_key(&cause, |f| f.id).is_ok()
    }
}
