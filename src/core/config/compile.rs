//! From people's `escale.json` to the bytes that the engine uses in place. Comes in: JSON text; goes out: bytes, or
//! every error at once with its place and a remedy. Strict: what could not mean anything is refused.

use std::collections::BTreeMap;

use serde_json::Value;

use super::build::Builder;
use super::layout::Section;
use super::people::{OfferConfig, PageRule, PolicyConfig, SiteConfig, TopicConfig, TopicDetail};
use super::{NONE, json_schema, structure};
use crate::core::attribute::AttributeTree;
use crate::core::condition;
use crate::core::condition::nearest::nearest;
use crate::core::counter::{INTENT_STEP_S, TASTE_STEP_S};
use crate::core::event::Kind;
use crate::core::hash::{Namespace, name_hash};
use crate::core::issue::Issue;
use crate::core::time::{DAY_S, day_of_date};

/// A compiled config.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What `Config::from_bytes` takes.
    pub bytes: Vec<u8>,
    /// What is allowed but probably not meant.
    pub warnings: Vec<Issue>,
}

/// Names that tell of special categories of personal data (GDPR, article 9): warned of, since a name proves nothing.
const TELLING_NAMES: [&str; 10] =
    ["pilgrim", "pelerin", "medical", "halal", "kosher", "casher", "lgbt", "accessib", "handicap", "fertil"];

/// Compiles a config. Errors: every fault, each with its JSON path and a remedy.
///
/// ```
/// let faults = escale::core::config::compile(r#"{"version": 1, "offer": []}"#).unwrap_err();
/// assert_eq!(faults[0].path, "/offer");
/// assert!(faults[0].remedy.contains("offers"));
/// ```
pub fn compile(json: &str) -> Result<Compiled, Vec<Issue>> {
    let document: Value = serde_json::from_str(json).map_err(|e| {
        let message = format!("the text is not JSON: {e}");
        vec![Issue { path: String::new(), message, remedy: "Mend the text at this line and column".into() }]
    })?;
    let faults = structure::faults(&document, &json_schema());
    if !faults.is_empty() {
        return Err(faults);
    }
    let site: SiteConfig = serde_json::from_value(document).map_err(|e| {
        vec![Issue { path: String::new(), message: e.to_string(), remedy: "See the guide for this field".into() }]
    })?;
    let mut compiler = Compiler::default();
    compiler.site(&site);
    if compiler.issues.is_empty() {
        Ok(Compiled { bytes: compiler.out.finish(), warnings: compiler.warnings })
    } else {
        Err(compiler.issues)
    }
}

#[derive(Default)]
struct Compiler {
    out: Builder,
    issues: Vec<Issue>,
    warnings: Vec<Issue>,
    topics: BTreeMap<String, u16>,
    facets: Vec<String>,
    families: Vec<String>,
    placements: Vec<String>,
    /// Conditions that were compiled already: equal ones are kept once.
    conditions: BTreeMap<Vec<u8>, u32>,
}

impl Compiler {
    fn error(&mut self, path: String, message: String, remedy: String) {
        self.issues.push(Issue { path, message, remedy });
    }

    fn site(&mut self, site: &SiteConfig) {
        self.policy(&site.policy);
        self.facets(site);
        self.events(site);
        let rules = [(Section::PageRules, "pages", &site.pages), (Section::TokenRules, "json_ld", &site.json_ld)];
        for (section, field, list) in rules {
            for (i, rule) in list.iter().enumerate() {
                self.page_rule(section, rule, &format!("/{field}/{i}"));
            }
        }
        self.families(site);
        self.placements = site.placements.keys().cloned().collect();
        for (i, offer) in site.offers.iter().enumerate() {
            self.offer(offer, i, site.policy.value_weight);
        }
        self.candidates(site);
    }

