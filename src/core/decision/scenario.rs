//! Scenarios that are due: on something, after a delay, unless something happened, at most so
//! often. Comes in: the knowledge of a visitor at a time; goes out: the scenarios that are due,
//! each with its cause. Pure: the owner of a scenario reports by an event that it fired. A cause
//! that fired is never due again, whatever is retried and wherever.

use crate::core::base::civil::Date;
use crate::core::base::enums::Moment;
use crate::core::base::index::Index;
use crate::core::base::time::DAY_S;
use crate::core::condition::bytecode::Answers;
use crate::core::config::{Config, Offer, RelativeTo, Scenario, Trigger, Window};
use crate::core::event::{Event, EventKind, Payload, ScenarioFired, Travel};
use crate::core::profile::Profile;
use crate::core::profile::cause_id;
use crate::core::traits::facts::VisitorFacts;
use crate::core::traits::trip::{TripReading, return_day};

/// Who performs a scenario: each has one owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Shows an offer.
    Browser,
    /// Calls a webhook.
    Server,
}

/// A scenario that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The scenario's index.
    pub scenario: Index<Scenario>,
    /// Identity of its cause: the id of a trip or a booking, or the minute of an event. 0 for a
    /// first visit or a birthday.
    pub subject: u32,
    /// Which time of the same subject: for a birthday the year since 2020.
    pub ordinal: u16,
    /// Time since which it is due, in seconds since the epoch of stored times.
    pub since_s: u32,
    /// The offer it shows. `None` if the server owns it.
    pub offer: Option<Index<Offer>>,
    /// Party that acts on it.
    pub owner: Owner,
}

impl Due {
    /// The event that records that it fired.
    #[must_use]
    pub fn event(&self, config: &Config, at_s: u32) -> Event {
        let fired = ScenarioFired {
            scenario: config.scenario(self.scenario).hash,
            cause: self.subject,
            ordinal: self.ordinal,
        };
        Event::with(Payload::ScenarioFired(fired), at_s)
    }
}

/// Every scenario that is due at the facts' time, in the config's order.
#[must_use]
pub fn due(config: &Config, facts: &VisitorFacts) -> Vec<Due> {
    read(config, facts, Asked::ToFire)
}

/// Returns the offers of scenarios to show. They include scenarios that fired in this visit. So a
/// block does not vanish once it was seen.
#[must_use]
pub fn offers(config: &Config, facts: &VisitorFacts) -> Vec<Index<Offer>> {
    let shown = read(config, facts, Asked::ToShow);
    let mut offers = Vec::new();
    for due in shown {
        offers.extend(due.offer);
    }
    offers
}

/// The offers that belong to scenarios, and are shown at no other time.
#[must_use]
pub fn owned(config: &Config) -> Vec<Index<Offer>> {
    let mut offers = Vec::new();
    for index in config.indices() {
        offers.extend(config.scenario(index).offer);
    }
    offers
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    ToFire,
    ToShow,
}

/// A cause for which a scenario may fire.
pub(crate) struct Cause {
    /// The first one stands for it: a trip is made of several intents and bookings, and fires once
    /// for all.
    pub(crate) subjects: Vec<u32>,
    ordinal: u16,
    happened_s: u32,
    departure_s: Option<u32>,
    return_s: Option<u32>,
}

pub(crate) struct Reader<'a> {
    profile: &'a Profile,
    pub(crate) config: &'a Config,
    pub(crate) trips: &'a [TripReading],
    pub(crate) now_s: u32,
}

