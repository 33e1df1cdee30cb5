//! The decision behind an impression or a click, as events and profiles carry it. Comes in:
//! numbers; goes out: the same in fixed widths, checked. It must never hold more of the visitor
//! than eight coarse levels.

/// Coarse features of the visitor, reported with a decision. The steps are so coarse that many
/// visitors share them. Each is 0 to 7, three bits.
pub const LEVELS: [&str; 8] = [
    "stage",
    "value_class",
    "visits",
    "moment",
    "fit",
    "confidence",
    "season",
    "pressure",
];
const LEVEL_BITS: u32 = 3;
/// At most so many variants, and so many arms.
const MAX_VARIANT: u8 = 15;
const MAX_ARM: u8 = 3;

/// A decision. All zeros: none is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DecisionRecord {
    /// A hash of its seed and its offer, 0 if there is no decision.
    pub id: u32,
    /// The hash of the config it was made by.
    pub config: u32,
    /// Probability of the draw.
    pub propensity: Propensity,
    /// The variant of the offer's content, 0: its own.
    pub variant: u8,
    /// Arm: 0 personalised, 1 the control group.
    pub arm: u8,
    /// Coarse features of the visitor.
    pub levels: Levels,
}

/// A probability above 0 to 1, as the bits of an IEEE single: 24 significant bits whatever its
/// size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Propensity(u32);

/// [`LEVELS`], the first in the lowest bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Levels(u32);

/// Bytes of a decision in an event.
pub const DECISION_BYTES: usize = 18;

impl DecisionRecord {
    /// Returns `true` if there is a decision.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.id != 0
    }

    /// Appends the bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        for number in &[self.id, self.config, self.propensity.0, self.levels.0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&[self.variant, self.arm]);
    }

    /// The decision of these bytes; none: they are no decision.
    #[must_use]
    pub fn decode(bytes: &[u8; DECISION_BYTES]) -> Option<Self> {
        let (numbers, [variant, arm]) = bytes.split_last_chunk::<2>()?;
        let (numbers, _) = numbers.as_chunks::<4>();
        let number = |at: usize| numbers.get(at).map(|bytes| u32::from_le_bytes(*bytes));
        let (propensity, levels) = (
            Propensity::of_bits(number(2)?)?,
            Levels::of_bits(number(3)?)?,
        );
        let record = Self {
            id: number(0)?,
            config: number(1)?,
            propensity,
            variant: *variant,
            arm: *arm,
            levels,
        };
        (record.is_known() && *variant <= MAX_VARIANT && *arm <= MAX_ARM).then_some(record)
    }
}

impl Propensity {
    /// The nearest one that can be kept; none: it is no probability of something that happened.
    #[must_use]
    pub fn of(probability: f64) -> Option<Self> {
        Self::of_bits((probability as f32).to_bits())
    }

    /// By its bits, at most 30 of them.
    #[must_use]
    pub fn of_bits(bits: u32) -> Option<Self> {
        (bits > 0 && bits <= 1f32.to_bits()).then_some(Self(bits))
    }

    /// Its bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// The number.
    #[must_use]
    pub fn probability(self) -> f64 {
        f64::from(f32::from_bits(self.0))
    }
}

impl Levels {
    /// From levels in their order; what is above 7 is 7.
    #[must_use]
    pub fn of(levels: [u8; 8]) -> Self {
        Self(levels.iter().rev().fold(0, |bits, level| {
            bits << LEVEL_BITS | u32::from((*level).min(7))
        }))
    }

    /// By their bits, 24 of them.
    #[must_use]
    pub fn of_bits(bits: u32) -> Option<Self> {
        (bits >> (8 * LEVEL_BITS) == 0).then_some(Self(bits))
    }

    /// Their bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// One of them by its place in [`LEVELS`].
    #[must_use]
    pub fn level(self, at: usize) -> u8 {
        (self.0 >> (at as u32 * LEVEL_BITS) & 7) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_stand_in_their_order() {
        let levels = Levels::of([1, 2, 3, 4, 5, 6, 7, 200]);
        assert_eq!(
            (0..8).map(|at| levels.level(at)).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5, 6, 7, 7]
        );
        assert_eq!(Levels::of_bits(levels.bits()), Some(levels));
        assert_eq!(Levels::of_bits(1 << 24), None);
    }

    #[test]
    fn a_propensity_is_a_probability() {
        for no in [0.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Propensity::of(no), None, "{no}");
        }
        for kept in [1.0, 0.5, 2e-5, 1e-9] {
            let read = Propensity::of(kept)
                .map(Propensity::probability)
                .expect("kept");
            assert!((read / kept - 1.0).abs() < 1e-7, "{kept}");
        }
    }

    #[test]
    fn bytes_without_a_decision_are_rejected() {
        let propensity = Propensity::of(0.25).expect("kept");
        let record = DecisionRecord {
            id: 9,
            config: 7,
            propensity,
            variant: 2,
            arm: 1,
            levels: Levels::of([1; 8]),
        };
        let mut bytes = Vec::new();
        record.encode(&mut bytes);
        let bytes: [u8; DECISION_BYTES] = bytes.try_into().expect("all of them");
        assert_eq!(DecisionRecord::decode(&bytes), Some(record));
        for (at, byte) in [(0, 0), (11, 255), (15, 1), (16, 16), (17, 4)] {
            let mut other = bytes;
            other[at] = byte;
            assert_eq!(DecisionRecord::decode(&other), None, "byte {at}");
        }
    }
}