    fn policy(&mut self, policy: &PolicyConfig) {
        let float = |x: f64| (x as f32).to_le_bytes();
        let seconds = |x: f64| (x.round() as u32).to_le_bytes();
        let rows = [
            float(policy.prior_strength),
            float(policy.taste_weight),
            float(policy.affinity_weight),
            float(policy.temperature),
            float(policy.exploration),
            seconds(policy.sticky_minutes * 60.0),
            seconds(policy.visit_gap_minutes * 60.0),
            float(policy.holdout),
            float(policy.fatigue),
            seconds(policy.fatigue_half_life_days * f64::from(DAY_S)),
            float(policy.similarity),
        ];
        rows.iter().for_each(|row| self.out.put(Section::Policy, row));
    }

    /// Facets in the order of their names, topics in that of the config, each facet's in one run.
    fn facets(&mut self, site: &SiteConfig) {
        self.facets = site.facets.keys().cloned().collect();
        let mut first = 0;
        for (index, (name, facet)) in site.facets.iter().enumerate() {
            let path = format!("/facets/{name}");
            let row = [self.out.text(name), self.enter(Namespace::Facet, name, index, &path)];
            let half_lives = [
                stepped(facet.taste_half_life_days * f64::from(DAY_S), TASTE_STEP_S),
                stepped(facet.intent_half_life_hours * 3600.0, INTENT_STEP_S),
            ];
            row.iter().for_each(|v| self.out.put(Section::Facets, &v.to_le_bytes()));
            half_lives.iter().for_each(|h| self.out.put(Section::Facets, &h.to_le_bytes()));
            self.out.put(Section::Facets, &(first as u16).to_le_bytes());
            self.out.put(Section::Facets, &(facet.topics.len() as u16).to_le_bytes());
            self.out.put(Section::Facets, &(facet.weight as f32).to_le_bytes());
            let details: Vec<TopicDetail> = facet.topics.iter().map(TopicConfig::detail).collect();
            for (i, topic) in details.iter().enumerate() {
                self.topics.insert(format!("{name}.{}", topic.name), (first + i) as u16);
            }
            for (i, topic) in details.iter().enumerate() {
                self.topic(name, index, topic, (first + i, &details));
            }
            first += details.len();
        }
        if first >= usize::from(NONE) {
            self.error("/facets".into(), format!("{first} topics are too many"), "Keep at most 65,000".into());
        }
    }

    fn topic(&mut self, facet: &str, facet_index: usize, topic: &TopicDetail, (index, all): (usize, &[TopicDetail])) {
        let (name, path) = (format!("{facet}.{}", topic.name), format!("/facets/{facet}/topics/{}", topic.name));
        self.check_sensitive(topic, &path);
        let hash = self.enter(Namespace::Topic, &name, index, &path);
        for alias in &topic.aliases {
            self.enter(Namespace::Topic, &format!("{facet}.{}", alias.to_ascii_lowercase()), index, &path);
        }
        for (language, label) in &topic.labels {
            for part in [self.out.text(language), index as u32, self.out.text(label)] {
                self.out.put(Section::Labels, &part.to_le_bytes());
            }
        }
        let parent = match &topic.parent {
            None => NONE,
            Some(parent) => self.known(&format!("{facet}.{parent}"), &format!("{path}/parent")).unwrap_or(NONE),
        };
        let said: f64 = all.iter().filter_map(|t| t.base_rate).sum();
        let unsaid = all.iter().filter(|t| t.base_rate.is_none()).count();
        if said > 1.000_001 {
            self.error(
                path,
                format!("the base rates of `{facet}` add up to {said}"),
                "Let them add up to at most 1".into(),
            );
        }
        let base = topic.base_rate.unwrap_or((1.0 - said).max(0.0) / unsaid.max(1) as f64);
        let text = self.out.text(&name);
        self.out.put(Section::Topics, &text.to_le_bytes());
        self.out.put(Section::Topics, &hash.to_le_bytes());
        self.out.put(Section::Topics, &(facet_index as u16).to_le_bytes());
        self.out.put(Section::Topics, &parent.to_le_bytes());
        self.out.put(Section::Topics, &(base as f32).to_le_bytes());
    }

