//! Which channel works for a visitor. Comes in: messages and their reactions, exposures and clicks
//! on the site; goes out: a smoothed reaction rate per channel, and the preferred channel where any
//! reaction is known.
//!
//! The rate is the mean of a Beta posterior: `(reactions + s·b) / (messages + s)`, with the
//! channel's usual rate `b` worth `s` messages (Gelman et al., *Bayesian Data Analysis*, 2.4). A
//! click is a reaction, an open a part of one; what a machine opened is none.

use crate::core::base::enums::{Channel, MessageStep};
use crate::core::config::Config;
use crate::core::profile::Profile;

/// The visitor's reactions in one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChannelReading {
    /// Messages sent.
    pub messages: f64,
    /// Reactions to them. An open counts as a part of one.
    pub reactions: f64,
    /// The smoothed rate, 0 to 1.
    pub rate: f64,
}

/// All channels, by their numbers.
pub type Channels = [ChannelReading; Channel::ALL.len()];

/// Reads a profile.
#[must_use]
pub fn read(profile: &Profile, config: &Config) -> Channels {
    let (prior, open_weight) = config.channel_prior();
    let mut channels = Channels::default();
    channels[Channel::Web as usize] = on_the_site(profile);
    for message in &profile.messages {
        let channel = &mut channels[message.channel as usize];
        channel.messages += 1.0;
        channel.reactions += match message.step {
            MessageStep::Clicked => 1.0,
            MessageStep::Opened => open_weight,
            MessageStep::Sent => 0.0,
        };
    }
    for (number, channel) in channels.iter_mut().enumerate() {
        let usual = config.channel_rate(number as u8);
        channel.rate =
            (channel.reactions + prior * usual) / (channel.messages + prior).max(f64::MIN_POSITIVE);
    }
    channels
}

/// The channel of the highest rate among those where the visitor ever reacted; of equals the first.
#[must_use]
pub fn preferred(channels: &Channels) -> Option<Channel> {
    let answered = Channel::ALL
        .iter()
        .filter(|c| channels[**c as usize].reactions > 0.0);
    answered.copied().reduce(|best, c| {
        if channels[c as usize].rate > channels[best as usize].rate {
            c
        } else {
            best
        }
    })
}

/// Offers seen and clicked on the site are its own messages; more clicks than exposures are not
/// believed.
fn on_the_site(profile: &Profile) -> ChannelReading {
    let exposures: f64 = profile
        .families
        .iter()
        .map(|f| f64::from(f.exposures))
        .sum();
    let clicks: f64 = profile.families.iter().map(|f| f64::from(f.clicks)).sum();
    ChannelReading {
        messages: exposures,
        reactions: clicks.min(exposures),
        rate: 0.0,
    }
}

#[cfg(test)]
#[cfg(feature = "full")]
mod tests {
    use super::*;
    use crate::core::config::compile;
    use crate::core::event::message::MessageRef;
    use crate::core::event::{Event, Payload};
    use proptest::prelude::*;
    use std::sync::OnceLock;

    /// Compiled once: property tests ask often.
    fn config() -> &'static Config {
        static CONFIG: OnceLock<Config> = OnceLock::new();
        let json = r#"{"version": 1, "facets": {"trip": {"topics": ["city"]}}, "families": {}, "placements": {}, "offers": [],
            "channels": {"prior_messages": 10, "open_weight": 0.5, "rates": {"email": 0.1, "sms": 0.1}}}"#;
        CONFIG.get_or_init(|| Config::from_bytes(compile(json).unwrap().bytes).unwrap())
    }

    fn report(step: MessageStep, id: u32, channel: Channel, at_s: u32) -> Event {
        let message = MessageRef {
            step,
            id: Some(id),
            family: None,
            channel,
        };
        Event::with(Payload::Message(message), at_s)
    }

    fn channels_of(reports: &[Event]) -> Channels {
        let mut profile = Profile::default();
        reports.iter().for_each(|r| profile.apply(r, config()));
        read(&profile, config())
    }

    #[test]
    fn nothing_known_is_the_usual_rate_and_no_preference() {
        let channels = channels_of(&[]);
        assert!((channels[Channel::Email as usize].rate - 0.1).abs() < 1e-6);
        assert_eq!(preferred(&channels), None);
    }

    #[test]
    fn reaction_reported_twice_counts_once() {
        let sent = report(MessageStep::Sent, 7, Channel::Email, 60);
        let clicked = report(MessageStep::Clicked, 7, Channel::Email, 120);
        let channels = channels_of(&[sent.clone(), clicked.clone(), clicked, sent]);
        let email = channels[Channel::Email as usize];
        assert_eq!((email.messages, email.reactions), (1.0, 1.0));
        assert!((email.rate - 2.0 / 11.0).abs() < 1e-6);
        assert_eq!(preferred(&channels), Some(Channel::Email));
    }

    #[test]
    fn the_better_answered_channel_is_preferred() {
        let mut reports = Vec::new();
        for i in 1..8 {
            reports.push(report(
                if i == 1 {
                    MessageStep::Opened
                } else {
                    MessageStep::Sent
                },
                i,
                Channel::Email,
                i * 60,
            ));
            reports.push(report(
                if i < 4 {
                    MessageStep::Clicked
                } else {
                    MessageStep::Sent
                },
                50 + i,
                Channel::Sms,
                i * 60,
            ));
        }
        assert_eq!(preferred(&channels_of(&reports)), Some(Channel::Sms));
    }

    proptest! {
        #[test]
        fn rates_are_shares_in_any_order(
            reports in prop::collection::vec((0u8..3, 1u32..6, 0u8..6, 1u32..400), 0..30), seed in any::<u64>(),
        ) {
            let reports: Vec<Event> = reports
                .iter()
                .map(|(step, id, channel, minute)| {
                    let channel = Channel::of_number(*channel).unwrap();
                    report(MessageStep::of_number(*step).unwrap(), *id, channel, minute * 60)
                })
                .collect();
            let mut shuffled = reports.clone();
            shuffled.sort_by_key(|r| {
                let mut bytes = Vec::new();
                r.encode(&mut bytes);
                crate::core::base::hash::mix(seed, u64::from(crate::core::base::hash::digest(&bytes)))
            });
            let channels = channels_of(&reports);
            prop_assert!(channels.iter().all(|c| (0.0..=1.0).contains(&c.rate)));
            prop_assert_eq!(channels, channels_of(&shuffled));
        }
    }
}
