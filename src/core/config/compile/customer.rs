//! Customer knowledge into its rows: thresholds, declared facts, segments, personas, questions.

use std::collections::BTreeMap;

use super::{Compiler, unknown};
use crate::core::attribute::{ListAttribute, NameAttribute, NumberAttribute};
use crate::core::base::enums::Channel;
use crate::core::base::hash::{Namespace, name_hash};
use crate::core::condition::encode::{Step, mentions, names_of};
use crate::core::config::layout::Section;
use crate::core::config::source::SiteConfig;
use crate::core::config::source::customer::{
    ChannelsConfig, PersonaConfig, QuestionConfig, RfmConfig,
};

/// The share of messages that are clicked where the config does not say, by the channels' numbers.
const USUAL_RATES: [f64; 6] = [0.02, 0.03, 0.04, 0.02, 0.08, 0.1];
/// Days in which customers react to a message, unless the config sets others.
const REACTION_DAYS: f64 = 3.0;

impl Compiler {
    /// Compiles the customer part. Called after the facets and before the first condition, because
    /// conditions use its names.
    pub(super) fn customer(&mut self, site: &SiteConfig) {
        self.families = site.families.keys().cloned().collect();
        self.names.segments = site.segments.keys().cloned().collect();
        self.names.personas = site.personas.keys().cloned().collect();
        self.names.numbers.clone_from(&site.declared.numbers);
        self.thresholds(site);
        self.facts();
        self.segments(&site.segments);
        for (index, (name, persona)) in site.personas.iter().enumerate() {
            self.persona(index, name, persona);
        }
        for (index, question) in site.questions.iter().enumerate() {
            self.question(question, &format!("/questions/{index}"));
        }
    }

    fn thresholds(&mut self, site: &SiteConfig) {
        self.rfm(&site.rfm);
        let (stages, channels, declared) = (&site.lifecycle, &site.channels, &site.declared);
        let known: Vec<&str> = Channel::ALL.iter().map(|c| c.name()).collect();
        let reaction_days = self.reaction_days(channels, &known);
        for (name, rate) in &channels.rates {
            let path = format!("/channels/rates/{name}");
            if Channel::of_name(name).is_none() {
                self.errors.push(unknown(&path, name, &known));
            }
            self.check_rate(*rate, &path);
        }
        let usual =
            |(name, usual): (&&str, f64)| channels.rates.get(*name).copied().unwrap_or(usual);
        let stages = [
            f64::from(stages.prospect_visits),
            f64::from(stages.prospect_searches),
            stages.quote_days,
            stages.new_days,
            f64::from(stages.regular_bookings),
            stages.lapsed_days,
        ];
        let rates: Vec<f64> = known.iter().zip(USUAL_RATES).map(usual).collect();
        let rest = [
            f64::from(site.advocate_actions),
            declared.weight,
            declared.half_life_days,
            declared.question_days,
        ];
        let channels = [channels.prior_messages, channels.open_weight];
        for number in stages
            .iter()
            .chain(&channels)
            .chain(&rates)
            .chain(&rest)
            .chain(&reaction_days)
        {
            self.out
                .put(Section::Customer, &(*number as f32).to_le_bytes());
        }
    }

    /// Returns the days of each channel, by its number.
    fn reaction_days(&mut self, channels: &ChannelsConfig, known: &[&str]) -> Vec<f64> {
        for (name, days) in &channels.reaction_days {
            let path = format!("/channels/reaction_days/{name}");
            if Channel::of_name(name).is_none() {
                self.errors.push(unknown(&path, name, known));
            }
            if !(0.0..=90.0).contains(days) {
                let hint = "Write a number from 0 to 90".to_owned();
                self.error(path, format!("{days} is no number of days"), hint);
            }
        }
        let days = |name: &&str| channels.reaction_days.get(*name).copied();
        known
            .iter()
            .map(|name| days(name).unwrap_or(REACTION_DAYS))
            .collect()
    }

