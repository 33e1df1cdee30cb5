//! The parser of a site's calls (`track("search", {…})`). In: a name and fields. Out: an event of
//! hashes and numbers. Never: a text of the page or the visitor.

use super::classify::named_topics;
use super::declaration::{Declaration, frequency};
use super::fields::Fields;
use super::message::MessageRef;
use super::offer::{OfferAction, OfferEvent, placement};
use super::{
    Activity, BookingEvent, Details, Event, EventKind, MAX_TOPICS, Payload, ScenarioFired,
    Subscription, TopicWeight, Travel,
};
use crate::core::base::enums::MessageStep;
use crate::core::base::error::TrackError;
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::base::index::Index;
use crate::core::config::{Config, Offer, Scenario, Topic};

impl Event {
    /// Parses a call of the site.
    ///
    /// # Errors
    ///
    /// [`TrackError::UnknownEvent`] if there is no event with this name. [`TrackError::BadField`]
    /// if a field cannot be read or names something that the config does not have.
    pub fn parse(
        config: &Config,
        at_s: u32,
        name: &str,
        fields: &Fields,
    ) -> Result<Self, TrackError> {
        let kind = EventKind::of_name(name).ok_or(TrackError::UnknownEvent)?;
        let offer = match fields.get("offer") {
            None => None,
            Some(name) => {
                let index = config.find_name::<Offer>(name);
                Some(index.ok_or(TrackError::BadField)?)
            }
        };
        let payload = Payload::parse(kind, offer, config, fields)?;
        let mut topics = Vec::new();
        for key in ["topics", "interests"] {
            if let Some(list) = fields.get(key) {
                topics.extend(named_topics(config, list));
            }
        }
        topics.extend(known_place(config, fields).or_else(|| other_place(config, fields)));
        let is_sent = matches!(&payload, Payload::Message(m) if m.step == MessageStep::Sent);
        if is_sent {
            topics.clear();
        }
        let is_liked = matches!(
            kind,
            EventKind::OfferClick | EventKind::MessageOpened | EventKind::MessageClicked
        );
        if is_liked
            && !is_sent
            && let Some(offer) = offer
        {
            add_liked(&mut topics, config, offer);
        }
        topics.truncate(MAX_TOPICS);
        Ok(Self {
            at_s,
            topics,
            payload,
        })
    }
}

impl Payload {
    fn parse(
        kind: EventKind,
        offer: Option<Index<Offer>>,
        config: &Config,
        fields: &Fields,
    ) -> Result<Self, TrackError> {
        let mut details = Details {
            offer: offer.map(|index| config.offer(index).hash),
            travel: Travel::parse(config, fields)?,
            value_cents: 0,
        };
        let value = fields.cents("value");
        if let Some(step) = MessageStep::of_kind(kind) {
            let message = MessageRef::parse(step, offer, config, fields)?;
            if message.id.is_none() {
                value?;
            }
            return Ok(Self::Message(message));
        }
        if kind == EventKind::Declare {
            let declaration = Declaration::parse(config, fields)?;
            // The value of a declared fact is no amount.
            if declaration.fact.is_none() {
                value?;
            }
            return Ok(Self::Declaration(declaration));
        }
        details.value_cents = value?;
        if let Some(action) = OfferAction::of_kind(kind) {
            let placement = placement(config, fields).filter(|_| action.has_decision());
            return Ok(Self::Offer(OfferEvent {
                action,
                offer: details.offer,
                placement,
                decision: None,
            }));
        }
        if let Some(offer) = offer {
            details.complete_by(offer, kind, config);
        }
        Ok(match kind {
            EventKind::Booking | EventKind::BookingCancel => Self::Booking(BookingEvent {
                id: fields.get("id").map(|id| name_hash(Namespace::Booking, id)),
                is_cancelled: kind == EventKind::BookingCancel,
                details,
            }),
            EventKind::Unsubscribe | EventKind::NewsletterSignup => {
                Self::Subscription(Subscription {
                    is_cancelled: kind == EventKind::Unsubscribe,
                    frequency: frequency(fields)?,
                })
            }
            EventKind::ScenarioFired => Self::ScenarioFired(ScenarioFired::parse(config, fields)?),
            kind => Self::Activity(Activity { kind, details }),
        })
    }
}

impl Details {
    /// Takes the destination of an offer for a quote or a booking that names none.
    fn complete_by(&mut self, offer: Index<Offer>, kind: EventKind, config: &Config) {
        let is_for_trip = matches!(
            kind,
            EventKind::Booking
                | EventKind::QuoteStart
                | EventKind::QuoteStep
                | EventKind::QuoteSubmit
        );
        if is_for_trip && self.travel.destination == 0 {
            let place = config.theme(offer).destination;
            self.travel.destination = place.map_or(0, |place| config.topic(place).hash);
        }
    }
}

impl ScenarioFired {
    fn parse(config: &Config, fields: &Fields) -> Result<Self, TrackError> {
        let name = fields.get("scenario");
        let index = name.and_then(|name| config.find_name::<Scenario>(name));
        Ok(Self {
            scenario: config.scenario(index.ok_or(TrackError::BadField)?).hash,
            cause: fields.whole("cause")?,
            ordinal: fields.whole("ordinal")? as u16,
        })
    }
}

impl Travel {
    fn parse(config: &Config, fields: &Fields) -> Result<Self, TrackError> {
        let count = |key| Ok(fields.number(key)?.map_or(0, |n| n.min(255.0) as u8));
        let unknown_place = || {
            Some(name_hash(
                Namespace::Place,
                &plain(fields.text("destination")?),
            ))
        };
        let known = known_place(config, fields).map(|place| place.topic);
        Ok(Self {
            destination: known.or_else(unknown_place).unwrap_or(0),
            start_day: fields.day("start_date")?,
            end_day: fields.day("end_date")?,
            adults: count("adults")?,
            children: count("children")?,
        })
    }
}

/// Adds the topics that an offer is about: a click shows a taste for them.
fn add_liked(topics: &mut Vec<TopicWeight>, config: &Config, offer: Index<Offer>) {
    let offer = config.offer(offer);
    for (topic, weight) in config.topic_weights(offer.first_weight, offer.weights) {
        if weight > 0.0 {
            topics.push(TopicWeight {
                topic: config.topic(topic).hash,
                sixteenths: (weight * 16.0) as u8,
            });
        }
    }
}

/// Returns the destination as a topic. `None` if the config knows it by no name or alias.
fn known_place(config: &Config, fields: &Fields) -> Option<TopicWeight> {
    place(config, &plain(fields.get("destination")?))
}

/// Returns the topic `destination.other` for a destination that the config does not know.
fn other_place(config: &Config, fields: &Fields) -> Option<TopicWeight> {
    fields.text("destination")?;
    place(config, "other")
}

fn place(config: &Config, name: &str) -> Option<TopicWeight> {
    let index = config.find_name::<Topic>(&["destination.", name].concat())?;
    Some(TopicWeight {
        topic: config.topic(index).hash,
        sixteenths: 16,
    })
}

fn plain(name: &str) -> String {
    name.trim_ascii().to_ascii_lowercase()
}
