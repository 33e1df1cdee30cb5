//! Pressure, journeys and seasons of a config into their rows.

use std::collections::BTreeMap;

use super::Compiler;
use crate::core::base::civil::{Date, Day};
use crate::core::base::hash::Namespace;
use crate::core::base::time::DAY_S;
use crate::core::config::layout::Section;
use crate::core::config::source::time::{CapConfig, SeasonConfig};
use crate::core::config::source::{OfferConfig, SiteConfig};
use crate::core::config::{Hemisphere, NONE, Scope, Window};

/// So many exposures' times are kept of an offer: a cap in a window cannot count further.
const MOST_OF_AN_OFFER: u16 = 8;

/// Days of a season in a zone.
struct Days<'a> {
    season: usize,
    half: Option<Hemisphere>,
    zone: u16,
    from: &'a str,
    until: &'a str,
}

impl Compiler {
    /// Numbers, zones and seasons: what conditions may then speak of.
    pub(super) fn times(&mut self, site: &SiteConfig) {
        self.zones = site.zones.keys().cloned().collect();
        for (index, (name, zone)) in site.zones.iter().enumerate() {
            let row = [
                self.out.text(name),
                self.enter(Namespace::Zone, name, index, &format!("/zones/{name}")),
            ];
            row.iter()
                .for_each(|v| self.out.put(Section::Zones, &v.to_le_bytes()));
            self.out.put(
                Section::Zones,
                &[
                    Hemisphere::stored(Some(zone.hemisphere)).to_le_bytes(),
                    [0; 2],
                ]
                .concat(),
            );
        }
        let zone = match &site.default_zone {
            None => NONE,
            Some(name) => self
                .position(&self.zones.clone(), name, "/default_zone")
                .unwrap_or(NONE),
        };
        let rows = [
            seconds(site.pressure.rest_after_booking_days * f64::from(DAY_S)),
            seconds(site.quotes.abandoned_after_minutes * 60.0),
            u32::from(site.journey.before_departure_days),
            u32::from(site.journey.trip_age_days) * DAY_S,
            u32::from(site.journey.returned_days),
            u32::from(zone),
            u32::from(site.journey.destination_rest_days),
        ];
        rows.iter()
            .for_each(|row| self.out.put(Section::Timing, &row.to_le_bytes()));
        self.seasons = site.seasons.iter().map(|s| s.name.clone()).collect();
        for (index, season) in site.seasons.iter().enumerate() {
            self.season(site, season, index);
        }
    }

    fn season(&mut self, site: &SiteConfig, season: &SeasonConfig, index: usize) {
        let path = format!("/seasons/{index}");
        let name = self.out.text(&season.name);
        self.out.put(Section::Seasons, &name.to_le_bytes());
        self.out.put(
            Section::Seasons,
            &(season.taste_weight as f32).to_le_bytes(),
        );
        self.out
            .put(Section::Seasons, &(season.exploration as f32).to_le_bytes());
        let names = self.zones.clone();
        let regions = self.regions(season, &path);
        let before = self.out.rows(Section::SeasonSpans);
        match (&season.from, &season.until) {
            (Some(from), Some(until)) => {
                let everywhere = [NONE];
                let zones = if regions.is_empty() {
                    &everywhere[..]
                } else {
                    &regions[..]
                };
                for zone in zones {
                    let days = Days {
                        season: index,
                        half: season.hemisphere,
                        zone: *zone,
                        from,
                        until,
                    };
                    self.span(&days, &path);
                }
            }
            (None, None) => {
                for (zone, config) in site.zones.values().enumerate() {
                    let is_meant = regions.is_empty() || regions.contains(&(zone as u16));
                    for (i, days) in config.holidays.iter().enumerate().filter(|_| is_meant) {
                        let path = format!("/zones/{}/holidays/{i}", names[zone]);
                        let days = Days {
                            season: index,
                            half: season.hemisphere,
                            zone: zone as u16,
                            from: &days.from,
                            until: &days.until,
                        };
                        self.span(&days, &path);
                    }
                }
            }
            _ => {}
        }
        let has_days = season.from.is_some() && season.until.is_some();
        if !has_days && self.out.rows(Section::SeasonSpans) == before {
            let hint = "Write `from` and `until`, or give its zones `holidays`".to_owned();
            self.error(
                path,
                format!("the season `{}` has no days", season.name),
                hint,
            );
        }
    }

    /// Returns the zones that a season names.
    fn regions(&mut self, season: &SeasonConfig, path: &str) -> Vec<u16> {
        let zones = self.zones.clone();
        let named = season.regions.iter().enumerate();
        named
            .filter_map(|(i, name)| self.position(&zones, name, &format!("{path}/regions/{i}")))
            .collect()
    }