    fn check_sensitive(&mut self, topic: &TopicDetail, path: &str) {
        let remedy = "Leave it out: health, belief, orientation and the like may not be inferred".to_owned();
        if topic.sensitive {
            self.error(path.to_owned(), format!("`{}` is a sensitive topic", topic.name), remedy);
        } else if TELLING_NAMES.iter().any(|word| topic.name.to_lowercase().contains(word)) {
            let message = format!("`{}` sounds like a sensitive topic", topic.name);
            self.warnings.push(Issue { path: path.to_owned(), message, remedy });
        }
    }

    fn events(&mut self, site: &SiteConfig) {
        for name in site.events.keys().filter(|name| Kind::of_name(name).is_none()) {
            let names: Vec<&str> = Kind::ALL.iter().map(|k| k.name()).collect();
            self.issues.push(unknown(&format!("/events/{name}"), name, &names));
        }
        for kind in Kind::ALL {
            let weight = site.events.get(kind.name()).map_or(kind.default_weight(), |e| e.weight as f32);
            self.out.put(Section::EventWeights, &weight.to_le_bytes());
        }
    }

    fn page_rule(&mut self, section: Section, rule: &PageRule, path: &str) {
        if rule.pattern.is_empty() {
            self.error(format!("{path}/match"), "the pattern is empty".into(), "Write a path such as /ski/*".into());
        }
        let key = match section {
            Section::TokenRules => name_hash(Namespace::Token, &rule.pattern.to_lowercase()),
            _ => self.out.text(&rule.pattern),
        };
        let (first, count) = self.weights(&rule.topics, 0.0, path);
        self.out.put(section, &key.to_le_bytes());
        self.out.put(section, &(first as u16).to_le_bytes());
        self.out.put(section, &count.to_le_bytes());
    }

    /// Topics with weights, above `least` to 1, into their pool.
    fn weights(&mut self, topics: &BTreeMap<String, f64>, least: f64, path: &str) -> (u32, u16) {
        let first = self.out.rows(Section::TopicWeights) as u32;
        for (name, weight) in topics {
            let path = format!("{path}/topics/{name}");
            if !(least..=1.0).contains(weight) || *weight == 0.0 {
                self.error(
                    path.clone(),
                    format!("{weight} is no weight here"),
                    format!("Write a number above {least} to 1"),
                );
            }
            let Some(index) = self.known(name, &path) else { continue };
            self.out.put(Section::TopicWeights, &[index.to_le_bytes(), [0; 2]].concat());
            self.out.put(Section::TopicWeights, &(*weight as f32).to_le_bytes());
        }
        (first, topics.len() as u16)
    }

    fn families(&mut self, site: &SiteConfig) {
        self.families = site.families.keys().cloned().collect();
        for (index, (name, family)) in site.families.iter().enumerate() {
            let path = format!("/families/{name}");
            let then = match &family.then {
                None => NONE,
                Some(then) => self.position(&self.families.clone(), then, &format!("{path}/then")).unwrap_or(NONE),
            };
            if usize::from(then) == index {
                self.error(
                    format!("{path}/then"),
                    "a family cannot follow itself".into(),
                    "Name another family".into(),
                );
            }
            let row = [self.out.text(name), self.enter(Namespace::Family, name, index, &path)];
            row.iter().for_each(|v| self.out.put(Section::Families, &v.to_le_bytes()));
            let rest_s = (family.rest_days * f64::from(DAY_S)).round() as u32;
            self.out.put(Section::Families, &rest_s.to_le_bytes());
            self.out.put(Section::Families, &family.ignored_after.to_le_bytes());
            self.out.put(Section::Families, &then.to_le_bytes());
        }
    }

