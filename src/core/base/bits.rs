//! Bits in and out, for the profile's compact form. A read past the end is reported at the end, and
//! never panics. By hand because `bitstream-io` returns an error for each number. That code is
//! larger than the whole reading here.

/// Collects bits, the first in the high end of the first byte.
#[derive(Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    used: u32,
}

impl BitWriter {
    /// The low `width` bits of a value, at most 32 of them.
    pub fn put(&mut self, value: u32, width: u32) {
        let mut left = width;
        while left > 0 {
            let room = 8 - self.used % 8;
            if room == 8 {
                self.bytes.push(0);
            }
            let now = left.min(room);
            left -= now;
            let bits = value >> left & ((1 << now) - 1);
            if let Some(last) = self.bytes.last_mut() {
                *last |= (bits << (room - now)) as u8;
            }
            self.used += now;
        }
    }

    /// A number that is mostly small: Exp-Golomb of order `k` (about `k` + 1 bits up to `2^k`).
    pub fn put_golomb(&mut self, value: u32, k: u32) {
        let shifted = u64::from(value) + (1 << k);
        let width = 63 - shifted.leading_zeros();
        self.put(0, width - k);
        self.put(1, 1);
        // What stands below the leading one, at most 32 bits.
        self.put(shifted as u32, width);
    }

    /// Small numbers of either sign: 0, −1, 1, −2, … as 0, 1, 2, 3, ….
    pub fn put_signed(&mut self, value: i32, k: u32) {
        self.put_golomb(((value << 1) ^ (value >> 31)) as u32, k);
    }

    /// The bytes, the last one filled up with zeros.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads what [`BitWriter`] wrote. What cannot be read is 0 and remembered: one look at the end
/// tells, where a look at each number would be most of the code.
pub struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
    is_bad: bool,
}

impl<'a> BitReader<'a> {
    /// From the first bit.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            is_bad: false,
        }
    }

    /// Returns the next bits in the high end: at least 57 of them, with zeros after the end.
    fn ahead(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let bits = match rest.first_chunk() {
            Some(bits) => u64::from_be_bytes(*bits),
            None => rest
                .iter()
                .rev()
                .fold(0, |bits, byte| bits >> 8 | u64::from(*byte) << 56),
        };
        bits << (self.at % 8)
    }

    /// Reads the next `width` bits. Only the low 32 of them are returned.
    pub fn take(&mut self, width: u32) -> u32 {
        let value = self.ahead() >> 1 >> (63 - width);
        self.at += width as usize;
        self.is_bad |= self.at > self.bytes.len() * 8;
        value as u32
    }

    /// The next number of [`BitWriter::put_golomb`].
    pub fn take_golomb(&mut self, k: u32) -> u32 {
        let zeros = self.ahead().leading_zeros().min(33 - k);
        self.take(zeros + 1);
        let width = k + zeros;
        let low = u64::from(self.take(width));
        self.sound(u32::try_from((1u64 << width) + low - (1u64 << k)).ok())
    }

    /// The next number of [`BitWriter::put_signed`].
    pub fn take_signed(&mut self, k: u32) -> i32 {
        let folded = self.take_golomb(k);
        (folded >> 1) as i32 ^ -((folded & 1) as i32)
    }

    /// A value that what was read stands for; where there is none, the bytes are bad.
    pub fn sound<T: Default>(&mut self, value: Option<T>) -> T {
        self.is_bad |= value.is_none();
        value.unwrap_or_default()
    }

    /// Returns `true` if every value was valid and only the zero padding of the last byte is left.
    /// So each content has exactly one encoding.
    #[must_use]
    pub fn is_done(mut self) -> bool {
        let left = (self.bytes.len() * 8).checked_sub(self.at);
        !self.is_bad && left.is_some_and(|left| left < 8 && self.take(left as u32) == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(values in prop::collection::vec((any::<u32>(), 0u32..20, 1u32..=32), 0..50)) {
            let mut w = BitWriter::default();
            for (v, k, width) in &values {
                w.put_golomb(*v, *k);
                w.put(*v, *width);
            }
            let bytes = w.finish();
            let mut r = BitReader::new(&bytes);
            for (v, k, width) in &values {
                prop_assert_eq!(r.take_golomb(*k), *v);
                prop_assert_eq!(r.take(*width), (u64::from(*v) & ((1u64 << width) - 1)) as u32);
            }
            prop_assert!(r.is_done());
        }

        #[test]
        fn any_bytes_are_read_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut r = BitReader::new(&bytes);
            for _ in 0..=bytes.len() * 8 {
                r.take_golomb(3);
            }
            prop_assert!(!r.is_done());
        }
    }
}
