//! Reads a condition's bytes from the front: bytes in, numbers and blocks out. Past the end is `None`, never a panic.

/// What is left to read.
pub struct Reader<'a> {
    pub rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The next byte.
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// A LEB128 number of at most 32 bits.
    pub fn number(&mut self) -> Option<u32> {
        let mut number = 0u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(number).ok();
            }
        }
        None
    }

    /// A length and that many bytes: these and what follows them. The reader stays after the length.
    pub fn block(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let length = usize::try_from(self.number()?).ok()?;
        self.rest.split_at_checked(length)
    }
}
