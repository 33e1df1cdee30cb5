//! Score tables of a model. In: tables as JSON, counted by the topics of the fit. Out: cells
//! counted by the topics of the config. Never: a cell for a topic that the fit did not know.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Compiler, unknown};
use crate::core::base::bits::{BitReader, BitWriter};
use crate::core::base::validation_error::ValidationError;
use crate::core::config::layout::Section;
use crate::core::config::source::FacetConfig;
use crate::core::config::source::customer::{AffinityConfig, ModelConfig, TableConfig};
use crate::core::config::tables::Feature;

/// Most cells of all tables of a facet.
const MOST_CELLS: usize = 1 << 20;

/// Returns the features that index a table.
///
/// # Errors
///
/// The name of one that does not exist, or their number.
pub fn features(table: &TableConfig) -> Result<Vec<Feature>, String> {
    if !(1..=4).contains(&table.by.len()) {
        return Err(format!(
            "a table has 1 to 4 features, not {}",
            table.by.len()
        ));
    }
    let feature = |name: &String| {
        let found = Feature::ALL.into_iter().find(|f| f.name() == name);
        found.ok_or_else(|| format!("`{name}` is not a feature"))
    };
    table.by.iter().map(feature).collect()
}

/// Returns the number of cells of a table in a facet with this many topics.
#[must_use]
pub fn cell_count(features: &[Feature], topics: u16) -> usize {
    let sizes = features.iter().map(|feature| feature.size(topics));
    sizes.fold(1, usize::saturating_mul)
}

/// Writes cells in the form that a model file has.
#[must_use]
pub fn encode_cells(cells: &[i8], golomb: u8) -> String {
    let mut w = BitWriter::default();
    for cell in cells {
        w.put_signed(i32::from(*cell), u32::from(golomb));
    }
    URL_SAFE_NO_PAD.encode(w.finish())
}

/// Reads the cells of a table. `None` if they are not as many as the table needs.
#[must_use]
pub fn decode_cells(table: &TableConfig, count: usize) -> Option<Vec<i8>> {
    let bytes = URL_SAFE_NO_PAD.decode(&table.cells).ok()?;
    // A cell has at least one bit.
    if count > bytes.len().saturating_mul(8) || table.golomb > 7 {
        return None;
    }
    let mut r = BitReader::new(&bytes);
    let cells: Option<Vec<i8>> = (0..count)
        .map(|_| i8::try_from(r.take_signed(u32::from(table.golomb))).ok())
        .collect();
    cells.filter(|_| r.is_done())
}

/// The features of a table with their sizes, in the fit and in the config.
struct Axes {
    features: Vec<Feature>,
    fitted: u16,
    /// By topic of the config: its position in the fit.
    position: Vec<Option<usize>>,
}

impl Axes {
    /// Returns the cell of the fit for a cell of the config. `None` if the fit did not know the
    /// topic.
    fn cell_of(&self, mut cell: usize) -> Option<usize> {
        let (mut index, mut stride) = (0, 1);
        for feature in self.features.iter().rev() {
            let size = feature.size(self.position.len() as u16);
            let value = cell % size;
            cell /= size;
            let topics = self.position.len();
            let fitted = match feature.counts_topics() {
                true if value == topics => Some(usize::from(self.fitted)),
                true => self.position[value],
                false => Some(value),
            };
            index += fitted? * stride;
            stride *= feature.size(self.fitted);
        }
        Some(index)
    }
}

impl Compiler {
    /// Writes the tables of a facet, and which rows they are.
    pub(super) fn score_tables(&mut self, name: &str, facet: &FacetConfig, model: &ModelConfig) {
        let first = self.out.rows(Section::Tables) as u16;
        if let Some(affinity) = model.affinity.get(name) {
            let path = format!("/model/affinity/{name}");
            for (at, table) in affinity.tables.iter().enumerate() {
                let path = format!("{path}/tables/{at}");
                if let Err(message) = self.score_table(facet, affinity, table) {
                    self.errors.push(ValidationError {
                        path,
                        message,
                        hint: "Fit the model again with `escale fit`".into(),
                    });
                }
            }
            self.check_model_topics(facet, affinity, &path);
        }
        let count = self.out.rows(Section::Tables) as u16 - first;
        self.out.put(Section::Models, &first.to_le_bytes());
        self.out.put(Section::Models, &count.to_le_bytes());
    }

    /// Warns of topics that the fit did not know, or that the config no longer has.
    fn check_model_topics(&mut self, facet: &FacetConfig, affinity: &AffinityConfig, path: &str) {
        let details = facet.details();
        let names: Vec<&str> = details.iter().map(|topic| topic.name.as_str()).collect();
        for topic in &affinity.topics {
            if !names.contains(&topic.as_str()) {
                self.warnings
                    .push(unknown(&format!("{path}/topics"), topic, &names));
            }
        }
        for name in names {
            if !affinity.topics.iter().any(|topic| topic == name) {
                self.warnings.push(ValidationError {
                    path: format!("{path}/topics"),
                    message: format!("the model does not know the topic `{name}`"),
                    hint: "Fit the model again with `escale fit`".into(),
                });
            }
        }
    }

    fn score_table(
        &mut self,
        facet: &FacetConfig,
        affinity: &AffinityConfig,
        table: &TableConfig,
    ) -> Result<(), String> {
        let features = features(table)?;
        if table.bits != 4 && table.bits != 8 {
            return Err(format!("a cell has 4 or 8 bits, not {}", table.bits));
        }
        let fitted = affinity.topics.len() as u16;
        let details = facet.details();
        let compiled = details.len() as u16;
        let count = cell_count(&features, compiled);
        if count.max(cell_count(&features, fitted)) > MOST_CELLS {
            return Err(format!("the table has {count} cells"));
        }
        let cells =
            decode_cells(table, cell_count(&features, fitted)).ok_or("its cells cannot be read")?;
        let position = |name: &str| affinity.topics.iter().position(|topic| topic == name);
        let axes = Axes {
            fitted,
            position: details.iter().map(|topic| position(&topic.name)).collect(),
            features,
        };
        let moved = |cell| axes.cell_of(cell).and_then(|at| cells.get(at)).copied();
        let cells: Vec<i8> = (0..count).map(|cell| moved(cell).unwrap_or(0)).collect();
        self.put_table(&axes.features, table, &cells);
        Ok(())
    }

    fn put_table(&mut self, features: &[Feature], table: &TableConfig, cells: &[i8]) {
        let mut row = [0; 12];
        // Unused places come first, where they change no index.
        for (place, feature) in row[..4].iter_mut().rev().zip(features.iter().rev()) {
            *place = *feature as u8;
        }
        (row[4], row[5]) = (table.bits, table.shift);
        let first = self.out.length(Section::Cells) as u32;
        row[8..].copy_from_slice(&first.to_le_bytes());
        self.out.put(Section::Tables, &row);
        let bytes: Vec<u8> = match table.bits {
            4 => cells
                .chunks(2)
                .map(|pair| (pair[0] & 15) as u8 | (pair.get(1).unwrap_or(&0) << 4) as u8)
                .collect(),
            _ => cells.iter().map(|cell| *cell as u8).collect(),
        };
        self.out.put(Section::Cells, &bytes);
    }
}
