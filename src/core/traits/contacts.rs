//! Contacts of the site with a visitor, over all channels. In: a profile. Out: exposures and
//! messages in the order in which they count as ignored. Never: a contact that only happened elsewhere.

use crate::core::base::enums::MessageStep;
use crate::core::config::{Config, Scope};
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
    /// Minute from which the contact counts as ignored, unless a click follows it. `u32::MAX` if
    /// the customer reacted.
    pub ignored_min: u32,
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

/// Returns every contact whose time is stored, in the order in which they count as ignored.
///
/// An exposure counts at once. A message counts after the days in which its channel may react.
#[must_use]
pub fn contacts(profile: &Profile, config: &Config) -> Vec<Contact> {
    let mut all: Vec<Contact> = Vec::new();
    let mut add = |contact: Contact| {
        let later = all.iter().position(|c| c.ignored_min > contact.ignored_min);
        all.insert(later.unwrap_or(all.len()), contact);
    };
    for seen in &profile.offers {
        for (at_min, placement) in seen.exposed_min.iter().zip(&seen.exposed_in) {
            add(Contact {
                at_min: *at_min,
                offer: seen.hash,
                family: seen.family,
                placement: *placement,
                ignored_min: *at_min,
            });
        }
    }
    for message in &profile.messages {
        add(Contact {
            at_min: message.sent_min,
            offer: 0,
            family: message.family,
            placement: 0,
            ignored_min: if message.step == MessageStep::Sent {
                message
                    .sent_min
                    .saturating_add(config.reaction_min(message.channel as u8))
            } else {
                u32::MAX
            },
        });
    }
    all
}

/// Returns the number of contacts in a window that ends now.
#[must_use]
pub fn count(contacts: &[Contact], now_s: u32, window_s: u32) -> u32 {
    let since = since_min(now_s, window_s);
    contacts.iter().filter(|c| c.at_min >= since).count() as u32
}

/// Returns the first minute inside a window that ends now.
#[must_use]
pub fn since_min(now_s: u32, window_s: u32) -> u32 {
    now_s
        .checked_sub(window_s)
        .map_or(0, |from_s| from_s / 60 + 1)
}
