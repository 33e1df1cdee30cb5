//! Files of spreadsheets and CRMs, read to the events that they mean.

use escale::internals::base::civil::Day;
use escale::internals::config::{Config, compile};
use escale::internals::event::{Event, Payload};

use super::*;
use crate::base::ids::Site;
use crate::base::values::date::DateOrder;
use crate::base::values::number::DecimalSeparator;
use crate::ingest::normalise::Conventions;
use crate::ingest::{Reader, Subject};

/// 2026-11-21T12:00:00Z in milliseconds since 1970.
const NOW_MS: f64 = 1_795_262_400_000.0;

const CONFIG: &str = r#"{ "version": 1, "facets": { "destination": { "topics": ["crete", "other"] } }, "families": { "city": {} },
    "placements": { "hero": {} }, "offers": [] }"#;

/// Flags of the command.
#[derive(Clone, Default)]
struct Flags {
    map: &'static str,
    table: TableOptions,
    decimal: Option<DecimalSeparator>,
    dates: Option<DateOrder>,
    profile: Option<Profile>,
}

fn config() -> Result<Config, String> {
    config_of(CONFIG)
}

fn config_of(json: &str) -> Result<Config, String> {
    let compiled = compile(json).map_err(|errors| format!("{errors:?}"))?;
    Config::from_bytes(compiled.bytes).map_err(|error| format!("{error:?}"))
}

/// Returns a line for each booking: customer, day of the departure, adults and cents; or line and reason.
fn bookings(bytes: &[u8], flags: &Flags) -> Result<Vec<String>, String> {
    let (config, site) = (config()?, Site::new("demo"));
    let table = Table::open(Input::Bytes(bytes.to_vec()), &flags.table)?;
    let map = if flags.map.is_empty() {
        Vec::new()
    } else {
        parse_map(flags.map)?
    };
    let mapping = Mapping {
        map: &map,
        profile: flags.profile,
        ..Mapping::default()
    };
    let columns = Columns::find(&table.header, Subject::Bookings, mapping)?;
    let conventions = columns.observe(&table, Conventions::of_file(flags.decimal, flags.dates))?;
    let reader = Reader {
        site: &site,
        config: &config,
        now_ms: NOW_MS,
        conventions: &conventions,
    };
    let read = |Line { row, item }: Line| match item
        .and_then(|object| reader.read(Subject::Bookings, object))
    {
        Ok((customer, imported)) => {
            let event = Event::decode_next(&mut imported.event.as_slice()).flatten();
            match event.map(|event| event.payload) {
                Some(Payload::Booking(booking)) => {
                    let travel = booking.details.travel;
                    let start = Day::new(travel.start_day).date();
                    format!(
                        "{} {start} {} {}",
                        customer.id, travel.adults, booking.details.value_cents
                    )
                }
                other => format!("{other:?}"),
            }
        }
        Err(reason) => format!("{}: {reason}", row.line),
    };
    let mut batches = Batches::of(&table, &columns)?;
    Ok(batches.next_batch().into_iter().map(read).collect())
}

fn taken(bytes: &[u8]) -> Result<Vec<String>, String> {
    bookings(bytes, &Flags::default())
}

const FRENCH: &str = "N° client;Dossier;Réservé le;Départ;Adultes;Montant TTC\r\n\
    C-1;F1;01/08/2026 10:05;20/12/2026;2;1250,50\r\n\
    C-2;F2;02/08/2026 09:00;05/06/2027;4;2 480,00\r\n\
    C-3;F3;03/08/2026 17:45;14/02/2027;2;3\u{202f}190,00 €\r\n";
const FRENCH_MAP: &str = "customer=n° client,id=DOSSIER,at=reserve le,start_date=Départ,adults=Adultes,value=Montant ttc";

