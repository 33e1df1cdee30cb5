//! Logs. In: a path and a format. Out: visitors with their events in order of time, and the invalid lines.
//! Never: stops at an invalid line.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use csv::StringRecord;
use indicatif::{ProgressBar, ProgressStyle};

use super::presets::{VisitorEvent, preset};
use super::{LineError, LogKind, RecordedEvent, Visitor};
use crate::base::file::without_bom;
use crate::base::record::Record;
use crate::base::time::DAY_MS;

/// Epoch of the engine, 2020-01-01.
const EPOCH_MS: f64 = 1_577_836_800_000.0;
/// 1995-01-01. An earlier time comes from a clock that was never set.
const EARLIEST_MS: f64 = 788_918_400_000.0;
const WEEK_MS: f64 = 7.0 * DAY_MS;

pub struct Log {
    pub kind: LogKind,
    pub visitors: Vec<Visitor>,
    pub events: u64,
    /// Lines without an event, such as requests for pictures.
    pub skipped: u64,
    pub errors: Vec<LineError>,
    /// Number of weeks by which all times were moved forward.
    pub moved_weeks: u64,
}

/// Reads a log and shows progress by bytes.
///
/// # Errors
/// A file that cannot be read, or a format that is not recognised.
pub fn read(path: &Path, kind: LogKind) -> Result<Log, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let bytes = file.metadata().map_or(0, |about| about.len());
    let (is_json, found) = detect(&mut file).map_err(|error| error.to_string())?;
    let kind = if kind == LogKind::Auto {
        found.ok_or(UNKNOWN)?
    } else {
        kind
    };
    let bar = bar(bytes, "{spinner} reading  {wide_bar} {bytes}/{total_bytes}");
    let source = BufReader::with_capacity(1 << 16, bar.wrap_read(file));
    let log = read_from(source, is_json, kind)?;
    bar.finish_and_clear();
    Ok(log)
}

/// Reads a log of a known format, NDJSON or CSV.
///
/// # Errors
/// A source that cannot be read.
pub fn read_from(mut source: impl BufRead, is_json: bool, kind: LogKind) -> Result<Log, String> {
    let mut reader = LogReader {
        log: Log::of(kind),
        index: HashMap::new(),
    };
    skip_bom(&mut source).map_err(|error| error.to_string())?;
    if is_json {
        reader.json(source)
    } else {
        reader.csv(source)
    }?;
    Ok(reader.log.in_order())
}

/// Passes over a BOM.
fn skip_bom(source: &mut impl BufRead) -> std::io::Result<()> {
    let beginning = source.fill_buf()?;
    let bom = beginning.len() - without_bom(beginning).len();
    source.consume(bom);
    Ok(())
}

const UNKNOWN: &str =
    "the format of its first line is unknown; name it with --format, or see `escale replay --help`";

/// Progress bar on a terminal; nothing elsewhere.
pub fn bar(length: u64, template: &str) -> ProgressBar {
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

/// Detects the format by the first line, then rewinds. Returns true for NDJSON.
fn detect(file: &mut File) -> std::io::Result<(bool, Option<LogKind>)> {
    let mut first = Vec::new();
    BufReader::new(file.take(64 * 1024)).read_until(b'\n', &mut first)?;
    file.rewind()?;
    let first = String::from_utf8_lossy(without_bom(&first));
    let has = |names: &[&str]| names.iter().all(|name| first.contains(name));
    let is_json = first.trim_start().starts_with('{');
    let kind = if has(&["visitor", "event"]) && !has(&["session"]) {
        LogKind::Escale
    } else if is_json && has(&["\"url\"", "\"method\""]) {
        LogKind::Weblog
    } else if has(&["action", "reference", "destination"]) {
        LogKind::Trivago
    } else if has(&["ts_end", "theme"]) {
        LogKind::Flickr
    } else if has(&["cat2", "cat4"]) {
        LogKind::Tafeng
    } else if has(&["visitor,topics"]) {
        LogKind::Msnbc
    } else {
        return Ok((is_json, None));
    };
    Ok((is_json, Some(kind)))
}

/// Reader of one log.
struct LogReader {
    log: Log,
    /// Position of each visitor in the log, by name.
    index: HashMap<String, usize>,
}

impl LogReader {
    fn csv(&mut self, source: impl Read) -> Result<(), String> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(source);
        let header = reader
            .headers()
            .map_err(|error| format!("its header line cannot be read: {error}"))?
            .clone();
        let mut record = StringRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_record(&mut record) {
                Ok(false) => return Ok(()),
                Ok(true) if record.len() > header.len() => {
                    self.error(
                        line,
                        format!("{} columns, the header has {}", record.len(), header.len()),
                    );
                }
                Ok(true) => {
                    let line = record.position().map_or(line, csv::Position::line);
                    self.record(
                        line,
                        &Record::Csv {
                            header: &header,
                            record: &record,
                        },
                    );
                }
                Err(error) if matches!(error.kind(), csv::ErrorKind::Io(_)) => {
                    return Err(error.to_string());
                }
                Err(_) => self.error(line, "not UTF-8".into()),
            }
        }
    }

    fn json(&mut self, mut source: impl BufRead) -> Result<(), String> {
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            if source
                .read_until(b'\n', &mut bytes)
                .map_err(|error| error.to_string())?
                == 0
            {
                break;
            }
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice(&bytes) {
                Ok(object) => self.record(line, &Record::Json(&object)),
                Err(error) => self.error(line, format!("not a JSON object: {error}")),
            }
        }
        Ok(())
    }

    fn record(&mut self, line: u64, record: &Record<'_>) {
        match preset(self.log.kind)(record) {
            Ok(events) if events.is_empty() => self.log.skipped += 1,
            Ok(events) => events.into_iter().for_each(|event| self.add(line, event)),
            Err(reason) => self.error(line, reason),
        }
    }

    fn add(&mut self, line: u64, event: VisitorEvent) {
        if event.at_ms < EARLIEST_MS {
            return self.error(
                line,
                "its time lies before 1995, so the clock was not set".into(),
            );
        }
        let visitors = &mut self.log.visitors;
        let at = *self.index.entry(event.visitor).or_insert_with_key(|name| {
            visitors.push(Visitor {
                name: name.clone(),
                events: Vec::new(),
            });
            visitors.len() - 1
        });
        visitors[at].events.push(RecordedEvent {
            line,
            at_ms: event.at_ms,
            action: event.action,
        });
        self.log.events += 1;
    }

    fn error(&mut self, line: u64, reason: String) {
        self.log.errors.push(LineError { line, reason });
    }
}

impl Log {
    fn of(kind: LogKind) -> Self {
        Self {
            kind,
            visitors: Vec::new(),
            events: 0,
            skipped: 0,
            errors: Vec::new(),
            moved_weeks: 0,
        }
    }

    fn in_order(mut self) -> Self {
        let first_ms = self
            .visitors
            .iter()
            .flat_map(|v| &v.events)
            .map(|e| e.at_ms)
            .fold(f64::INFINITY, f64::min);
        let weeks = if first_ms < EPOCH_MS {
            ((EPOCH_MS - first_ms) / WEEK_MS).ceil()
        } else {
            0.0
        };
        for visitor in &mut self.visitors {
            visitor
                .events
                .iter_mut()
                .for_each(|event| event.at_ms += weeks * WEEK_MS);
            visitor.events.sort_by(|a, b| a.at_ms.total_cmp(&b.at_ms));
        }
        self.moved_weeks = weeks as u64;
        self
    }
}
