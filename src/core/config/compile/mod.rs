//! From people's `escale.json` to the bytes that the engine uses in place. Comes in: JSON text;
//! goes out: bytes, or every error at once with its place and a hint. Strict: what could not mean
//! anything is rejected.

mod content;
mod customer;
mod experiments;
mod facets;
mod model;
mod numbers;
mod offers;
mod rules;
mod scenarios;
mod sizes;
pub mod tables;
mod time;

use std::collections::BTreeMap;

use serde_json::Value;

use super::build::Builder;
use super::layout::Section;
use super::source::SiteConfig;
use super::{Config, json_schema, lint, structure};
use crate::core::attribute::{AttributeTree, CustomerNames, ListAttribute};
use crate::core::base::hash::Namespace;
use crate::core::base::validation_error::ValidationError;
use crate::core::condition::encode::{Pool, mentions};
use crate::core::condition::nearest::nearest;

/// A compiled config.
///
/// ```
/// use escale::{Compiled, compile};
/// let json = r#"{"version": 1, "facets": {}, "families": {}, "placements": {}, "offers": []}"#;
/// let Compiled { bytes, warnings } = compile(json).unwrap();
/// assert_eq!(&bytes[..3], b"ESC");
/// for warning in &warnings {
///     eprintln!("{warning}");
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Bytes that `Config::from_bytes` takes.
    pub bytes: Vec<u8>,
    /// Warnings: allowed, but probably not meant.
    pub warnings: Vec<ValidationError>,
}

/// Compiles a config.
///
/// # Errors
///
/// Every error at once, each with its JSON path and a hint.
///
/// # Examples
///
/// ```
/// let errors = escale::compile(r#"{"version": 1, "offer": []}"#).unwrap_err();
/// assert_eq!(errors[0].path, "/offer");
/// assert!(errors[0].hint.contains("offers"));
/// ```
pub fn compile(json: &str) -> Result<Compiled, Vec<ValidationError>> {
    if json.len() > sizes::MOST_BYTES {
        let message = format!("the config has {} MiB", json.len() >> 20);
        return Err(vec![ValidationError {
            path: String::new(),
            message,
            hint: "Keep it under 64 MiB".into(),
        }]);
    }
    let document: Value = serde_json::from_str(json).map_err(|e| {
        let message = format!("the text is not JSON: {e}");
        vec![ValidationError {
            path: String::new(),
            message,
            hint: "Mend the text at this line and column".into(),
        }]
    })?;
    let errors = structure::validate(&document, &json_schema());
    if !errors.is_empty() {
        return Err(errors);
    }
    let site: SiteConfig = serde_json::from_value(document).map_err(|e| {
        vec![ValidationError {
            path: String::new(),
            message: e.to_string(),
            hint: "See the guide for this field".into(),
        }]
    })?;
    let too_long = sizes::check(&site);
    if !too_long.is_empty() {
        return Err(too_long);
    }
    let mut compiler = Compiler::default();
    compiler.site(&site);
    if compiler.errors.is_empty() {
        Ok(compiler.finish(&site))
    } else {
        Err(compiler.errors)
    }
}

#[derive(Default)]
struct Compiler {
    out: Builder,
    errors: Vec<ValidationError>,
    warnings: Vec<ValidationError>,
    topics: BTreeMap<String, u16>,
    facets: Vec<String>,
    /// By topic: how much its facet counts in scores.
    facet_weights: Vec<f64>,
    families: Vec<String>,
    placements: Vec<String>,
    zones: Vec<String>,
    seasons: Vec<String>,
    names: CustomerNames,
    /// The topic that each topic lies in, or `NONE`.
    parents: Vec<u16>,
    /// All conditions so far.
    conditions: Pool,
}

impl Compiler {
    fn error(&mut self, path: String, message: String, hint: String) {
        self.errors.push(ValidationError {
            path,
            message,
            hint,
        });
    }

