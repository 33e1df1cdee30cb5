//! Weights to cells of a model file. In: weights in nats. Out: integers of 4 or 8 bits. Never: a cell that
//! overflows.

use escale::internals::config::source::customer::TableConfig;
use escale::internals::config::table_codec::encode_cells;
use escale::internals::config::tables::SCORE_UNITS;

use super::train::Table;

const MOST_SHIFT: u8 = 6;

/// Returns a table of a model file, in the finest unit that represents its weights.
pub fn quantised(table: &Table) -> TableConfig {
    let bits = table.form.bits;
    let shift = finest(&table.weights, bits);
    let cells: Vec<i8> = cells(&table.weights, bits, shift);
    let (golomb, text) = (0..6)
        .map(|golomb| (golomb, encode_cells(&cells, golomb)))
        .min_by_key(|(_, text)| text.len())
        .unwrap_or_default();
    TableConfig {
        by: table.form.by.iter().map(|f| f.name().to_owned()).collect(),
        bits,
        shift,
        golomb,
        cells: text,
    }
}

fn cells(weights: &[f32], bits: u8, shift: u8) -> Vec<i8> {
    let most = f32::from((1i16 << (bits - 1)) - 1);
    let unit = unit(shift);
    weights
        .iter()
        .map(|weight| (weight / unit).round().clamp(-most, most) as i8)
        .collect()
}

/// Nats of a cell of 1.
fn unit(shift: u8) -> f32 {
    (std::f64::consts::LN_2 / SCORE_UNITS) as f32 * f32::from(1u16 << shift)
}

/// Returns the shift with the least squared error.
fn finest(weights: &[f32], bits: u8) -> u8 {
    let error = |shift: u8| -> f32 {
        let cells = cells(weights, bits, shift);
        let pairs = weights.iter().zip(&cells);
        pairs
            .map(|(weight, cell)| (weight - f32::from(*cell) * unit(shift)).powi(2))
            .sum()
    };
    (0..=MOST_SHIFT)
        .min_by(|a, b| error(*a).total_cmp(&error(*b)))
        .unwrap_or(0)
}
