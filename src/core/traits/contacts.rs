//! Contacts of the site with a visitor, over all channels. In: a profile. Out: exposures and
//! messages in the order of time. Never: a contact that only happened elsewhere.

use crate::core::config::Scope;
use crate::core::profile::Profile;

/// One contact with the visitor: an exposure on the site, or a message on another channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Minutes since the epoch.
    pub at_min: u32,
    /// Hash of the exposed offer; 0 for a message.
    pub offer: u32,
    /// Hash of the family; 0 if there is none.
    pub family: u32,
    /// Hash of the placement; 0 if no cap counts it.
    pub placement: u32,
}

impl Contact {
    /// Returns true if a cap with this scope and key counts the contact.
    #[must_use]
    pub fn is_of(&self, scope: Scope, key: u32) -> bool {
        match scope {
            Scope::All => true,
            Scope::Offer => self.offer == key,
            Scope::Family => self.family == key,
            Scope::Placement => self.placement == key,
        }
    }
}

/// Returns every contact whose time is stored, the oldest first.
#[must_use]
pub fn contacts(profile: &Profile) -> Vec<Contact> {
    let mut all: Vec<Contact> = Vec::new();
    let mut add =
        |contact: Contact| all.insert(all.partition_point(|c| c.at_min <= contact.at_min), contact);
    for seen in &profile.offers {
        for (at_min, placement) in seen.exposed_min.iter().zip(&seen.exposed_in) {
            add(Contact {
                at_min: *at_min,
                offer: seen.hash,
                family: seen.family,
                placement: *placement,
            });
        }
    }
    for message in &profile.messages {
        add(Contact {
            at_min: message.sent_min,
            offer: 0,
            family: message.family,
            placement: 0,
        });
    }
    all
}

/// Returns the number of contacts in a window that ends now.
#[must_use]
pub fn count(profile: &Profile, now_s: u32, window_s: u32) -> u32 {
    let since = since_min(now_s, window_s);
    contacts(profile)
        .iter()
        .filter(|c| c.at_min >= since)
        .count() as u32
}

/// Returns the first minute inside a window that ends now.
#[must_use]
pub fn since_min(now_s: u32, window_s: u32) -> u32 {
    now_s
        .checked_sub(window_s)
        .map_or(0, |from_s| from_s / 60 + 1)
}