fn read(config: &Config, facts: &VisitorFacts, asked: Asked) -> Vec<Due> {
    let mut all = Vec::new();
    let profile = facts.profile;
    if !config.has_scenarios() || profile.is_empty() {
        return all;
    }
    let reader = Reader::of(config, facts);
    for index in config.indices() {
        let scenario = config.scenario(index);
        let mut left = reader.left_of(&scenario);
        for cause in reader.causes(&scenario) {
            let Some(since_s) = reader.due_since(&scenario, &cause) else {
                continue;
            };
            let is_new = !cause
                .subjects
                .iter()
                .any(|s| profile.has_fired(cause.id(&scenario, *s)));
            let is_on_show =
                asked == Asked::ToShow && reader.fired_in_this_visit(&scenario, &cause);
            let is_meant = || {
                config
                    .conditions()
                    .evaluate(scenario.condition, facts, &Answers::default())
            };
            if ((is_new && left > 0) || is_on_show) && is_meant() {
                left = left.saturating_sub(u32::from(is_new));
                let subject = cause.subjects.first().copied().unwrap_or(0);
                let owner = match scenario.offer {
                    Some(_) => Owner::Browser,
                    None => Owner::Server,
                };
                let (ordinal, offer) = (cause.ordinal, scenario.offer);
                all.push(Due {
                    scenario: index,
                    subject,
                    ordinal,
                    since_s,
                    offer,
                    owner,
                });
            }
        }
    }
    all
}

impl Cause {
    fn at(subject: u32, happened_s: u32) -> Self {
        Self {
            subjects: vec![subject],
            ordinal: 0,
            happened_s,
            departure_s: None,
            return_s: None,
        }
    }

    pub(crate) fn of_travel(travel: &Travel, subjects: Vec<u32>, happened_s: u32) -> Self {
        let day_s = |day: u16| (day > 0).then(|| u32::from(day) * DAY_S);
        let (departure_s, return_s) = (day_s(travel.start_day), day_s(return_day(travel)));
        Self {
            subjects,
            ordinal: 0,
            happened_s,
            departure_s,
            return_s,
        }
    }

    pub(crate) fn id(&self, scenario: &Scenario, subject: u32) -> u32 {
        cause_id(scenario.hash, subject, self.ordinal)
    }

    /// Since when the scenario is due for it; none where it has no such date.
    pub(crate) fn since_s(&self, scenario: &Scenario) -> Option<u32> {
        let base_s = match scenario.relative {
            RelativeTo::Event => self.happened_s,
            RelativeTo::Departure => self.departure_s?,
            RelativeTo::Return => self.return_s?,
        };
        Some(base_s.saturating_add_signed(scenario.after_s))
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn of(config: &'a Config, facts: &'a VisitorFacts) -> Self {
        Self {
            profile: facts.profile,
            config,
            trips: facts.time.trips(),
            now_s: facts.now_s,
        }
    }
}

impl Reader<'_> {
    pub(crate) fn causes(&self, scenario: &Scenario) -> Vec<Cause> {
        match scenario.on {
            Some(Trigger::Booking) => self.bookings(),
            Some(Trigger::FirstVisit) if self.profile.first_s > 0 => {
                vec![Cause::at(0, self.profile.first_s)]
            }
            Some(Trigger::Birthday) => self.birthdays(),
            Some(Trigger::QuoteAbandoned) => self.of_trips(None),
            Some(Trigger::Moment(moment)) => self.of_trips(Some(moment)),
            Some(Trigger::Event(kind)) => {
                let latest = self.profile.latest_s(kind);
                latest.map_or(Vec::new(), |at_s| vec![Cause::at(at_s / 60, at_s)])
            }
            Some(Trigger::FirstVisit) | None => Vec::new(),
        }
    }

    fn bookings(&self) -> Vec<Cause> {
        let mut causes = Vec::new();
        for booking in self.profile.bookings.iter().filter(|b| !b.cancelled) {
            causes.push(Cause::of_travel(
                &booking.travel,
                vec![booking.id],
                booking.at_min * 60,
            ));
        }
        causes
    }

    /// Returns the trips at a moment, or without one those whose quote was abandoned.
    fn of_trips(&self, moment: Option<Moment>) -> Vec<Cause> {
        let mut causes = Vec::new();
        for trip in self.trips {
            let is_meant = moment.map_or(trip.is_abandoned, |moment| trip.moment == moment);
            if is_meant {
                let abandoned_after_s = self.config.timing().abandoned_after_s;
                let happened_s = moment.map_or_else(
                    || trip.last_s.saturating_add(abandoned_after_s),
                    |_| self.moment_s(trip),
                );
                causes.push(Cause::of_travel(&trip.travel, trip.ids.clone(), happened_s));
            }
        }
        causes
    }

