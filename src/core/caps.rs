//! When it is enough. Comes in: exposures, messages, bookings and the visitor's own wish; goes out: which offers,
//! families and placements have had their share, and whether anything commercial may be shown at all.
//!
//! Counts are exact over what the profile keeps: an offer's newest eight exposures, all totals. All channels share
//! the budgets of families and of the whole.

use super::config::layout::Section;
use super::config::{Config, Scope, Window};
use super::hash::Namespace;
use super::named::Frequency;
use super::profile::{OfferSeen, Profile};
use super::time::DAY_S;

/// What has had its share at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// Hashes of offers, families, placements.
    pub offers: Vec<u32>,
    pub families: Vec<u32>,
    pub placements: Vec<u32>,
    pub is_all_capped: bool,
    /// Whether a booking was made so lately that nothing should be sold.
    pub is_after_booking: bool,
    /// Whether the visitor wants to hear nothing commercial now.
    pub is_unwanted: bool,
}

/// A message of another channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The family it was about, 0 if none.
    pub family: u32,
    /// Minutes since the landmark.
    pub at_min: u32,
}

/// What other channels have sent.
pub fn contacts(profile: &Profile) -> impl Iterator<Item = Contact> + '_ {
    profile.messages.iter().map(|m| Contact { family: m.family, at_min: m.sent_min })
}

/// How many exposures and messages there were in a window that ends now.
#[must_use]
pub fn count(profile: &Profile, now_s: u32, window_s: u32) -> u32 {
    let since = since_min(now_s, window_s);
    minutes(profile).iter().filter(|minute| **minute >= since).count() as u32
}

/// The kinds that sell something: products, complements, vouchers.
#[must_use]
pub fn is_commercial(kind: u8) -> bool {
    kind <= 2
}

/// The kinds that rest after a booking: products and vouchers. Complements are what is wanted then.
#[must_use]
pub fn rests_after_booking(kind: u8) -> bool {
    kind == 0 || kind == 2
}

struct Reader<'a> {
    profile: &'a Profile,
    config: &'a Config,
    now_s: u32,
}

impl Caps {
    /// Reads a profile at a time, in seconds since the landmark.
    #[must_use]
    pub fn read(profile: &Profile, config: &Config, now_s: u32) -> Self {
        let reader = Reader { profile, config, now_s: profile.reading_s(now_s) };
        let mut caps =
            Self { is_after_booking: reader.is_after_booking(), is_unwanted: reader.is_unwanted(), ..Self::default() };
        if config.has_caps() {
            reader.read_caps(&mut caps);
        }
        caps
    }
}

impl Reader<'_> {
    fn read_caps(&self, caps: &mut Caps) {
        for offer in &self.profile.offers {
            let index = self.config.index_of(Namespace::Offer, offer.hash);
            if index.is_some_and(|i| self.is_met((Scope::Offer, i), offer.exposures, || offer.exposed_min.clone())) {
                caps.offers.push(offer.hash);
            }
        }
        for index in 0..self.config.count(Section::Families) as u16 {
            let hash = self.config.family(index).hash;
            let messages = contacts(self.profile).filter(|c| c.family == hash).count() as u32;
            let total = self.profile.family(hash).map_or(0, |f| f.exposures) + messages;
            if self.is_met((Scope::Family, index), total, || self.minutes_of(hash)) {
                caps.families.push(hash);
            }
        }
        for place in &self.profile.placements {
            let index = self.config.index_of(Namespace::Placement, place.hash);
            if index
                .is_some_and(|i| self.is_met((Scope::Placement, i), place.exposures, || self.minutes_in(place.hash)))
            {
                caps.placements.push(place.hash);
            }
        }
        let exposures: u32 = self.profile.families.iter().map(|f| f.exposures).sum();
        let total = exposures + self.profile.messages.len() as u32;
        caps.is_all_capped = self.is_met((Scope::All, 0), total, || minutes(self.profile));
    }

    fn minutes_of(&self, family: u32) -> Vec<u32> {
        let shown = self.profile.offers.iter().filter(|o| o.family == family).flat_map(|o| &o.exposed_min);
        let sent = contacts(self.profile).filter(|c| c.family == family).map(|c| c.at_min);
        shown.copied().chain(sent).collect()
    }

    fn minutes_in(&self, placement: u32) -> Vec<u32> {
        let all = self.profile.offers.iter().flat_map(OfferSeen::exposed);
        all.filter(|(_, place)| *place == placement).map(|(minute, _)| minute).collect()
    }

    /// Whether a cap is reached by what was met in all, or at those minutes.
    fn is_met(&self, (scope, index): (Scope, u16), total: u32, minutes: impl Fn() -> Vec<u32>) -> bool {
        self.config.caps(scope, index).any(|cap| {
            let count = match self.since_min(cap.per) {
                Some(since) => minutes().iter().filter(|minute| **minute >= since).count() as u32,
                None => total,
            };
            count >= u32::from(cap.most)
        })
    }

    /// The first minute that counts in a window; none: all of a life.
    fn since_min(&self, window: Window) -> Option<u32> {
        match window {
            Window::Life => None,
            Window::Visit => Some(self.visit_min()),
            other => Some(since_min(self.now_s, other.seconds())),
        }
    }

    /// The minute in which the visit at hand began; after a silence, now.
    fn visit_min(&self) -> u32 {
        let is_over = self.now_s > self.profile.last_s.saturating_add(self.config.policy().visit_gap_s);
        if is_over { self.now_s / 60 + 1 } else { self.profile.visit_s / 60 }
    }

    fn is_after_booking(&self) -> bool {
        let rest_s = self.config.timing().rest_after_booking_s;
        let standing = self.profile.bookings.iter().filter(|b| !b.cancelled);
        rest_s > 0 && standing.map(|b| b.at_min).max().is_some_and(|at| (at * 60).saturating_add(rest_s) > self.now_s)
    }

    /// Whether the visitor's own frequency leaves nothing for now: offers in one visit of a period, no more, counting
    /// what other channels sent.
    fn is_unwanted(&self) -> bool {
        let period_s = match self.profile.preference.frequency {
            Frequency::Unsaid | Frequency::Any => return false,
            Frequency::Weekly => 7 * DAY_S,
            Frequency::Monthly => 30 * DAY_S,
            Frequency::Seasonal => 91 * DAY_S,
            Frequency::Never => return true,
        };
        let (since, visit) = (since_min(self.now_s, period_s), self.visit_min());
        minutes(self.profile).iter().any(|minute| (since..visit).contains(minute))
    }
}

/// Every exposure on the site and every message.
fn minutes(profile: &Profile) -> Vec<u32> {
    let shown = profile.offers.iter().flat_map(|o| &o.exposed_min);
    shown.copied().chain(contacts(profile).map(|c| c.at_min)).collect()
}

/// The first minute inside of a window that ends now.
fn since_min(now_s: u32, window_s: u32) -> u32 {
    now_s.checked_sub(window_s).map_or(0, |from_s| from_s / 60 + 1)
}

impl OfferSeen {
    /// The newest exposures: minute and placement.
    pub fn exposed(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.exposed_min.iter().copied().zip(self.exposed_in.iter().copied())
    }
}
