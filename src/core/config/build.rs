//! Writes the compiled config's sections. Comes in: rows; goes out: the bytes that
//! `Config::from_bytes` takes.

use std::collections::{BTreeMap, HashMap};

use super::layout::{FORMAT, HEADER_BYTES, MAGIC, SECTIONS, Section};
use crate::core::base::hash::{Namespace, digest, name_hash};

/// Sections as they grow.
pub struct Builder {
    sections: [Vec<u8>; SECTIONS],
    strings: HashMap<String, u32>,
    /// By namespace and hash: the index.
    names: BTreeMap<(u16, u32), u16>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            sections: std::array::from_fn(|_| Vec::new()),
            strings: HashMap::new(),
            names: BTreeMap::new(),
        }
    }
}

impl Builder {
    /// The place of a text in the string table; equal texts are kept once.
    pub fn text(&mut self, text: &str) -> u32 {
        if let Some(known) = self.strings.get(text) {
            return *known;
        }
        let index = self.strings.len() as u32;
        let start = self.sections[Section::StringBytes as usize].len() as u32;
        if index == 0 {
            self.put(Section::StringOffsets, &start.to_le_bytes());
        }
        self.put(Section::StringBytes, text.as_bytes());
        self.put(
            Section::StringOffsets,
            &(start + text.len() as u32).to_le_bytes(),
        );
        self.strings.insert(text.to_owned(), index);
        index
    }

    /// Appends to a section.
    pub fn put(&mut self, section: Section, bytes: &[u8]) {
        self.sections[section as usize].extend_from_slice(bytes);
    }

    /// Bytes in a section so far.
    #[must_use]
    pub fn length(&self, section: Section) -> usize {
        self.sections[section as usize].len()
    }

    /// Rows in a section so far.
    #[must_use]
    pub fn rows(&self, section: Section) -> usize {
        self.length(section) / section.row_bytes()
    }

    /// Enters a name. Returns its hash, or the index of the other name that has the same
    /// hash.
    pub fn name(&mut self, namespace: Namespace, name: &str, index: u16) -> Result<u32, u16> {
        let (space, hash) = (namespace as u16, name_hash(namespace, name));
        match *self.names.entry((space, hash)).or_insert(index) {
            known if known == index => Ok(hash),
            other => Err(other),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        for ((space, hash), index) in std::mem::take(&mut self.names) {
            let row = [space.to_le_bytes(), index.to_le_bytes()].concat();
            self.put(Section::Names, &row);
            self.put(Section::Names, &hash.to_le_bytes());
        }
        let mut frames = Vec::new();
        let mut content = Vec::new();
        for section in &self.sections {
            // Rows begin at a multiple of four.
            content.resize(content.len().next_multiple_of(4), 0);
            frames.extend_from_slice(&((HEADER_BYTES + content.len()) as u32).to_le_bytes());
            frames.extend_from_slice(&(section.len() as u32).to_le_bytes());
            content.extend_from_slice(section);
        }
        let checked = [frames, content].concat();
        [
            &MAGIC[..],
            &FORMAT.to_le_bytes(),
            &[0, 0],
            &digest(&checked).to_le_bytes(),
            &checked,
        ]
        .concat()
    }
}
