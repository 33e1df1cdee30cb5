//! The fingerprint of a sync. In: a request. Out: a number that changes with what is counted. Never: 0, which means unknown.

use escale::internals::base::hash::mix;
use escale::internals::event::decision_record::DecisionRecord;

use crate::statistics::FORM;
use crate::statistics::tastes::parts_of;
use crate::sync::request::SyncRequest;

/// Hash of everything in a sync that is counted or kept. An equal one on the same day needs no second look.
///
/// A booking value that the back end imported stands until the page sends something new.
#[derive(Clone, Copy)]
pub struct SyncFingerprint(u64);

impl SyncFingerprint {
    /// Hashes a request whose token is the visitor's newest.
    pub fn of(request: &SyncRequest) -> Self {
        let SyncRequest {
            profile,
            erase,
            consent,
            arms,
            day,
            ..
        } = request;
        let mut fingerprint = mix(u64::from(FORM), u64::from(*day));
        let mut add = |part: u64| fingerprint = mix(fingerprint, part);
        let (chunks, _) = erase.0.as_chunks::<8>();
        chunks
            .iter()
            .for_each(|chunk| add(u64::from_le_bytes(*chunk)));
        arms.iter()
            .for_each(|arm| add(u64::from(arm.experiment) << 8 | u64::from(arm.arm)));
        consent
            .iter()
            .flat_map(|receipt| receipt.words())
            .for_each(&mut add);
        add(profile.counts.quote_submits.into());
        for booking in &profile.bookings {
            add(u64::from(booking.id) << 32 | u64::from(booking.at_min));
            add(u64::from(booking.value_cents) << 1 | u64::from(booking.cancelled));
        }
        for decision in &profile.decisions {
            let DecisionRecord { id, config, .. } = decision.decision;
            add(u64::from(id) << 32 | u64::from(config));
            add(u64::from(decision.placement) << 32 | u64::from(decision.offer));
            add(u64::from(decision.at_min) << 1 | u64::from(decision.is_viewed));
            let Some(click) = decision.click else {
                continue;
            };
            add(u64::from(click.at_min) << 1 | u64::from(click.is_quoted));
            let Some(booked) = click.booking else {
                continue;
            };
            add(u64::from(booked.id) << 32 | u64::from(booked.at_min));
            add(booked.is_cancelled.into());
        }
        parts_of(profile)
            .iter()
            .for_each(|(topic, parts)| add(u64::from(*topic) << 8 | u64::from(*parts)));
        Self(fingerprint)
    }

    /// Value of the `fingerprint` column, never 0. `is_alone`: one replica, and no customer.
    pub fn stored(self, is_alone: bool) -> i64 {
        (self.0 & !1 | u64::from(is_alone)).max(2).cast_signed()
    }
}