    /// When a trip came to its moment.
    fn moment_s(&self, trip: &TripReading) -> u32 {
        let start_s = u32::from(trip.travel.start_day) * DAY_S;
        match trip.moment {
            Moment::BeforeDeparture => {
                let days = self.config.timing().before_departure_days;
                start_s.saturating_sub(days.saturating_mul(DAY_S))
            }
            Moment::Travelling => start_s,
            Moment::Returned => (u32::from(trip.return_day()) + 1) * DAY_S,
            _ => trip.last_s,
        }
    }

    /// The birthdays around now: that of last year, this one, the next.
    fn birthdays(&self) -> Vec<Cause> {
        let Some(birthday) = self.profile.birthday() else {
            return Vec::new();
        };
        // Years of 365.25 days since 2020: one for each birthday.
        let year = self.now_s / DAY_S * 4 / 1461;
        let mut causes = Vec::new();
        for ordinal in year.saturating_sub(1)..=year + 1 {
            let date = birthday.in_year(2020 + ordinal);
            let at_s = date.and_then(Date::day).map(|day| day.start().get());
            causes.extend(at_s.map(|at_s| Cause {
                ordinal: ordinal as u16,
                ..Cause::at(0, at_s)
            }));
        }
        causes
    }

    /// Since when a scenario is due for a cause; none: it is not.
    fn due_since(&self, scenario: &Scenario, cause: &Cause) -> Option<u32> {
        let since_s = cause.since_s(scenario)?;
        let is_now =
            since_s <= self.now_s && self.now_s < since_s.saturating_add(scenario.within_s);
        let mut unless = self.config.unless(scenario);
        (is_now && !unless.any(|kind| self.happened_since(scenario, cause, kind)))
            .then_some(since_s)
    }

    /// Returns `true` if an event happened since the cause. One of the cause's own kind must be
    /// another event.
    fn happened_since(&self, scenario: &Scenario, cause: &Cause, kind: EventKind) -> bool {
        let since_min = cause.happened_s / 60;
        if kind == EventKind::Booking {
            let mut bookings = self
                .profile
                .bookings
                .iter()
                .filter(|b| !b.cancelled && !cause.subjects.contains(&b.id));
            return bookings.any(|b| b.at_min >= since_min);
        }
        let own = u32::from(scenario.on == Some(Trigger::Event(kind)));
        let happened = |kind| {
            let latest_s = self.profile.latest_s(kind);
            latest_s.is_some_and(|at_s| at_s / 60 >= since_min + own)
        };
        // Who clicked has opened.
        happened(kind) || (kind == EventKind::MessageOpened && happened(EventKind::MessageClicked))
    }

    /// Returns the number of times that a scenario may still fire.
    fn left_of(&self, scenario: &Scenario) -> u32 {
        let Some(limit) = scenario.at_most else {
            return u32::MAX;
        };
        let since_min = match limit.per {
            Window::Life => 0,
            Window::Visit => self.profile.visit_s / 60,
            other => self
                .now_s
                .checked_sub(other.seconds())
                .map_or(0, |from_s| from_s / 60 + 1),
        };
        let fired = self
            .profile
            .fired
            .iter()
            .filter(|f| f.scenario == scenario.hash && f.at_min >= since_min);
        u32::from(limit.most).saturating_sub(fired.count() as u32)
    }

    fn fired_in_this_visit(&self, scenario: &Scenario, cause: &Cause) -> bool {
        let visit_min = self.profile.visit_s / 60;
        let mut ids = cause
            .subjects
            .iter()
            .map(|subject| cause.id(scenario, *subject));
        ids.any(|id| {
            self.profile
                .fired
                .iter()
                .any(|f| f.id == id && f.at_min >= visit_min)
        })
    }
}