#[test]
fn french_export_in_any_encoding_gives_its_bookings() -> Result<(), String> {
    let expected = [
        "C-1 2026-12-20 2 125050",
        "C-2 2027-06-05 4 248000",
        "C-3 2027-02-14 2 319000",
    ];
    let windows = encoding_rs::WINDOWS_1252
        .encode(&FRENCH.replace('\u{202f}', "\u{a0}"))
        .0
        .into_owned();
    let little: Vec<u8> = format!("\u{feff}{FRENCH}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let big: Vec<u8> = FRENCH.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        FRENCH.as_bytes().to_vec(),
        format!("\u{feff}{FRENCH}").into_bytes(),
        format!("\u{feff}sep=;\r\n{FRENCH}").into_bytes(),
        FRENCH.replace(';', "\t").into_bytes(),
        FRENCH.replace("\r\n", "\r").into_bytes(),
        FRENCH.replace("\r\n", "\n").into_bytes(),
        windows,
        little,
        big,
    ] {
        let flags = Flags {
            map: FRENCH_MAP,
            ..Flags::default()
        };
        assert_eq!(bookings(&bytes, &flags)?, expected);
    }
    Ok(())
}

#[test]
fn place_is_found_in_capitals_and_without_accents() -> Result<(), String> {
    let (config, site) = (
        config_of(
            r#"{ "version": 1, "facets": { "destination": { "topics": [
            { "name": "mauritius", "aliases": ["île maurice"] }, { "name": "hué" }, "other"] } }, "families": {},
            "placements": { "hero": {} }, "offers": [] }"#,
        )?,
        Site::new("demo"),
    );
    let conventions = Conventions::default();
    let reader = Reader {
        site: &site,
        config: &config,
        now_ms: NOW_MS,
        conventions: &conventions,
    };
    let topic = |place: &str| {
        let booking = serde_json::json!({ "customer": "c", "id": "x", "at": "2026-08-01", "destination": place });
        let Value::Object(object) = booking else {
            return None;
        };
        let (_, imported) = reader.read(Subject::Bookings, object).ok()?;
        let event = Event::decode_next(&mut imported.event.as_slice()).flatten()?;
        event.topics.first().map(|topic| topic.topic)
    };
    let hash = |name: &str| Some(escale::internals::base::hash::TopicHash::of(name).get());
    for place in [
        "île maurice",
        "ÎLE MAURICE",
        "Ile Maurice",
        "I\u{302}le\u{a0}Maurice",
        "île-maurice",
        "Mauritius",
    ] {
        assert_eq!(topic(place), hash("destination.mauritius"), "{place}");
    }
    assert_eq!(topic("HUÉ"), hash("destination.hué"));
    assert_eq!(topic("Porto"), hash("destination.other"));
    Ok(())
}

#[test]
fn row_of_the_wrong_length_is_rejected_with_both_counts() -> Result<(), String> {
    let file = b"customer,id,at,value,adults\r\nC-1,F1,2026-08-01,1250,50,2\r\nC-2,F2,2026-08-01\r\nC-3,F3,2026-08-01,980,2,,\r\n";
    let lines = taken(file)?;
    assert!(
        lines[0].starts_with("2: 6 cells, but the header has 5 columns"),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("3: 3 cells, but the header has 5 columns"),
        "{lines:?}"
    );
    assert_eq!(lines[2], "C-3 2020-01-01 2 98000");
    Ok(())
}

#[test]
fn rows_without_a_record_are_passed_over() -> Result<(), String> {
    let file = b"\n;;;\ncustomer;id;at;value\nC-1;F1;2026-08-01;900\n\n;;;\n ; ;;\ncustomer;id;at;value\nC-2;F2;2026-08-02;900\n;;Total;1800\nGrand Total (2 records);;;1800\n";
    assert_eq!(
        taken(file)?,
        ["C-1 2020-01-01 0 90000", "C-2 2020-01-01 0 90000"]
    );
    // A customer whose id begins like a term for a sum is one.
    let file = b"customer;id;at;value\nTotal-7;F1;2026-08-01;900\nsum;F2;2026-08-01;1\n";
    assert_eq!(taken(file)?.len(), 2);
    Ok(())
}

#[test]
fn row_with_many_problems_names_each_in_one_pass() -> Result<(), String> {
    let file = b"customer,id,at,start_date,adults,value,cancelled,offer\n,F1,2026-02-31,soon,two,lots,perhaps,unknown\n";
    let line = taken(file)?.remove(0);
    for field in [
        "customer",
        "at",
        "start_date",
        "adults",
        "value",
        "cancelled",
        "offer",
    ] {
        assert!(line.contains(&format!("`{field}`")), "{field}: {line}");
    }
    Ok(())
}