    fn offer(&mut self, offer: &OfferConfig, index: usize, value_weight: f64) {
        let path = format!("/offers/{index}");
        let hash = self.enter(Namespace::Offer, &offer.id, index, &format!("{path}/id"));
        let family = self.position(&self.families.clone(), &offer.family, &format!("{path}/family")).unwrap_or(NONE);
        let (from_s, until_s) = self.dates(offer, &path);
        let (first_weight, weights) = self.weights(&offer.topics, -1.0, &path);
        let condition = self.condition(offer.when.as_ref(), &format!("{path}/when"));
        let (first_content, contents) = self.content(offer, &path);
        let base = offer.rate.log2() + value_weight * offer.value.log2() + offer.priority;
        let name = self.out.text(&offer.id);
        for v in [name, hash, from_s, until_s, condition, first_weight] {
            self.out.put(Section::Offers, &v.to_le_bytes());
        }
        self.out.put(Section::Offers, &weights.to_le_bytes());
        self.out.put(Section::Offers, &family.to_le_bytes());
        self.out.put(Section::Offers, &(base as f32).to_le_bytes());
        self.out.put(Section::Offers, &first_content.to_le_bytes());
        self.out.put(Section::Offers, &contents.to_le_bytes());
        self.out.put(Section::Offers, &[offer.kind as u8]);
        self.out.put(Section::Offers, &[0; 9]);
    }

    fn dates(&mut self, offer: &OfferConfig, path: &str) -> (u32, u32) {
        let mut day = |date: &Option<String>, field: &str| match date.as_deref().map(day_of_date) {
            Some(None) => {
                self.error(
                    format!("{path}/{field}"),
                    "this is no date".into(),
                    "Write YYYY-MM-DD, from 2020 on".into(),
                );
                None
            }
            other => other.flatten().map(u32::from),
        };
        let (from, until) = (day(&offer.from, "from"), day(&offer.until, "until"));
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            self.error(
                format!("{path}/until"),
                "the offer ends before it begins".into(),
                "Swap `from` and `until`".into(),
            );
        }
        (from.unwrap_or(0) * DAY_S, until.map_or(u32::MAX, |day| (day + 1) * DAY_S))
    }

    fn condition(&mut self, when: Option<&Value>, path: &str) -> u32 {
        let Some(when) = when else { return u32::MAX };
        let tree = AttributeTree { topics: &self.topics, facets: &self.facets };
        let code = condition::compile::compile(when, &tree, path, &mut self.issues);
        if let Some(known) = self.conditions.get(&code) {
            return *known;
        }
        let at = self.out.length(Section::Conditions) as u32;
        self.out.put(Section::Conditions, &(code.len() as u32).to_le_bytes());
        self.out.put(Section::Conditions, &code);
        self.conditions.insert(code, at);
        at
    }

    fn content(&mut self, offer: &OfferConfig, path: &str) -> (u32, u16) {
        let first = self.out.rows(Section::Content) as u32;
        for (language, texts) in &offer.content {
            let path = format!("{path}/content/{language}");
            if !texts.contains_key("title") {
                self.error(path.clone(), "the offer has no title".into(), "Add `title`".into());
            }
            for (key, text) in texts {
                if matches!(key.as_str(), "url" | "image") && !is_safe_url(text) {
                    let remedy = "Write https://…, or a path on this site such as /offers/x".to_owned();
                    self.error(
                        format!("{path}/{key}"),
                        format!("`{text}` is not an address that a page may show"),
                        remedy,
                    );
                }
                for part in [language, key, text] {
                    let string = self.out.text(part);
                    self.out.put(Section::Content, &string.to_le_bytes());
                }
            }
        }
        if offer.content.is_empty() {
            self.error(format!("{path}/content"), "the offer says nothing".into(), "Add texts for a language".into());
        }
        (first, (self.out.rows(Section::Content) as u32 - first) as u16)
    }

    fn candidates(&mut self, site: &SiteConfig) {
        let placements = self.placements.clone();
        for (i, offer) in site.offers.iter().enumerate() {
            for (j, name) in offer.placements.iter().enumerate() {
                self.position(&placements, name, &format!("/offers/{i}/placements/{j}"));
            }
        }
        for (index, (name, placement)) in site.placements.iter().enumerate() {
            let first = self.out.rows(Section::Candidates) as u32;
            for (i, _) in site.offers.iter().enumerate().filter(|(_, o)| o.placements.contains(name)) {
                self.out.put(Section::Candidates, &(i as u16).to_le_bytes());
            }
            let count = self.out.rows(Section::Candidates) as u32 - first;
            let path = format!("/placements/{name}");
            if count == 0 {
                let issue = Issue {
                    path: path.clone(),
                    message: format!("no offer may stand in `{name}`"),
                    remedy: "Add it to an offer's placements".into(),
                };
                self.warnings.push(issue);
            }
            let row = [self.out.text(name), self.enter(Namespace::Placement, name, index, &path), first, count];
            row.iter().for_each(|v| self.out.put(Section::Placements, &v.to_le_bytes()));
            self.out.put(Section::Placements, &(placement.min_confidence as f32).to_le_bytes());
            self.out.put(Section::Placements, &[placement.slots.to_le_bytes(), [0; 2]].concat());
        }
    }

    /// Enters a name and gives its hash; two names with one hash are an error.
    fn enter(&mut self, namespace: Namespace, name: &str, index: usize, path: &str) -> u32 {
        if name.is_empty()
            || name.chars().count() > 64
            || name.contains(|c: char| c.is_control() || c == ',' || c == ':')
        {
            let remedy = "Use 1 to 64 characters, without commas, colons and control characters".to_owned();
            self.error(path.to_owned(), format!("`{name}` is no name"), remedy);
        }
        self.out.name(namespace, name, index as u16).unwrap_or_else(|_| {
            let remedy =
                "Rename one of them; names must differ, and so must the hashes that profiles keep of them".to_owned();
            self.error(path.to_owned(), format!("`{name}` cannot be told from another name"), remedy);
            0
        })
    }

    fn known(&mut self, topic: &str, path: &str) -> Option<u16> {
        let found = self.topics.get(topic).copied();
        if found.is_none() {
            let names: Vec<&str> = self.topics.keys().map(String::as_str).collect();
            self.issues.push(unknown(path, topic, &names));
        }
        found
    }

    fn position(&mut self, list: &[String], name: &str, path: &str) -> Option<u16> {
        let found = list.iter().position(|n| n == name).map(|i| i as u16);
        if found.is_none() {
            let names: Vec<&str> = list.iter().map(String::as_str).collect();
            self.issues.push(unknown(path, name, &names));
        }
        found
    }
}

