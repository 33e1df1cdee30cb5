//! What several replicas know together. Comes in: profiles, in any order; goes out: one profile, the same bytes
//! whatever the order. Masses and counts add; of facts told twice the latest word holds.
//!
//! A replica is written by one browser only, so nothing is counted in two of them: adding is exact. Bookings have
//! their teller's id and are joined by it.

use super::{
    Booking, Counts, FacetCounters, FamilySeen, MAX_BOOKINGS, MAX_EXPOSURES, MAX_FACETS,
    MAX_FAMILIES, MAX_OFFERS, MAX_TOPICS, MAX_TRIPS, OfferSeen, Profile, TopicCounter, Trip,
    forget_least,
};

/// One profile of many. They are taken in the order of their bytes, so that no other order can show.
///
/// ```
/// use escale::core::{merge::combine, profile::Profile};
/// let (a, b) = (Profile::default(), Profile { last_s: 9, ..Profile::default() });
/// assert_eq!(combine(&[a.clone(), b.clone()]).encode(), combine(&[b, a]).encode());
/// ```
#[must_use]
pub fn combine(profiles: &[Profile]) -> Profile {
    let mut known: Vec<(Vec<u8>, &Profile)> = profiles.iter().map(|p| (p.encode(), p)).collect();
    known.sort_by(|a, b| a.0.cmp(&b.0));
    let mut whole = Profile::default();
    known.iter().for_each(|(_, profile)| whole.absorb(profile));
    whole
}

impl Profile {
    /// What this replica and another know together.
    #[must_use]
    pub fn joined_with(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.absorb(other);
        both
    }

    /// Takes in what another replica knows.
    pub fn absorb(&mut self, other: &Self) {
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        if other.is_empty() {
            return;
        }
        let (now_s, is_later) = (self.last_s.max(other.last_s), other.last_s > self.last_s);
        // A replica that only holds messages has seen nothing yet.
        self.first_s = [self.first_s, other.first_s]
            .into_iter()
            .filter(|s| *s > 0)
            .min()
            .unwrap_or(0);
        self.last_s = now_s;
        self.visit_s = self.visit_s.max(other.visit_s);
        self.counts.absorb(&other.counts);
        for theirs in &other.facets {
            match self.facets.binary_search_by_key(&theirs.hash, |f| f.hash) {
                Ok(at) => self.facets[at].absorb(theirs, now_s, is_later),
                Err(at) => self.facets.insert(at, theirs.clone()),
            }
        }
        absorb_list(
            &mut self.families,
            &other.families,
            |f| f.hash,
            FamilySeen::absorb,
        );
        absorb_list(
            &mut self.offers,
            &other.offers,
            |o| o.hash,
            OfferSeen::absorb,
        );
        absorb_list(&mut self.trips, &other.trips, |t| t.id, Trip::absorb);
        absorb_list(
            &mut self.bookings,
            &other.bookings,
            |b| b.id,
            Booking::absorb,
        );
        absorb_list(
            &mut self.facts,
            &other.facts,
            |f| f.hash,
            |mine, theirs| *mine = mine.latest_of(*theirs),
        );
        absorb_list(
            &mut self.messages,
            &other.messages,
            |m| m.id,
            |mine, theirs| *mine = mine.joined_with(*theirs),
        );
        absorb_list(
            &mut self.personas,
            &other.personas,
            |p| p.hash,
            |mine, theirs| *mine = mine.longer_of(*theirs),
        );
        self.absorb_timing(other);
        absorb_list(
            &mut self.settled,
            &other.settled,
            |s| s.decided.id,
            |mine, theirs| *mine = mine.joined_with(*theirs),
        );
        self.keep_bounds();
    }