#[test]
fn flags_resolve_what_is_ambiguous() -> Result<(), String> {
    let file = b"customer,id,at,start_date,value\nC-1,F1,2026-08-01,02/04/2027,\"1,299\"\n";
    let line = taken(file)?.remove(0);
    assert!(
        line.contains("--dates") && line.contains("--decimal"),
        "{line}"
    );
    let flags = Flags {
        decimal: Some(DecimalSeparator::Point),
        dates: Some(DateOrder::DayFirst),
        ..Flags::default()
    };
    assert_eq!(bookings(file, &flags)?, ["C-1 2027-04-02 0 129900"]);
    let flags = Flags {
        dates: Some(DateOrder::MonthFirst),
        ..flags
    };
    assert_eq!(bookings(file, &flags)?, ["C-1 2027-02-04 0 129900"]);
    Ok(())
}

#[test]
fn line_in_another_encoding_is_rejected_with_its_cells() -> Result<(), String> {
    let mut file = "customer,id,at,destination\nC-1,F1,2026-08-01,Crète\n"
        .as_bytes()
        .to_vec();
    file.extend(b"C-2,F2,2026-08-02,Cr\xe8te\n");
    let lines = taken(&file)?;
    assert!(lines[1].starts_with("3: it is not UTF-8"), "{lines:?}");
    let table = Table::open(Input::Bytes(file), &TableOptions::default())?;
    let cells: Vec<Vec<String>> = table.rows()?.map(|row| row.texts().collect()).collect();
    assert_eq!(cells[1][3], "Crète");
    Ok(())
}

#[test]
fn file_that_is_no_table_is_reported_for_what_it_is() {
    for (bytes, term) in [
        (&b"<html><table>"[..], "HTML"),
        (b"[{\"customer\":\"c\"}]", "JSON"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"", "empty"),
        (b"PK\x03\x04 no workbook", "no workbook"),
        (b"client\nc-1\n", "--map"),
    ] {
        let message = taken(bytes).err().unwrap_or_default();
        assert!(message.contains(term), "{term}: {message}");
    }
}

#[test]
fn profile_of_a_tool_knows_its_columns() -> Result<(), String> {
    let hubspot = b"Record ID,Deal Name,Close Date,Amount,Associated Contact IDs\n81,Trip,2026-08-01 10:05,\"1,250.50\",1042\n";
    let salesforce = b"\"Opportunity ID\",\"Account ID\",\"Close Date\",\"Amount\"\n\"006A\",\"001B\",\"8/15/2026\",\"EUR 1,250.50\"\n\nGrand Totals (1 record),,,\n";
    for (file, profile, expected) in [
        (&hubspot[..], Profile::Hubspot, "1042 2020-01-01 0 125050"),
        (salesforce, Profile::Salesforce, "001B 2020-01-01 0 125050"),
    ] {
        let flags = Flags {
            profile: Some(profile),
            ..Flags::default()
        };
        assert_eq!(bookings(file, &flags)?, [expected]);
    }
    Ok(())
}

#[test]
fn workbook_gives_its_dates_and_numbers_whatever_its_name() -> Result<(), rust_xlsxwriter::XlsxError>
{
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    let mut workbook = Workbook::new();
    let (day, time) = (
        Format::new().set_num_format("dd/mm/yyyy"),
        Format::new().set_num_format("yyyy-mm-dd hh:mm"),
    );
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(["Customer", "ID", "At", "Start date", "Adults", "Value"]) {
        sheet.write(1, column, name)?;
    }
    sheet.write(2, 0, 1042.0)?;
    sheet.write(2, 1, "F1")?;
    sheet.write_with_format(
        2,
        2,
        &ExcelDateTime::parse_from_str("2026-08-01 10:05")?,
        &time,
    )?;
    sheet.write_with_format(2, 3, &ExcelDateTime::from_ymd(2026, 4, 2)?, &day)?;
    sheet.write(2, 4, 2.0)?;
    sheet.write(2, 5, 1250.5)?;
    sheet.write(3, 0, "C-2")?;
    sheet.write(3, 1, "F2")?;
    sheet.write(3, 2, 46235.0)?;
    workbook.add_worksheet();
    let lines = taken(&workbook.save_to_buffer()?).unwrap_or_default();
    assert_eq!(lines[0], "1042 2026-04-02 2 125050");
    assert!(
        lines[1].starts_with("4: `at`: `46235` is a spreadsheet's serial number"),
        "{lines:?}"
    );
    Ok(())
}