impl TopicConfig {
    fn detail(&self) -> TopicDetail {
        match self {
            Self::Name(name) => TopicDetail { name: name.clone(), ..TopicDetail::default() },
            Self::Full(detail) => detail.clone(),
        }
    }
}

/// A time in seconds to the nearest whole number of steps, at least one.
fn stepped(seconds: f64, step_s: u32) -> u32 {
    ((seconds / f64::from(step_s)).round() as u32).max(1) * step_s
}

fn unknown(path: &str, name: &str, known: &[&str]) -> Issue {
    let remedy = match nearest(name, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if known.is_empty() => "Define it first".into(),
        None => {
            format!("Define it first, or use one of {}", known.iter().take(12).copied().collect::<Vec<_>>().join(", "))
        }
    };
    Issue { path: path.to_owned(), message: format!("`{name}` is not known"), remedy }
}

/// The same rule as the renderer's: https, http, or a path on the site itself.
fn is_safe_url(url: &str) -> bool {
    let scheme_end = url.find([':', '/', '?', '#']).filter(|at| url[*at..].starts_with(':'));
    let scheme = scheme_end.map(|at| url[..at].to_ascii_lowercase());
    !url.is_empty() && !url.contains(char::is_control) && scheme.is_none_or(|s| s == "https" || s == "http")
}