    fn site(&mut self, site: &SiteConfig) {
        self.policy(&site.policy);
        self.times(site);
        self.facets(site);
        self.model(site);
        self.experiments(site);
        self.customer(site);
        self.events(site);
        let rules = [
            (Section::PageRules, "pages", &site.pages),
            (Section::TokenRules, "json_ld", &site.json_ld),
        ];
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
        self.pressure(site);
        self.scenarios(site);
        self.asks_for_page();
        self.idle_experiments(site);
    }

    /// A page whose config never asks what it is about can show its offer before that is found out.
    fn asks_for_page(&mut self) {
        let mut asks = false;
        for code in self.conditions.kept() {
            mentions(code, |attribute, _| {
                asks |= attribute == ListAttribute::PageTopics.code()
            });
        }
        self.out
            .put(Section::Policy, &u32::from(asks).to_le_bytes());
    }

    /// The bytes, and what the lints say of a config without errors.
    fn finish(mut self, site: &SiteConfig) -> Compiled {
        let conditions = self.conditions.conditions();
        self.out.put(Section::Tests, conditions.tests);
        self.out.put(Section::Operands, conditions.operands);
        self.out.put(Section::Conditions, conditions.instructions);
        let (bytes, mut warnings) = (self.out.finish(), self.warnings);
        let tree = AttributeTree {
            families: &self.families,
            topics: &self.topics,
            facets: &self.facets,
            customer: &self.names,
            seasons: &self.seasons,
        };
        if let Ok(compiled) = Config::from_bytes(bytes.clone()) {
            warnings.extend(lint::warnings(site, &tree, &compiled));
        }
        Compiled { bytes, warnings }
    }

    /// A length, or the place where something begins, in the 16 bits that its row has for it.
    fn short(&mut self, number: usize, path: &str) -> u16 {
        u16::try_from(number).unwrap_or_else(|_| {
            self.error(
                path.to_owned(),
                "there are too many of these".into(),
                "Keep at most 65,535 in all".into(),
            );
            u16::MAX
        })
    }

    /// Checks the syntax of a name.
    fn check_name(&mut self, name: &str, path: &str) {
        if name.is_empty()
            || name.chars().count() > 64
            || name.contains(|c: char| c.is_control() || c == ',' || c == ':')
        {
            let hint =
                "Use 1 to 64 characters, without commas, colons and control characters".to_owned();
            self.error(path.to_owned(), format!("`{name}` is no name"), hint);
        }
    }

    /// Enters a name and gives its hash; two names with one hash are an error.
    fn enter(&mut self, namespace: Namespace, name: &str, index: usize, path: &str) -> u32 {
        self.check_name(name, path);
        self.out.name(namespace, name, index as u16).unwrap_or_else(|_| {
            let hint =
                "Rename one of them; names must differ, and so must the hashes that profiles keep of them".to_owned();
            self.error(path.to_owned(), format!("`{name}` cannot be distinguished from another name"), hint);
            0
        })
    }

    fn known(&mut self, topic: &str, path: &str) -> Option<u16> {
        let found = self.topics.get(topic).copied();
        if found.is_none() {
            let names: Vec<&str> = self.topics.keys().map(String::as_str).collect();
            self.errors.push(unknown(path, topic, &names));
        }
        found
    }

    fn position(&mut self, list: &[String], name: &str, path: &str) -> Option<u16> {
        let found = list.iter().position(|n| n == name).map(|i| i as u16);
        if found.is_none() {
            let names: Vec<&str> = list.iter().map(String::as_str).collect();
            self.errors.push(unknown(path, name, &names));
        }
        found
    }
}

fn unknown(path: &str, name: &str, known: &[&str]) -> ValidationError {
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if known.is_empty() => "Define it first".into(),
        None => {
            format!(
                "Define it first, or use one of {}",
                known
                    .iter()
                    .take(12)
                    .copied()
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
    };
    ValidationError {
        path: path.to_owned(),
        message: format!("`{name}` is not known"),
        hint,
    }
}