    fn rfm(&mut self, rfm: &RfmConfig) {
        let lists = [
            ("recency_days", &rfm.recency_days),
            ("frequency", &rfm.frequency),
            ("monetary", &rfm.monetary),
        ];
        for (name, boundaries) in lists {
            let is_ascending =
                boundaries.windows(2).all(|pair| pair[0] < pair[1]) && boundaries[0] >= 0.0;
            if boundaries.len() != 4 || !is_ascending {
                let message = "these are not four ascending boundaries".to_owned();
                let hint =
                    "Write four numbers, each larger than the one before: they make five classes"
                        .to_owned();
                self.error(format!("/rfm/{name}"), message, hint);
            }
            for boundary in boundaries.iter().take(4) {
                self.out
                    .put(Section::Customer, &(*boundary as f32).to_le_bytes());
            }
        }
        self.out
            .put(Section::Customer, &(rfm.high_value as f32).to_le_bytes());
    }

    pub(super) fn check_rate(&mut self, rate: f64, path: &str) {
        if !(0.0..=1.0).contains(&rate) {
            self.error(
                path.to_owned(),
                format!("{rate} is no share"),
                "Write a number from 0 to 1".into(),
            );
        }
    }

    /// A fact of each facet, then those that are numbers.
    fn facts(&mut self) {
        let names: Vec<String> = self
            .facets
            .iter()
            .chain(&self.names.numbers)
            .cloned()
            .collect();
        for (index, name) in names.iter().enumerate() {
            let path = format!("/declared/numbers/{name}");
            if matches!(name.as_str(), "zone" | "birthday") {
                let hint = "Leave it out: every config has this fact".to_owned();
                self.error(path.clone(), format!("`{name}` is taken"), hint);
            }
            let row = [
                self.out.text(name),
                self.enter(Namespace::Fact, name, index, &path),
            ];
            row.iter()
                .for_each(|v| self.out.put(Section::Facts, &v.to_le_bytes()));
        }
    }

    /// Segments, those that others rest on first.
    fn segments(&mut self, segments: &BTreeMap<String, serde_json::Value>) {
        let hashes: Vec<u32> = segments
            .keys()
            .map(|name| name_hash(Namespace::Segment, name))
            .collect();
        let mut all = Vec::new();
        for (name, when) in segments {
            let path = format!("/segments/{name}");
            let code = self.compiled(when, &path);
            let rests_on = self.segments_under(&code, &hashes, &path);
            all.push(Draft {
                name,
                code,
                rests_on,
            });
        }
        for (index, at) in self.in_order(&all).into_iter().enumerate() {
            let Draft { name, code, .. } = &all[at];
            let condition = self.conditions.keep(code.clone());
            let hash = self.enter(
                Namespace::Segment,
                name,
                index,
                &format!("/segments/{name}"),
            );
            for v in [self.out.text(name), hash, condition] {
                self.out.put(Section::Segments, &v.to_le_bytes());
            }
        }
    }

    /// Which segments a segment's condition names, by their places.
    fn segments_under(&mut self, code: &[Step], hashes: &[u32], path: &str) -> Vec<usize> {
        let mut rests_on = Vec::new();
        let mut is_counting = false;
        names_of(code, ListAttribute::Segments.code(), |hash| {
            match hashes.iter().position(|h| Some(*h) == hash) {
                Some(at) => rests_on.push(at),
                None => is_counting = true,
            }
        });
        if is_counting {
            let message = "a segment cannot count the visitor's segments".to_owned();
            self.error(
                path.to_owned(),
                message,
                "Name the segments that it rests on".into(),
            );
        }
        self.reject_personas(
            code,
            path,
            "A persona may name segments, a segment no persona",
        );
        rests_on
    }

    /// Personas rest on everything else that is known: nothing may rest on them.
    fn reject_personas(&mut self, code: &[Step], path: &str, hint: &str) {
        let of_personas = [
            NameAttribute::Persona.code(),
            NameAttribute::PersonaNegative.code(),
            NumberAttribute::PersonaScore.code(),
        ];
        let mut is_circular = false;
        mentions(code, |attribute, _| {
            is_circular |= of_personas.contains(&attribute)
        });
        if is_circular {
            self.error(
                path.to_owned(),
                "this cannot rest on a persona".into(),
                hint.into(),
            );
        }
    }

