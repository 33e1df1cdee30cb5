//! In: a log's path and format. Out: its visitors with their events in order of time, and what could not be read.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use csv::StringRecord;
use indicatif::{ProgressBar, ProgressStyle};

use super::presets::{Said, preset};
use super::row::Row;
use super::time::DAY_MS;
use super::{Fault, Recorded, Visitor};
use crate::cli::LogKind;

/// The engine's time begins at 2020-01-01.
const LANDMARK_MS: f64 = 1_577_836_800_000.0;
/// 1995-01-01: an earlier time is a camera's or a clock's that was never set.
const EARLIEST_MS: f64 = 788_918_400_000.0;
const WEEK_MS: f64 = 7.0 * DAY_MS;

pub struct Log {
    pub kind: LogKind,
    pub visitors: Vec<Visitor>,
    pub events: u64,
    /// Lines that say nothing an engine is told, such as requests for pictures.
    pub passed_over: u64,
    pub faults: Vec<Fault>,
    /// Whole weeks that all times were moved forward by.
    pub moved_weeks: u64,
}

/// Reads a whole log, with a bar by bytes.
pub fn read(path: &Path, kind: LogKind) -> Result<Log, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let bytes = file.metadata().map_or(0, |about| about.len());
    let (is_json, found) = look(&mut file).map_err(|error| error.to_string())?;
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

/// Reads a whole log of a known format, NDJSON or CSV.
pub fn read_from(source: impl BufRead, is_json: bool, kind: LogKind) -> Result<Log, String> {
    let mut reading = Reading {
        log: Log::of(kind),
        index: HashMap::new(),
    };
    if is_json {
        reading.json(source)
    } else {
        reading.csv(source)
    }?;
    Ok(reading.log.in_order())
}

const UNKNOWN: &str =
    "its first line is of no known format; name one with --format, or see `escale replay --help`";

/// A bar on a terminal, nothing elsewhere.
pub fn bar(length: u64, template: &str) -> ProgressBar {
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

/// Looks at the first line, and goes back to the start.
fn look(file: &mut File) -> std::io::Result<(bool, Option<LogKind>)> {
    let mut first = Vec::new();
    BufReader::new(file.take(64 * 1024)).read_until(b'\n', &mut first)?;
    file.rewind()?;
    let first = String::from_utf8_lossy(&first);
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

struct Reading {
    log: Log,
    /// From a visitor's name to its place in the log's list.
    index: HashMap<String, usize>,
}

impl Reading {
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
                    self.fault(
                        line,
                        format!("{} columns, the header has {}", record.len(), header.len()),
                    );
                }
                Ok(true) => {
                    let line = record.position().map_or(line, csv::Position::line);
                    self.row(
                        line,
                        &Row::Csv {
                            header: &header,
                            record: &record,
                        },
                    );
                }
                Err(error) if matches!(error.kind(), csv::ErrorKind::Io(_)) => {
                    return Err(error.to_string());
                }
                Err(_) => self.fault(line, "not UTF-8".into()),
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
                Ok(object) => self.row(line, &Row::Json(&object)),
                Err(error) => self.fault(line, format!("no JSON object: {error}")),
            }
        }
        Ok(())
    }

    fn row(&mut self, line: u64, row: &Row<'_>) {
        match preset(self.log.kind)(row) {
            Ok(said) if said.is_empty() => self.log.passed_over += 1,
            Ok(said) => said.into_iter().for_each(|said| self.keep(line, said)),
            Err(why) => self.fault(line, why),
        }
    }

    fn keep(&mut self, line: u64, said: Said) {
        if said.at_ms < EARLIEST_MS {
            return self.fault(
                line,
                "its time lies before 1995, when there was no one to record it".into(),
            );
        }
        let visitors = &mut self.log.visitors;
        let at = *self.index.entry(said.visitor).or_insert_with_key(|name| {
            visitors.push(Visitor {
                name: name.clone(),
                events: Vec::new(),
            });
            visitors.len() - 1
        });
        visitors[at].events.push(Recorded {
            line,
            at_ms: said.at_ms,
            action: said.action,
        });
        self.log.events += 1;
    }

    fn fault(&mut self, line: u64, why: String) {
        self.log.faults.push(Fault { line, why });
    }
}

impl Log {
    fn of(kind: LogKind) -> Self {
        Self {
            kind,
            visitors: Vec::new(),
            events: 0,
            passed_over: 0,
            faults: Vec::new(),
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
        let weeks = if first_ms < LANDMARK_MS {
            ((LANDMARK_MS - first_ms) / WEEK_MS).ceil()
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
