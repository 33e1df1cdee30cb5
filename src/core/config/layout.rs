//! Layout of the compiled config. One place for writer and reader.
//!
//! Header: magic, format (u16), two spare bytes, the digest of all that follows it, then (start,
//! length) of each section. All numbers are little-endian; floats are IEEE single.

/// The first four bytes.
pub const MAGIC: [u8; 4] = *b"ESC\x01";
/// The version of this layout.
pub const FORMAT: u16 = 3;
/// Number of sections.
pub const SECTIONS: usize = 41;
/// Bytes of the header.
pub const HEADER_BYTES: usize = 12 + SECTIONS * 8;

/// The sections, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Section {
    /// Numbers of the decision policy.
    Policy = 0,
    /// Ends of the strings.
    StringOffsets = 1,
    /// Strings, in UTF-8.
    StringBytes = 2,
    /// Hashes of all names, sorted.
    Names = 3,
    /// Facets.
    Facets = 4,
    /// Topics, by facet.
    Topics = 5,
    /// Weights of events, by kind.
    EventWeights = 6,
    /// Rules that find topics in addresses.
    PageRules = 7,
    /// Rules that find topics in structured data.
    TokenRules = 8,
    /// Topics of rules and offers, with weights.
    TopicWeights = 9,
    /// Families of offers.
    Families = 10,
    /// Placements.
    Placements = 11,
    /// Offers of each placement.
    Candidates = 12,
    /// Offers.
    Offers = 13,
    /// Instructions of all conditions.
    Conditions = 14,
    /// Texts of offers, variants and questions.
    Content = 15,
    /// Labels of topics, by language.
    Labels = 16,
    /// Thresholds of customer traits.
    Customer = 17,
    /// Segments.
    Segments = 18,
    /// Personas.
    Personas = 19,
    /// Rules of personas.
    PersonaRules = 20,
    /// Names of declared facts.
    Facts = 21,
    /// Questions.
    Questions = 22,
    /// Start of each facet's transitions.
    Models = 23,
    /// Probabilities of one topic after another.
    Transitions = 24,
    /// Numbers of pressure and journeys.
    Timing = 25,
    /// Caps, by scope and index.
    Caps = 26,
    /// Destination and theme of each offer.
    Themes = 27,
    /// Pairs of an offer and its substitute.
    Substitutes = 28,
    /// Families that a booking suppresses.
    SuppressedFamilies = 29,
    /// Zones of school holidays.
    Zones = 30,
    /// Seasons.
    Seasons = 31,
    /// Periods of seasons.
    SeasonSpans = 32,
    /// Scenarios.
    Scenarios = 33,
    /// Events after which scenarios no longer fire.
    ScenarioUnless = 34,
    /// Variants of offers.
    Variants = 35,
    /// Tests of conditions.
    Tests = 36,
    /// Values that tests compare with.
    Operands = 37,
    /// Arms of experiments.
    Arms = 38,
    /// Score tables of affinities, by facet.
    Tables = 39,
    /// Cells of score tables.
    Cells = 40,
}

/// Bytes of an offer's row, and of a topic's with its weight.
pub const OFFER_BYTES: usize = 48;
/// Bytes of the row of a topic with a weight.
pub const WEIGHT_BYTES: usize = 8;

impl Section {
    /// Bytes of a row; 1 for plain runs of bytes.
    #[must_use]
    pub const fn row_bytes(self) -> usize {
        match self {
            // bytes · bytes · bytes
            Self::StringBytes | Self::Operands | Self::Cells => 1,
            // u16 offer
            Self::Candidates => 2,
            // u32 end of a string · f32 weight of a kind · f32 of the policy · f32 of customer
            // knowledge · f32 probability of a topic after another · u32 word of a condition
            Self::StringOffsets
            | Self::EventWeights
            | Self::Policy
            | Self::Customer
            | Self::Transitions => 4,
            Self::Conditions => 4,
            // namespace u16, index u16, hash u32 · pattern u32, first u16, count u16 · hash u32,
            // first, count · topic u16, spare u16, weight f32 · condition u32, points f32 · name,
            // hash u32
            Self::Names | Self::PageRules | Self::TokenRules | Self::TopicWeights => 8,
            Self::PersonaRules | Self::Facts => 8,
            // language, key, value: u32 strings · language string, topic, label string: u32
            // · name, hash, condition u32 · first content u32; contents u16, facet u16; hash u32
            // · first transition u32, λ f32, first table, tables u16, a row for each facet
            // · four features u8; bits, shift u8, spare u16; first cell u32
            Self::Models | Self::Tables => 12,
            Self::Content | Self::Labels | Self::Segments | Self::Questions => 12,
            // name, hash u32; facet u16, parent u16; base f32
            Self::Topics => 16,
            // name, hash, rest_s u32; ignored_after u16, then u16 · name, hash, taste, intent u32;
            // first, count u16; weight, prior f32
            Self::Families => 16,
            // name, condition, first content u32; contents, spare u16: an offer's variants in their
            // order
            Self::Variants => 16,
            // see `condition::bytecode`
            Self::Tests => 16,
            // experiment's name, arm's name, hash of either u32; f32 where its share of visitors
            // ends
            Self::Arms => 20,
            Self::Facets => 28,
            // name, hash, first rule, expiry_days u32; threshold f32; rules u16, negative u16
            Self::Personas => 24,
            // name, hash, first, count u32; min_confidence f32; slots u16, min_facet u16
            Self::Placements => 24,
            // see `rows::Offer`
            Self::Offers => OFFER_BYTES,
            // u16 family · u16 kind of event
            Self::SuppressedFamilies | Self::ScenarioUnless => 2,
            // u32 of `Timing` · destination, theme u16: a row for each offer · offer, substitute
            // u16
            Self::Timing | Self::Themes | Self::Substitutes => 4,
            // scope, index, most, per u16
            Self::Caps => 8,
            // name, hash u32; hemisphere, spare u16 · name u32; taste weight, exploration f32
            // · season, zone, from, until, is_yearly, hemisphere u16
            Self::Zones | Self::Seasons | Self::SeasonSpans => 12,
            // see `rows_time::Scenario`
            Self::Scenarios => 40,
        }
    }
}