    /// The places of all segments, each after those that it rests on.
    fn in_order(&mut self, all: &[Draft]) -> Vec<usize> {
        let mut order: Vec<usize> = Vec::new();
        let mut is_placed = vec![false; all.len()];
        let mut left: Vec<usize> = (0..all.len()).collect();
        while !left.is_empty() {
            let before = left.len();
            left.retain(|at| {
                let is_ready = all[*at].rests_on.iter().all(|r| is_placed[*r]);
                if is_ready {
                    is_placed[*at] = true;
                    order.push(*at);
                }
                !is_ready
            });
            if left.len() == before {
                let names: Vec<&str> = left.iter().map(|at| all[*at].name.as_str()).collect();
                let message = format!(
                    "segments rest on each other in a circle: {}",
                    names.join(", ")
                );
                self.error(
                    format!("/segments/{}", names[0]),
                    message,
                    "Take one of them out of the circle".into(),
                );
                order.append(&mut left);
            }
        }
        order
    }

    fn persona(&mut self, index: usize, name: &str, persona: &PersonaConfig) {
        let path = format!("/personas/{name}");
        let first_rule = self.out.rows(Section::PersonaRules) as u32;
        for (i, rule) in persona.rules.iter().enumerate() {
            let path = format!("{path}/rules/{i}/when");
            let code = self.compiled(&rule.when, &path);
            self.reject_personas(
                &code,
                &path,
                "Name segments, or what the other persona rests on",
            );
            let condition = self.conditions.keep(code);
            self.out
                .put(Section::PersonaRules, &condition.to_le_bytes());
            self.out
                .put(Section::PersonaRules, &(rule.points as f32).to_le_bytes());
        }
        let most: f64 = persona.rules.iter().map(|r| r.points.max(0.0)).sum();
        if most < persona.threshold {
            let message = format!(
                "no visitor can reach {} points: the rules give at most {most}",
                persona.threshold
            );
            self.error(
                format!("{path}/threshold"),
                message,
                "Lower the threshold, or give more points".into(),
            );
        }
        let hash = self.enter(Namespace::Persona, name, index, &path);
        for v in [
            self.out.text(name),
            hash,
            first_rule,
            u32::from(persona.expires_days),
        ] {
            self.out.put(Section::Personas, &v.to_le_bytes());
        }
        self.out
            .put(Section::Personas, &(persona.threshold as f32).to_le_bytes());
        let rules = self.short(persona.rules.len(), &format!("{path}/rules"));
        self.out.put(Section::Personas, &rules.to_le_bytes());
        self.out.put(
            Section::Personas,
            &u16::from(persona.negative).to_le_bytes(),
        );
    }

    fn question(&mut self, question: &QuestionConfig, path: &str) {
        let facets = self.facets.clone();
        let Some(facet) = self.position(&facets, &question.facet, &format!("{path}/facet")) else {
            return;
        };
        let first = self.out.rows(Section::Content) as u32;
        if question.text.is_empty() {
            self.error(
                format!("{path}/text"),
                "the question says nothing".into(),
                "Add it in a language".into(),
            );
        }
        for (language, text) in &question.text {
            self.content_row(language, "text", text);
        }
        for (topic, labels) in &question.answers {
            let whole = format!("{}.{topic}", question.facet);
            self.known(&whole, &format!("{path}/answers/{topic}"));
            for (language, label) in labels {
                self.content_row(language, &whole, label);
            }
        }
        let contents = self.short(self.out.rows(Section::Content) - first as usize, path);
        self.out.put(Section::Questions, &first.to_le_bytes());
        self.out.put(Section::Questions, &contents.to_le_bytes());
        self.out.put(Section::Questions, &facet.to_le_bytes());
        self.out.put(
            Section::Questions,
            &name_hash(Namespace::Fact, &question.facet).to_le_bytes(),
        );
    }

    pub(super) fn content_row(&mut self, language: &str, key: &str, text: &str) {
        for part in [language, key, text] {
            let string = self.out.text(part);
            self.out.put(Section::Content, &string.to_le_bytes());
        }
    }
}

/// A segment on its way.
struct Draft<'a> {
    name: &'a String,
    code: Vec<Step>,
    /// Places of the segments that its condition names.
    rests_on: Vec<usize>,
}
