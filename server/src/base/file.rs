//! Files that people write in any editor. In: paths. Out: contents without a BOM, text as UTF-8.
//! Never: a bom that becomes part of a secret or a name.

use std::io;
use std::path::Path;

use encoding_rs::Encoding;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Returns bytes without the BOM of UTF-8.
pub fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(BOM).unwrap_or(bytes)
}

/// Reads a file without the BOM of UTF-8.
///
/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = std::fs::read(path)?;
    let bom = bytes.len() - without_bom(&bytes).len();
    bytes.drain(..bom);
    Ok(bytes)
}

/// Reads a text in UTF-8, or in UTF-16 with its BOM.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let bytes = std::fs::read(path)?;
    let text = match Encoding::for_bom(&bytes) {
        Some((encoding, bom)) => encoding
            .decode_without_bom_handling_and_without_replacement(&bytes[bom..])
            .map(std::borrow::Cow::into_owned),
        None => String::from_utf8(bytes).ok(),
    };
    text.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8: save it as UTF-8"))
}

/// Reads a secret: a text without its BOM and surrounding white space.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub fn read_secret(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = std::fs::read(path)?;
    let is_text_of_16_bits = matches!(Encoding::for_bom(&bytes), Some((encoding, 2)) if encoding.name().starts_with("UTF-16"));
    if is_text_of_16_bits {
        return read_text(path).map(|text| text.trim().as_bytes().to_vec());
    }
    Ok(without_bom(&bytes).trim_ascii().to_vec())
}

/// Returns the lines of a secret's file without surrounding white space: a secret, and the one that it replaces.
pub fn secret_lines(text: &[u8]) -> Vec<&[u8]> {
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_with_a_bom_reads_as_without() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("f");
        let utf_16: Vec<u8> = "\u{feff}Crète\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [
            "\u{feff}Crète\r\n".as_bytes(),
            "Crète\r\n".as_bytes(),
            &utf_16,
        ] {
            std::fs::write(&path, bytes)?;
            assert_eq!(read_text(&path)?, "Crète\r\n");
            assert_eq!(read_secret(&path)?, "Crète".as_bytes());
        }
        std::fs::write(&path, b"Cr\xe8te")?;
        assert!(read_text(&path).is_err());
        assert_eq!(read(&path)?, b"Cr\xe8te");
        Ok(())
    }
}
