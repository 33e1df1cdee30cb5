//! Attributes available to conditions: the attribute tree gives names, kinds and hashes to the
//! strict compiler.

/// Kind of an attribute's value, which decides the operators it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A quantity: all comparisons.
    Number,
    /// A text at hand as such: comparisons, versions, regexes.
    Text,
    /// One name out of a set, known by its hash: equality only.
    Name,
    /// A yes or no.
    Flag,
    /// A set of names, known by their hashes; perhaps empty, never unknown.
    List,
}

/// Position of an attribute in the facts: see [`super::bytecode::Facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Number of the attribute in compiled conditions.
    pub id: u16,
    /// Hash or index of the name within the attribute, such as a topic's. 0 without one.
    pub argument: u32,
    /// Type of its values.
    pub kind: Kind,
}

/// The attribute tree, as conditions see it.
pub trait Schema {
    /// The attribute of that name ("affinity.trip.city").
    fn resolve(&self, name: &str) -> Option<Attribute>;

    /// All names, to suggest the nearest one; names that are made up by the site may be left out.
    fn names(&self) -> Vec<String>;

    /// The hash of a value of a [`Kind::Name`] or [`Kind::List`] attribute, as the facts hold it.
    fn hash(&self, attribute: Attribute, value: &str) -> u32;

    /// The values that a text, a name or the members of a list may have, where they are known
    /// beforehand: any other is then an error. `None` is "any".
    fn values(&self, attribute: Attribute) -> Option<Vec<String>> {
        let _ = attribute;
        None
    }
}