    fn keep_bounds(&mut self) {
        self.facets.truncate(MAX_FACETS);
        for facet in &mut self.facets {
            forget_least(&mut facet.topics, MAX_TOPICS, |t| (t.taste, t.hash));
            if !facet.topics.iter().any(|t| t.hash == facet.latest_topic) {
                facet.latest_topic = 0;
            }
        }
        forget_least(&mut self.families, MAX_FAMILIES, |f| {
            (f.clicked_min, f.hash)
        });
        forget_least(&mut self.offers, MAX_OFFERS, |o| {
            (o.feedback, o.last_min(), o.hash)
        });
        forget_least(&mut self.trips, MAX_TRIPS, |t| (t.last_min, t.id));
        forget_least(&mut self.bookings, MAX_BOOKINGS, |b| (b.at_min, b.id));
        self.keep_customer_bounds();
        self.keep_timing_bounds();
        self.keep_settled_bounds();
    }
}

/// One sorted list into another: what both have is joined, what only they have is taken over.
pub(crate) fn absorb_list<T: Clone>(
    mine: &mut Vec<T>,
    theirs: &[T],
    key: fn(&T) -> u32,
    join: fn(&mut T, &T),
) {
    for item in theirs {
        match mine.binary_search_by_key(&key(item), key) {
            Ok(at) => join(&mut mine[at], item),
            Err(at) => mine.insert(at, item.clone()),
        }
    }
}

impl Counts {
    fn absorb(&mut self, other: &Self) {
        self.visits = self.visits.saturating_add(other.visits);
        self.page_views = self.page_views.saturating_add(other.page_views);
        self.searches = self.searches.saturating_add(other.searches);
        self.quote_starts = self.quote_starts.saturating_add(other.quote_starts);
        self.quote_submits = self.quote_submits.saturating_add(other.quote_submits);
        self.advocacy = self.advocacy.saturating_add(other.advocacy);
    }
}

impl FacetCounters {
    /// Browsers may have met different configs: the longer half-life is as good as another, and the same for all.
    fn absorb(&mut self, other: &Self, now_s: u32, is_later: bool) {
        let taste_s = self.taste_half_life_s.max(other.taste_half_life_s);
        let intent_s = self.intent_half_life_s.max(other.intent_half_life_s);
        self.retell(taste_s, intent_s, now_s);
        for theirs in &other.topics {
            let taste = theirs
                .taste
                .told_in(now_s, other.taste_half_life_s, taste_s);
            let intent = theirs
                .intent
                .told_in(now_s, other.intent_half_life_s, intent_s);
            match self.topics.binary_search_by_key(&theirs.hash, |t| t.hash) {
                Ok(at) => self.topics[at].add(taste, intent),
                Err(at) => self.topics.insert(
                    at,
                    TopicCounter {
                        hash: theirs.hash,
                        taste,
                        intent,
                    },
                ),
            }
        }
        if is_later && other.latest_topic != 0 {
            self.latest_topic = other.latest_topic;
        }
    }
}

impl FamilySeen {
    fn absorb(&mut self, other: &Self) {
        self.clicked_min = self.clicked_min.max(other.clicked_min);
        self.clicks = self.clicks.saturating_add(other.clicks);
        self.exposures = self.exposures.saturating_add(other.exposures);
    }
}

impl OfferSeen {
    fn absorb(&mut self, other: &Self) {
        if other.last_min() > self.last_min() {
            self.family = other.family;
        }
        self.feedback = self.feedback.max(other.feedback);
        self.exposures = self.exposures.saturating_add(other.exposures);
        other
            .exposed_min
            .iter()
            .zip(&other.exposed_in)
            .for_each(|(minute, place)| self.insert_exposure(*minute, *place));
    }

    /// Keeps the newest [`MAX_EXPOSURES`], ascending.
    pub(crate) fn insert_exposure(&mut self, minute: u32, placement: u32) {
        let at = self.exposed_min.partition_point(|m| *m <= minute);
        self.exposed_min.insert(at, minute);
        self.exposed_in
            .insert(at.min(self.exposed_in.len()), placement);
        if self.exposed_min.len() > MAX_EXPOSURES {
            self.exposed_min.remove(0);
            self.exposed_in.remove(0);
        }
    }
}

impl Trip {
    fn absorb(&mut self, other: &Self) {
        let step = self.step.max(other.step);
        if other.last_min > self.last_min {
            *self = *other;
        }
        self.step = step;
    }
}

impl Booking {
    fn absorb(&mut self, other: &Self) {
        *self = self.latest_of(*other);
    }
}
