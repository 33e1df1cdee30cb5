//! What several replicas know together. Comes in: profiles, in any order; goes out: one profile, the same bytes
//! whatever the order. Masses and counts add; of facts told twice the latest word holds.
//!
//! A replica is written by one browser only, so nothing is counted in two of them: adding is exact. Bookings have
//! their teller's id and are joined by it.

use super::counter::Mass;
use super::profile::{
    Booking, Counts, FacetCounters, FamilySeen, MAX_BOOKINGS, MAX_EXPOSURES, MAX_FACETS, MAX_FAMILIES, MAX_OFFERS,
    MAX_TOPICS, MAX_TRIPS, OfferSeen, Profile, TopicCounter, Trip, forget_least,
};

/// One profile of many.
///
/// ```
/// use escale::core::{combine::combine, profile::Profile};
/// let (a, b) = (Profile::default(), Profile { last_s: 9, ..Profile::default() });
/// assert_eq!(combine(&[a.clone(), b.clone()]).encode(), combine(&[b, a]).encode());
/// ```
#[must_use]
pub fn combine(profiles: &[Profile]) -> Profile {
    let known: Vec<&Profile> = profiles.iter().filter(|p| !p.is_empty()).collect();
    let last_s = known.iter().map(|p| p.last_s).max().unwrap_or(0);
    let mut whole = Profile {
        first_s: known.iter().map(|p| p.first_s).filter(|s| *s > 0).min().unwrap_or(0),
        last_s,
        visit_s: known.iter().map(|p| p.visit_s).max().unwrap_or(0),
        counts: known.iter().fold(Counts::default(), |sum, p| sum.plus(&p.counts)),
        ..Profile::default()
    };
    whole.facets = joined(known.iter().flat_map(|p| &p.facets), |f| f.hash, |same| join_facets(same, last_s));
    whole.families = joined(known.iter().flat_map(|p| &p.families), |f| f.hash, join_families);
    whole.offers = joined(known.iter().flat_map(|p| &p.offers), |o| o.hash, join_offers);
    whole.trips = joined(known.iter().flat_map(|p| &p.trips), |t| t.id, join_trips);
    whole.bookings = joined(known.iter().flat_map(|p| &p.bookings), |b| b.id, join_bookings);
    whole.keep_bounds();
    whole
}

/// Groups by hash, ascending, and joins each group. The join must not depend on the group's order.
fn joined<'a, T: 'a>(all: impl Iterator<Item = &'a T>, hash: impl Fn(&T) -> u32, join: impl Fn(&[&T]) -> T) -> Vec<T> {
    let mut all: Vec<&T> = all.collect();
    all.sort_by_key(|item| hash(item));
    all.chunk_by(|a, b| hash(a) == hash(b)).map(join).collect()
}

fn join_facets(same: &[&FacetCounters], now_s: u32) -> FacetCounters {
    // Browsers may have met different configs: the longest half-life is as good as another, and the same for all.
    let taste = same.iter().map(|f| f.taste_half_life_s).max().unwrap_or(0);
    let intent = same.iter().map(|f| f.intent_half_life_s).max().unwrap_or(0);
    let retold: Vec<TopicCounter> = same
        .iter()
        .flat_map(|f| {
            f.topics.iter().map(move |t| TopicCounter {
                hash: t.hash,
                taste: t.taste.told_in(now_s, f.taste_half_life_s, taste),
                intent: t.intent.told_in(now_s, f.intent_half_life_s, intent),
            })
        })
        .collect();
    let topics = joined(
        retold.iter(),
        |t| t.hash,
        |same| TopicCounter {
            hash: same[0].hash,
            taste: Mass::sum(&mut same.iter().map(|t| t.taste).collect::<Vec<_>>()),
            intent: Mass::sum(&mut same.iter().map(|t| t.intent).collect::<Vec<_>>()),
        },
    );
    let latest =
        topics.iter().filter(|t| same.iter().any(|f| f.latest_topic == t.hash)).max_by_key(|t| (t.intent, t.hash));
    FacetCounters {
        hash: same[0].hash,
        taste_half_life_s: taste,
        intent_half_life_s: intent,
        latest_topic: latest.map_or(0, |t| t.hash),
        topics,
    }
}

fn join_families(same: &[&FamilySeen]) -> FamilySeen {
    FamilySeen {
        hash: same[0].hash,
        clicked_min: same.iter().map(|f| f.clicked_min).max().unwrap_or(0),
        clicks: same.iter().fold(0, |sum, f| sum.saturating_add(f.clicks)),
    }
}

fn join_offers(same: &[&OfferSeen]) -> OfferSeen {
    let mut exposed_min: Vec<u32> = same.iter().flat_map(|o| o.exposed_min.iter().copied()).collect();
    exposed_min.sort_unstable();
    exposed_min.drain(..exposed_min.len().saturating_sub(MAX_EXPOSURES));
    OfferSeen {
        hash: same[0].hash,
        family: same.iter().map(|o| (o.last_min(), o.family)).max().map_or(0, |(_, family)| family),
        feedback: same.iter().map(|o| o.feedback).max().unwrap_or_default(),
        exposures: same.iter().fold(0, |sum, o| sum.saturating_add(o.exposures)),
        exposed_min,
    }
}

fn join_trips(same: &[&Trip]) -> Trip {
    let key =
        |t: &&Trip| (t.last_min, t.step, t.travel.start_day, t.travel.end_day, t.travel.adults, t.travel.children);
    let latest = same.iter().copied().max_by_key(key).unwrap_or(same[0]);
    Trip { step: same.iter().map(|t| t.step).max().unwrap_or_default(), ..*latest }
}

fn join_bookings(same: &[&Booking]) -> Booking {
    same.iter().skip(1).fold(*same[0], |latest, b| latest.latest_of(**b))
}

impl Counts {
    fn plus(&self, other: &Self) -> Self {
        Self {
            visits: self.visits.saturating_add(other.visits),
            page_views: self.page_views.saturating_add(other.page_views),
            searches: self.searches.saturating_add(other.searches),
            quote_starts: self.quote_starts.saturating_add(other.quote_starts),
            quote_submits: self.quote_submits.saturating_add(other.quote_submits),
            advocacy: self.advocacy.saturating_add(other.advocacy),
        }
    }
}

impl Profile {
    fn keep_bounds(&mut self) {
        self.facets.truncate(MAX_FACETS);
        for facet in &mut self.facets {
            forget_least(&mut facet.topics, MAX_TOPICS, |t| (t.taste, t.hash));
            if !facet.topics.iter().any(|t| t.hash == facet.latest_topic) {
                facet.latest_topic = 0;
            }
        }
        forget_least(&mut self.families, MAX_FAMILIES, |f| (f.clicked_min, f.hash));
        forget_least(&mut self.offers, MAX_OFFERS, |o| (o.feedback, o.last_min(), o.hash));
        forget_least(&mut self.trips, MAX_TRIPS, |t| (t.last_min, t.id));
        forget_least(&mut self.bookings, MAX_BOOKINGS, |b| (b.at_min, b.id));
    }
}
