//! Layout of the compiled config. One place for writer and reader.
//!
//! Header: magic, format (u16), two spare bytes, the digest of all that follows it, then (start,
//! length) of each section. All numbers are little-endian; floats are IEEE single.

/// The first four bytes.
pub const MAGIC: [u8; 4] = *b"ESC\x01";
/// The version of this layout.
pub const FORMAT: u16 = 2;
/// Number of sections.
pub const SECTIONS: usize = 39;
/// Bytes of the header.
pub const HEADER_BYTES: usize = 12 + SECTIONS * 8;

/// The sections, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Section {
    Policy = 0,
    StringOffsets = 1,
    StringBytes = 2,
    Names = 3,
    Facets = 4,
    Topics = 5,
    EventWeights = 6,
    PageRules = 7,
    TokenRules = 8,
    TopicWeights = 9,
    Families = 10,
    Placements = 11,
    Candidates = 12,
    Offers = 13,
    Conditions = 14,
    Content = 15,
    Labels = 16,
    Customer = 17,
    Segments = 18,
    Personas = 19,
    PersonaRules = 20,
    Facts = 21,
    Questions = 22,
    Models = 23,
    Transitions = 24,
    Timing = 25,
    Caps = 26,
    Themes = 27,
    Substitutes = 28,
    SuppressedFamilies = 29,
    Zones = 30,
    Seasons = 31,
    SeasonSpans = 32,
    Scenarios = 33,
    ScenarioUnless = 34,
    Variants = 35,
    Tests = 36,
    Operands = 37,
    Arms = 38,
}

/// Bytes of an offer's row, and of a topic's with its weight.
pub const OFFER_BYTES: usize = 48;
pub const WEIGHT_BYTES: usize = 8;

impl Section {
    /// Bytes of a row; 1 for plain runs of bytes.
    #[must_use]
    pub const fn row_bytes(self) -> usize {
        match self {
            // bytes · bytes
            Self::StringBytes | Self::Operands => 1,
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
            // hash u32 · first transition u32, λ f32, a row for each facet
            Self::Names | Self::PageRules | Self::TokenRules | Self::TopicWeights => 8,
            Self::PersonaRules | Self::Facts | Self::Models => 8,
            // language, key, value: u32 strings · language string, topic, label string: u32
            // · name, hash, condition u32 · first content u32; contents u16, facet u16; hash u32
            Self::Content | Self::Labels | Self::Segments | Self::Questions => 12,
            // name, hash u32; facet u16, parent u16; base f32
            Self::Topics => 16,
            // name, hash, rest_s u32; ignored_after u16, then u16 · name, hash, taste, intent u32;
            // first, count u16; weight f32
            Self::Families => 16,
            // name, condition, first content u32; contents, spare u16: an offer's variants in their
            // order
            Self::Variants => 16,
            // see `condition::bytecode`
            Self::Tests => 16,
            // experiment's name, arm's name, hash of either u32; f32 where its share of visitors
            // ends
            Self::Arms => 20,
            Self::Facets => 24,
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
