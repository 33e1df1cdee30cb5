//! The rows of customer knowledge, read at their place: thresholds, segments, personas, questions,
//! the model.

use super::{Facet, FactName, TextIndex};
use crate::core::base::index::Index;
use crate::core::condition::bytecode::ConditionIndex;
use crate::core::config::layout::Section;
use crate::core::config::{Config, Row};

/// Four boundaries of five classes, ascending.
pub type Boundaries = [f64; 4];

/// Positions of the numbers of [`Section::Customer`].
pub(crate) mod at {
    pub const RECENCY_DAYS: usize = 0;
    pub const FREQUENCY: usize = 4;
    pub const MONETARY: usize = 8;
    pub const HIGH_VALUE: usize = 12;
    pub const LIFECYCLE: usize = 13;
    pub const PRIOR_MESSAGES: usize = 19;
    pub const OPEN_WEIGHT: usize = 20;
    pub const RATES: usize = 21;
    pub const ADVOCATE: usize = 27;
    pub const DECLARED: usize = 28;
    pub const REACTION_DAYS: usize = 31;
    pub const COUNT: usize = 37;
}

/// The boundaries of the scores of purchases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RfmBounds {
    /// Boundaries of days since the latest booking.
    pub recency_days: Boundaries,
    /// Boundaries of the number of bookings.
    pub frequency: Boundaries,
    /// Boundaries of the value of all bookings.
    pub monetary: Boundaries,
    /// Value of all bookings from which a customer has a high value.
    pub high_value: f64,
}

/// The boundaries of the stages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LifecycleBounds {
    /// Visits that make a prospect.
    pub prospect_visits: f64,
    /// Searches that make a prospect.
    pub prospect_searches: f64,
    /// Days for which a quote keeps a visitor in its stage.
    pub quote_days: f64,
    /// Days for which a customer counts as new.
    pub new_days: f64,
    /// Bookings that make a regular customer.
    pub regular_bookings: f64,
    /// Days without a booking after which a customer has lapsed.
    pub lapsed_days: f64,
}

/// Weight, half-life and question interval of declared facts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeclaredWorth {
    /// Events that a declared topic counts for.
    pub weight: f64,
    /// Half-life of that weight, in days.
    pub half_life_days: f64,
    /// Least number of days between two questions.
    pub question_days: f64,
}

/// A segment. Its condition rests on segments before it only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Name, in the string table.
    pub name: TextIndex,
    /// Hash of the name.
    pub hash: u32,
    /// Condition that a member must meet.
    pub condition: Option<ConditionIndex>,
}

/// An arm of an experiment. An experiment's arms follow each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arm {
    /// Name of the experiment, in the string table.
    pub experiment_name: TextIndex,
    /// Name, in the string table.
    pub name: TextIndex,
    /// Hash of the experiment's name.
    pub experiment: u32,
    /// Hash of its name with the experiment's.
    pub hash: u32,
    /// End of its share of all visitors, 0 to 1. The share begins at the end of the arm before.
    pub until: f64,
}

/// A persona.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Persona {
    /// Name, in the string table.
    pub name: TextIndex,
    /// Hash of the name.
    pub hash: u32,
    /// Index of its first rule.
    pub first_rule: u32,
    /// Days for which a negative persona stays in force.
    pub expires_days: u32,
    /// Points from which it fits.
    pub threshold: f64,
    /// Number of its rules.
    pub rules: u16,
    /// `true` if it excludes commercial offers.
    pub is_negative: bool,
}

/// A question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Index of its first text.
    pub first_content: u32,
    /// Number of its texts.
    pub contents: u16,
    /// Facet whose topics are the answers.
    pub facet: Index<Facet>,
    /// The fact that its answer declares.
    pub fact: u32,
}

/// Transitions from each topic of a facet to the next, and their weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transitions {
    first: u32,
    topics: u16,
    /// `λ`: the weight of the visitor's own counts.
    pub lambda: f64,
}

