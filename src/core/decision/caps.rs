//! When it is enough. Comes in: exposures, messages, bookings and the visitor's own wish; goes out:
//! which offers, families and placements have had their share, and whether anything commercial may
//! be shown at all.
//!
//! Counts are exact over what the profile keeps: an offer's newest eight exposures, all totals. All
//! channels share the budgets of families and of the whole.

use crate::core::base::enums::Frequency;
use crate::core::base::index::Index;
use crate::core::base::time::DAY_S;
use crate::core::config::{Cap, Config, Family, Offer, Placement, Scope, Window};
use crate::core::profile::Profile;
use crate::core::traits::contacts::{Contact, contacts, since_min};

/// Everything that has reached its cap at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// Hashes of offers, families, placements.
    pub offers: Vec<u32>,
    /// Hashes of families.
    pub families: Vec<u32>,
    /// Hashes of placements.
    pub placements: Vec<u32>,
    /// `true` if the cap over everything is reached.
    pub is_all_capped: bool,
    /// `true` if a booking was made so recently that nothing should be sold.
    pub is_after_booking: bool,
    /// `true` if the visitor wants no commercial offers now.
    pub is_unwanted: bool,
}

/// Returns the number of messages that the visitor may still get now, over all channels. It is the
/// rest of the caps over everything. After a booking, or against the visitor's own wish, it is 0.
/// `None` if there is no bound.
#[must_use]
pub fn left(profile: &Profile, config: &Config, now_s: u32) -> Option<u32> {
    let contacts = contacts(profile, config);
    let reader = Reader {
        profile,
        config,
        contacts: &contacts,
        now_s: profile.read_time(now_s),
    };
    if reader.is_after_booking() || reader.is_unwanted() {
        return Some(0);
    }
    let left = |cap: Cap| u32::from(cap.most).saturating_sub(reader.count(Scope::All, 0, cap.per));
    config.caps(Scope::All, 0).map(left).min()
}

struct Reader<'a> {
    profile: &'a Profile,
    config: &'a Config,
    contacts: &'a [Contact],
    now_s: u32,
}

impl Caps {
    /// Reads a profile and its contacts at a time, in seconds since the epoch of stored times.
    #[must_use]
    pub fn read(profile: &Profile, config: &Config, contacts: &[Contact], now_s: u32) -> Self {
        let reader = Reader {
            profile,
            config,
            contacts,
            now_s: profile.read_time(now_s),
        };
        let mut caps = Self {
            is_after_booking: reader.is_after_booking(),
            is_unwanted: reader.is_unwanted(),
            ..Self::default()
        };
        if config.has_caps() {
            caps.offers = reader.met(
                Scope::Offer,
                profile.offers.iter().map(|o| o.hash).collect(),
            );
            caps.families = reader.met(
                Scope::Family,
                config.indices().map(|f| config.family(f).hash).collect(),
            );
            caps.placements = reader.met(
                Scope::Placement,
                profile.placements.iter().map(|p| p.hash).collect(),
            );
            caps.is_all_capped = reader.is_met(Scope::All, 0);
        }
        caps
    }
}

impl Reader<'_> {
    /// Those of the keys (hashes) that have had their share.
    fn met(&self, scope: Scope, mut keys: Vec<u32>) -> Vec<u32> {
        keys.retain(|key| self.is_met(scope, *key));
        keys
    }

    fn is_met(&self, scope: Scope, key: u32) -> bool {
        let index = match scope {
            Scope::All => Some(0),
            Scope::Offer => self.config.find::<Offer>(key).map(Index::number),
            Scope::Family => self.config.find::<Family>(key).map(Index::number),
            Scope::Placement => self.config.find::<Placement>(key).map(Index::number),
        };
        let reaches = |cap: Cap| self.count(scope, key, cap.per) >= u32::from(cap.most);
        index.is_some_and(|index| self.config.caps(scope, index).any(reaches))
    }

    fn count(&self, scope: Scope, key: u32, per: Window) -> u32 {
        // Of a life the totals tell, which reach further back than the times that are kept.
        let since = self.since_min(per).unwrap_or(0);
        let kept = |c: &&Contact| {
            c.is_of(scope, key) && (per != Window::Life || c.offer == 0) && c.at_min >= since
        };
        let kept = self.contacts.iter().filter(kept).count() as u32;
        kept + if per == Window::Life {
            self.exposures(scope, key)
        } else {
            0
        }
    }

    /// Viewable exposures in all.
    fn exposures(&self, scope: Scope, key: u32) -> u32 {
        let (offers, families) = (&self.profile.offers, &self.profile.families);
        match scope {
            Scope::All => families.iter().map(|f| f.exposures).sum(),
            Scope::Offer => offers
                .iter()
                .find(|o| o.hash == key)
                .map_or(0, |o| o.exposures),
            Scope::Family => self.profile.families.find(key).map_or(0, |f| f.exposures),
            Scope::Placement => self
                .profile
                .placements
                .iter()
                .find(|p| p.hash == key)
                .map_or(0, |p| p.exposures),
        }
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
        let is_over = self.now_s
            > self
                .profile
                .last_s
                .saturating_add(self.config.policy().visit_gap_s);
        if is_over {
            self.now_s / 60 + 1
        } else {
            self.profile.visit_s / 60
        }
    }

    fn is_after_booking(&self) -> bool {
        let rest_s = self.config.timing().rest_after_booking_s;
        let active = self.profile.bookings.iter().filter(|b| !b.cancelled);
        rest_s > 0
            && active
                .map(|b| b.at_min)
                .max()
                .is_some_and(|at| (at * 60).saturating_add(rest_s) > self.now_s)
    }

    /// Returns `true` if the visitor's own frequency leaves nothing for now. A period has offers in
    /// one visit only, and contacts in other channels count.
    fn is_unwanted(&self) -> bool {
        let period_s = match self.profile.preference.frequency {
            Frequency::Unsaid | Frequency::Any => return false,
            Frequency::Weekly => 7 * DAY_S,
            Frequency::Monthly => 30 * DAY_S,
            Frequency::Seasonal => 91 * DAY_S,
            Frequency::Never => return true,
        };
        let (since, visit) = (since_min(self.now_s, period_s), self.visit_min());
        self.contacts
            .iter()
            .any(|c| (since..visit).contains(&c.at_min))
    }
}
