//! Encoding of a text file. In: its bytes. Out: UTF-8, UTF-16 or Windows-1252, or the encoding of a flag.
//! Never: an encoding that the bytes do not show.

use std::io::{BufRead as _, BufReader};

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Input;

/// Bytes that the first look is given.
const SAMPLE: u64 = 65_536;

/// Parses a name of the Encoding Standard, such as `windows-1252` or `utf-16le`.
pub fn parse(name: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(name.trim().as_bytes())
        .ok_or_else(|| "write utf-8, utf-16le, windows-1252, macintosh or another name of the Encoding Standard".into())
}

/// Returns the encoding of a file; adds a note unless it is UTF-8.
///
/// # Errors
/// A message: the bytes are no text, or could be of several encodings.
pub fn detect(input: &Input, notes: &mut Vec<String>) -> Result<&'static Encoding, String> {
    let sample = input.beginning(SAMPLE)?;
    if let Some((encoding, _)) = Encoding::for_bom(&sample) {
        return Ok(encoding);
    }
    if let Some(encoding) = utf_16(&sample)? {
        notes.push(format!(
            "read as {}; --encoding says otherwise",
            encoding.name()
        ));
        return Ok(encoding);
    }
    let contents = Contents::of(input)?;
    if !contents.has_invalid || contents.has_multibyte {
        return Ok(UTF_8);
    }
    if contents.has_unlikely {
        return Err(
            "it is neither UTF-8 nor, it seems, Windows-1252: name its encoding, such as --encoding macintosh or ibm866"
                .into(),
        );
    }
    notes.push("read as Windows-1252; --encoding says otherwise".into());
    Ok(WINDOWS_1252)
}

/// Returns UTF-16 if every second byte of the text is often zero.
fn utf_16(sample: &[u8]) -> Result<Option<&'static Encoding>, String> {
    let zeros = |offset: usize| {
        sample
            .iter()
            .skip(offset)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    match (even, odd) {
        (0, 0) => Ok(None),
        (0, odd) if odd * 2 > half => Ok(Some(UTF_16LE)),
        (even, 0) if even * 2 > half => Ok(Some(UTF_16BE)),
        _ => Err("it contains zero bytes: it is no text file".into()),
    }
}

/// Bytes beyond ASCII, by their meaning in UTF-8 and in Windows-1252.
#[derive(Default)]
struct Contents {
    has_multibyte: bool,
    has_invalid: bool,
    /// True for bytes that text in Windows-1252 hardly has.
    has_unlikely: bool,
}

impl Contents {
    fn of(input: &Input) -> Result<Self, String> {
        let mut contents = Self::default();
        let mut reader = BufReader::new(input.open()?);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line);
            if read.map_err(|error| error.to_string())? == 0 {
                return Ok(contents);
            }
            match std::str::from_utf8(&line) {
                Ok(text) => contents.has_multibyte |= !text.is_ascii(),
                Err(_) => {
                    contents.has_invalid = true;
                    contents.has_unlikely |= line.iter().any(|byte| is_unlikely(*byte));
                }
            }
        }
    }
}

/// True for C1 bytes that are neither the euro, quotation signs, dashes nor French letters in Windows-1252.
fn is_unlikely(byte: u8) -> bool {
    (0x80..=0x9f).contains(&byte)
        && !matches!(
            byte,
            0x80 | 0x85 | 0x8c | 0x91..=0x94 | 0x96 | 0x97 | 0x99 | 0x9c
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Result<&'static str, String> {
        detect(&Input::Bytes(bytes.to_vec()), &mut Vec::new()).map(Encoding::name)
    }

    #[test]
    fn encoding_is_recognised_by_its_bytes() {
        assert_eq!(of("a;Crète\n".as_bytes()), Ok("UTF-8"));
        assert_eq!(of(b"\xef\xbb\xbfa;b\n"), Ok("UTF-8"));
        assert_eq!(of(b"\xff\xfea\0;\0b\0"), Ok("UTF-16LE"));
        assert_eq!(of(b"a\0;\0b\0\n\0"), Ok("UTF-16LE"));
        assert_eq!(of(b"\0a\0;\0b\0\n"), Ok("UTF-16BE"));
        assert_eq!(of(b"a;Cr\xe8te\n900 \x80\n"), Ok("windows-1252"));
        // One row of another encoding is that row's fault.
        assert_eq!(
            of("Crète\n"
                .as_bytes()
                .iter()
                .chain(b"Cr\xe8te\n")
                .copied()
                .collect::<Vec<_>>()
                .as_slice()),
            Ok("UTF-8")
        );
        assert!(of(b"a;Cr\x8fte\n").is_err());
        assert!(of(b"a\0\0\0b").is_err());
    }
}