impl Config {
    /// The arms of all experiments.
    pub fn arms(&self) -> impl Iterator<Item = Arm> + '_ {
        (0..self.count(Section::Arms)).map(|index| {
            let row = self.row::<20>(Section::Arms, index);
            Arm {
                experiment_name: row.text(0),
                name: row.text(4),
                experiment: row.u32(8),
                hash: row.u32(12),
                until: row.f32(16),
            }
        })
    }

    fn customer_numbers(&self) -> Row<'_, { 4 * at::COUNT }> {
        self.numbers(Section::Customer)
    }

    fn customer_number(&self, index: usize) -> f64 {
        self.customer_numbers().f32(4 * index)
    }

    fn boundaries(&self, first: usize) -> Boundaries {
        core::array::from_fn(|i| self.customer_number(first + i))
    }

    /// The boundaries of the scores of purchases.
    #[must_use]
    pub fn rfm_bounds(&self) -> RfmBounds {
        RfmBounds {
            recency_days: self.boundaries(at::RECENCY_DAYS),
            frequency: self.boundaries(at::FREQUENCY),
            monetary: self.boundaries(at::MONETARY),
            high_value: self.customer_number(at::HIGH_VALUE),
        }
    }

    /// The boundaries of the stages.
    #[must_use]
    pub fn lifecycle_bounds(&self) -> LifecycleBounds {
        let number = |i| self.customer_number(at::LIFECYCLE + i);
        LifecycleBounds {
            prospect_visits: number(0),
            prospect_searches: number(1),
            quote_days: number(2),
            new_days: number(3),
            regular_bookings: number(4),
            lapsed_days: number(5),
        }
    }

    /// Returns the weight of the usual rates, in messages, and the weight of an open.
    #[must_use]
    pub fn channel_prior(&self) -> (f64, f64) {
        (
            self.customer_number(at::PRIOR_MESSAGES),
            self.customer_number(at::OPEN_WEIGHT),
        )
    }

    /// The usual rate of a channel, by its number.
    #[must_use]
    pub fn channel_rate(&self, channel: u8) -> f64 {
        self.customer_number(at::RATES + usize::from(channel))
    }

    /// Minutes after which a message of a channel, by its number, counts as ignored.
    #[must_use]
    pub fn reaction_min(&self, channel: u8) -> u32 {
        (self.customer_number(at::REACTION_DAYS + usize::from(channel)) * 1440.0) as u32
    }

    /// Returns the number of reviews, shares and referrals that make an advocate.
    #[must_use]
    pub fn advocate_actions(&self) -> f64 {
        self.customer_number(at::ADVOCATE)
    }

    /// Returns the weight, half-life and question interval of declared facts.
    #[must_use]
    pub fn declared_worth(&self) -> DeclaredWorth {
        let number = |i| self.customer_number(at::DECLARED + i);
        DeclaredWorth {
            weight: number(0),
            half_life_days: number(1),
            question_days: number(2),
        }
    }

    /// A segment by its index.
    #[must_use]
    pub fn segment(&self, index: Index<Segment>) -> Segment {
        let row = self.row::<12>(Section::Segments, index.position());
        Segment {
            name: row.text(0),
            hash: row.u32(4),
            condition: row.condition(8),
        }
    }

    /// A persona by its index.
    #[must_use]
    pub fn persona(&self, index: Index<Persona>) -> Persona {
        let row = self.row::<24>(Section::Personas, index.position());
        Persona {
            name: row.text(0),
            hash: row.u32(4),
            first_rule: row.u32(8),
            expires_days: row.u32(12),
            threshold: row.f32(16),
            rules: row.u16(20),
            is_negative: row.u16(22) == 1,
        }
    }

    /// A persona's rules: the condition and the points.
    pub fn persona_rules(
        &self,
        persona: &Persona,
    ) -> impl Iterator<Item = (Option<ConditionIndex>, f64)> + '_ {
        let first = persona.first_rule as usize;
        (first..first + usize::from(persona.rules)).map(|i| {
            let row = self.row::<8>(Section::PersonaRules, i);
            (row.condition(0), row.f32(4))
        })
    }

    /// A declared fact's name, by its index: those of the facets first.
    #[must_use]
    pub fn fact_name(&self, index: Index<FactName>) -> &str {
        self.text(self.row::<8>(Section::Facts, index.position()).text(0))
    }

    /// Returns the facet whose topics answer a declared fact. `None` for a fact that is a number.
    #[must_use]
    pub fn facet_of(&self, fact: Index<FactName>) -> Option<Index<Facet>> {
        (fact.position() < self.count(Section::Facets)).then(|| Index::new(fact.number()))
    }

    /// A question by its index.
    #[must_use]
    pub fn question(&self, index: Index<Question>) -> Question {
        let row = self.row::<12>(Section::Questions, index.position());
        Question {
            first_content: row.u32(0),
            contents: row.u16(4),
            facet: Index::new(row.u16(6)),
            fact: row.u32(8),
        }
    }

    /// The texts of a question in a language: `text`, and an answer's by its topic's name.
    pub fn question_content(
        &self,
        question: Index<Question>,
        language: &str,
    ) -> impl Iterator<Item = (&str, &str)> {
        let row = self.question(question);
        self.texts(row.first_content, row.contents, language)
            .map(|(key, value)| (self.text(key), self.text(value)))
    }

    /// Returns the transitions of a facet. `None` if the model does not have them.
    #[must_use]
    pub fn transitions(&self, facet: Index<Facet>) -> Option<Transitions> {
        let row = self.row::<12>(Section::Models, facet.position());
        let first = row.u32(0);
        let topics = self.facet(facet).topics;
        (self.count(Section::Models) > facet.position() && first != u32::MAX).then(|| Transitions {
            first,
            topics,
            lambda: row.f32(4),
        })
    }

    /// `P[from→to]`, both counted within the facet.
    #[must_use]
    pub fn transition(&self, table: &Transitions, from: u16, to: u16) -> f64 {
        let index =
            table.first as usize + usize::from(from) * usize::from(table.topics) + usize::from(to);
        self.row::<4>(Section::Transitions, index).f32(0)
    }
}