    fn span(&mut self, days: &Days, path: &str) {
        let (from, until) = (day_of(days.from), day_of(days.until));
        let (Some((from, yearly)), Some((until, yearly_until))) = (from, until) else {
            let field = if from.is_none() { "from" } else { "until" };
            let hint = "Write MM-DD, or YYYY-MM-DD from 2020 on".to_owned();
            return self.error(format!("{path}/{field}"), "this is no day".into(), hint);
        };
        if yearly != yearly_until {
            let hint = "Write both as MM-DD, or both as YYYY-MM-DD".to_owned();
            return self.error(
                path.into(),
                "one day has a year, the other has none".into(),
                hint,
            );
        }
        if !yearly && until < from {
            return self.error(
                path.into(),
                "it ends before it begins".into(),
                "Swap `from` and `until`".into(),
            );
        }
        for v in [
            days.season as u16,
            days.zone,
            from,
            until,
            u16::from(yearly),
            Hemisphere::stored(days.half),
        ] {
            self.out.put(Section::SeasonSpans, &v.to_le_bytes());
        }
    }

    /// Caps, themes, substitutes and what bookings suppress: after offers, families and placements.
    pub(super) fn pressure(&mut self, site: &SiteConfig) {
        self.caps(Scope::All, 0, &site.pressure.caps, "/pressure");
        for (i, offer) in site.offers.iter().enumerate() {
            self.caps(Scope::Offer, i, &offer.caps, &format!("/offers/{i}"));
        }
        for (i, (name, family)) in site.families.iter().enumerate() {
            self.caps(Scope::Family, i, &family.caps, &format!("/families/{name}"));
            if family.suppressed_by_booking {
                self.out
                    .put(Section::SuppressedFamilies, &(i as u16).to_le_bytes());
            }
        }
        for (i, (name, placement)) in site.placements.iter().enumerate() {
            self.caps(
                Scope::Placement,
                i,
                &placement.caps,
                &format!("/placements/{name}"),
            );
        }
        let ids: Vec<String> = site.offers.iter().map(|o| o.id.clone()).collect();
        for (i, offer) in site.offers.iter().enumerate() {
            for topic in self.themes(&offer.topics) {
                self.out.put(Section::Themes, &topic.to_le_bytes());
            }
            self.substitutes(offer, i, &ids);
        }
    }

    /// In the order of scope and index, as they are called.
    fn caps(&mut self, scope: Scope, index: usize, caps: &[CapConfig], path: &str) {
        for (i, cap) in caps.iter().enumerate() {
            let is_counted = matches!(cap.per, Window::Life) || cap.most <= MOST_OF_AN_OFFER;
            if scope == Scope::Offer && !is_counted {
                self.error(
                    format!("{path}/caps/{i}/most"),
                    format!(
                        "{} is more than is kept: the times of an offer's newest eight exposures",
                        cap.most
                    ),
                    "Write 1 to 8, or count per life".into(),
                );
            }
            for v in [scope as u16, index as u16, cap.most, cap.per as u16] {
                self.out.put(Section::Caps, &v.to_le_bytes());
            }
        }
    }

    /// Destination and main theme of an offer: its heaviest topics there and elsewhere.
    fn themes(&self, topics: &BTreeMap<String, f64>) -> [u16; 2] {
        let heaviest = |is_place: bool| {
            let wanted = topics
                .iter()
                .filter(|(n, w)| n.starts_with("destination.") == is_place && **w > 0.0);
            // The first by name of equally heavy ones.
            let best = wanted.reduce(|best, other| if other.1 > best.1 { other } else { best });
            best.and_then(|(name, _)| self.topics.get(name).copied())
                .unwrap_or(NONE)
        };
        [heaviest(true), heaviest(false)]
    }

    fn substitutes(&mut self, offer: &OfferConfig, index: usize, ids: &[String]) {
        for (i, other) in offer.substitutes.iter().enumerate() {
            let path = format!("/offers/{index}/substitutes/{i}");
            let Some(other) = self.position(ids, other, &path) else {
                continue;
            };
            for pair in [[index as u16, other], [other, index as u16]] {
                pair.iter()
                    .for_each(|v| self.out.put(Section::Substitutes, &v.to_le_bytes()));
            }
        }
    }
}

/// A day and whether it is one of every year.
fn day_of(text: &str) -> Option<(u16, bool)> {
    if text.len() != 5 {
        return (text.len() == 10)
            .then(|| Day::parse(text).map(Day::get))
            .flatten()
            .map(|day| (day, false));
    }
    // A leap year has every day; 02-29 is passed over in the other years.
    let date = Date::parse(&format!("2020-{text}"))?;
    Some((date.month_day().pack() as u16, true))
}

fn seconds(value: f64) -> u32 {
    value.round() as u32
}
