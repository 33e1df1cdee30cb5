//! Messages of any channel. In: the fields of a message event. Out: hashes and enums. Never: the
//! message's text.

use super::fields::Fields;
use crate::core::base::enums::{Channel, MessageStep};
use crate::core::base::error::TrackError;
use crate::core::base::event_kind::EventKind;
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::base::index::Index;
use crate::core::config::{Config, Family, Offer};

/// The payload of a message event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageRef {
    /// The step that the event reports.
    pub step: MessageStep,
    /// The hash of the message's id ([`Namespace::Message`]). `None` if it has no id.
    pub id: Option<u32>,
    /// The hash of the offer family it is about.
    pub family: Option<u32>,
    /// The channel it was sent by.
    pub channel: Channel,
}

impl MessageRef {
    /// Parses the fields of a message event.
    ///
    /// An open or a click by a machine only shows that the message was sent.
    ///
    /// # Errors
    ///
    /// [`TrackError::BadField`] if the channel or the family is unknown.
    pub(super) fn parse(
        step: MessageStep,
        offer: Option<Index<Offer>>,
        config: &Config,
        fields: &Fields,
    ) -> Result<Self, TrackError> {
        let is_machine = matches!(fields.get("machine"), Some("1" | "true" | "yes"));
        let step = match step {
            _ if is_machine => MessageStep::Sent,
            step => step,
        };
        let channel = fields.get("channel").and_then(Channel::of_name);
        let family = match fields.text("family") {
            None => offer.map(|offer| config.family(config.offer(offer).family).hash),
            Some(name) => {
                let index = config.find_name::<Family>(name);
                Some(config.family(index.ok_or(TrackError::BadField)?).hash)
            }
        };
        Ok(Self {
            step,
            id: fields
                .text("id")
                .map(|id| name_hash(Namespace::Message, id)),
            family,
            channel: channel.ok_or(TrackError::BadField)?,
        })
    }

    /// Returns the kind of event that reports this step.
    pub(super) fn kind(&self) -> EventKind {
        match self.step {
            MessageStep::Sent => EventKind::MessageSent,
            MessageStep::Opened => EventKind::MessageOpened,
            MessageStep::Clicked => EventKind::MessageClicked,
        }
    }
}
