//! One member of an audience as a line.

use axum::body::Bytes;
use clap::ValueEnum;
use escale::internals::base::enums::{Channel, Frequency};
use serde::Serialize;

use crate::base::spreadsheet::without_formula;

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    Ndjson,
    Csv,
}

/// A customer who fits.
pub struct Member<'a> {
    pub customer: &'a str,
    pub channel: Option<Channel>,
    /// Number of contacts still allowed now. `None` if unlimited.
    pub pressure_left: Option<u32>,
    pub frequency: Frequency,
}

#[derive(Serialize)]
struct Line<'a> {
    customer: &'a str,
    channel: Option<&'static str>,
    pressure_left: Option<u32>,
    frequency: &'static str,
}

impl Format {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }
}

/// Header of the lines.
pub fn header(format: Format) -> Option<Bytes> {
    (format == Format::Csv)
        .then(|| Bytes::from_static(b"customer,channel,pressure_left,frequency\n"))
}

pub fn write(format: Format, member: &Member<'_>, lines: &mut Vec<u8>) {
    let Member {
        customer,
        channel,
        pressure_left,
        frequency,
    } = member;
    let (channel, frequency) = (channel.map(Channel::name), frequency.name());
    let customer = if format == Format::Csv {
        without_formula(customer)
    } else {
        (*customer).into()
    };
    let line = Line {
        customer: &customer,
        channel,
        pressure_left: *pressure_left,
        frequency,
    };
    // Neither can fail: it is text, written into memory.
    let _ = match format {
        Format::Ndjson => serde_json::to_writer(&mut *lines, &line)
            .map(|()| lines.push(b'\n'))
            .map_err(drop),
        Format::Csv => {
            let mut csv = csv::WriterBuilder::new()
                .has_headers(false)
                .from_writer(&mut *lines);
            csv.serialize(&line).map_err(drop)
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customer_of_a_csv_line_is_no_formula() {
        let line = |format, customer| {
            let mut lines = Vec::new();
            let member = Member {
                customer,
                channel: None,
                pressure_left: None,
                frequency: Frequency::Any,
            };
            write(format, &member, &mut lines);
            String::from_utf8(lines).unwrap_or_default()
        };
        for customer in ["=1+1", "@SUM(1)", "+33612345678", "-12"] {
            assert!(
                line(Format::Csv, customer).starts_with(&format!("'{customer},")),
                "{customer}"
            );
            assert!(line(Format::Ndjson, customer).contains(&format!(r#""{customer}""#)));
        }
        assert!(line(Format::Csv, "0012345").starts_with("0012345,"));
    }
}
