//! Columns of the fields. In: a header, flags and the profile of a tool. Out: a column or a value for each field.
//! Never: a choice between two columns of one name.

use serde_json::{Map, Value};

use super::profile::Profile;
use super::{Row, Table, is_blank};
use crate::base::values::fold::column_key;
use crate::ingest::Subject;
use crate::ingest::normalise::Conventions;

/// Source of a field's value.
#[derive(Clone, Debug, PartialEq)]
enum Source {
    Column(usize),
    Fixed(String),
}

/// Sources of all fields.
#[derive(Debug)]
pub struct Columns {
    subject: Subject,
    fields: Vec<(&'static str, Source)>,
}

/// Flags about the columns.
#[derive(Clone, Copy, Default)]
pub struct Mapping<'a> {
    /// Columns of fields: a name, or `#3` for the third.
    pub map: &'a [(String, String)],
    /// Values of fields in every row.
    pub set: &'a [(String, String)],
    pub profile: Option<Profile>,
}

impl Columns {
    /// Finds the columns.
    ///
    /// # Errors
    /// A message: a field or a column is unknown, two columns have one name, or a required field has none.
    pub fn find(header: &[String], subject: Subject, mapping: Mapping<'_>) -> Result<Self, String> {
        let named = mapping.map.iter().chain(mapping.set);
        if let Some((field, _)) = named.clone().find(|(field, _)| !subject.knows(field)) {
            return Err(format!(
                "there is no field `{field}`: it takes {}",
                subject.fields().join(", ")
            ));
        }
        let mut fields = Vec::new();
        for field in subject.fields() {
            let of_field = |(name, _): &&(String, String)| name == field;
            let source = if let Some((_, value)) = mapping.set.iter().find(of_field) {
                Some(Source::Fixed(value.clone()))
            } else if let Some((_, column)) = mapping.map.iter().find(of_field) {
                Some(Source::Column(named_column(header, column)?))
            } else {
                unnamed(header, subject, mapping.profile, field)?
            };
            fields.extend(source.map(|source| (*field, source)));
        }
        let columns = Self { subject, fields };
        columns.check_required(header)?;
        Ok(columns)
    }

    fn check_required(&self, header: &[String]) -> Result<(), String> {
        let missing: Vec<&str> = self
            .subject
            .required()
            .iter()
            .copied()
            .filter(|field| !self.fields.iter().any(|(name, _)| name == field))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let hint = if header.len() == 1 {
            " (one column: is --delimiter right?)"
        } else {
            ""
        };
        Err(format!(
            "no column for {}: say --map {}=COLUMN; the file has {}{hint}",
            missing.join(", "),
            missing[0],
            header.join(", ")
        ))
    }

    /// Record of a row.
    pub fn object(&self, row: &Row) -> Map<String, Value> {
        self.fields
            .iter()
            .map(|(field, source)| ((*field).to_owned(), value(source, row)))
            .collect()
    }

    /// Returns `true` for a row without a time, or without an id where all rows share the time.
    pub fn lacks_time(&self, row: &Row) -> bool {
        let of_column = |field: &str| {
            let (_, source) = self.fields.iter().find(|(name, _)| *name == field)?;
            matches!(source, Source::Column(_)).then(|| value(source, row))
        };
        match (of_column("at"), of_column("id")) {
            (Some(Value::String(text)), _) => !text.contains(|c: char| c.is_ascii_digit()),
            (Some(at), _) => at.is_null(),
            (None, Some(id)) => is_blank(&id),
            (None, None) => false,
        }
    }

    /// Returns the readings of numbers and dates that the whole table resolves.
    ///
    /// # Errors
    /// A message: the file cannot be opened any more.
    pub fn observe(
        &self,
        table: &Table,
        mut conventions: Conventions,
    ) -> Result<Conventions, String> {
        for row in table.rows()?.filter(|row| row.problem.is_none()) {
            for (field, source) in &self.fields {
                if let Value::String(text) = value(source, &row) {
                    conventions.observe(self.subject, field, &text);
                }
            }
        }
        Ok(conventions)
    }
}

fn value(source: &Source, row: &Row) -> Value {
    match source {
        Source::Column(at) => row.cells.get(*at).cloned().unwrap_or(Value::Null),
        Source::Fixed(value) => Value::String(value.clone()),
    }
}

/// Source of a field that no flag names: the profile's, else the column of the field's name.
fn unnamed(
    header: &[String],
    subject: Subject,
    profile: Option<Profile>,
    field: &str,
) -> Result<Option<Source>, String> {
    if let Some(profile) = profile {
        for column in profile.columns(subject, field) {
            if let Some(at) = only(header, column)? {
                return Ok(Some(Source::Column(at)));
            }
        }
        if let Some(value) = profile.value(subject, field) {
            return Ok(Some(Source::Fixed(value.to_owned())));
        }
    }
    Ok(only(header, field)?.map(Source::Column))
}

/// Position of the column that a person names.
fn named_column(header: &[String], column: &str) -> Result<usize, String> {
    if let Some(number) = column
        .strip_prefix('#')
        .and_then(|number| number.parse::<usize>().ok())
        && (1..=header.len()).contains(&number)
    {
        return Ok(number - 1);
    }
    only(header, column)?.ok_or_else(|| {
        format!(
            "there is no column `{column}`: the file has {}",
            header.join(", ")
        )
    })
}

/// Position of the column with a name: written alike, or else alike without case, accents and spaces.
///
/// # Errors
/// A message: several columns have the name.
fn only(header: &[String], column: &str) -> Result<Option<usize>, String> {
    let positions = |is_same: &dyn Fn(&str) -> bool| -> Vec<usize> {
        (0..header.len())
            .filter(|at| is_same(&header[*at]))
            .collect()
    };
    let mut found = positions(&|name| name == column);
    if found.is_empty() {
        let key = column_key(column);
        found = positions(&|name| !key.is_empty() && column_key(name) == key);
    }
    match found[..] {
        [] => Ok(None),
        [at] => Ok(Some(at)),
        [first, second, ..] => Err(format!(
            "two columns `{column}`, the {} and the {}: name one by its place, such as --map FIELD=#{}",
            ordinal(first),
            ordinal(second),
            first + 1
        )),
    }
}

fn ordinal(at: usize) -> String {
    match at + 1 {
        1 => "1st".into(),
        2 => "2nd".into(),
        3 => "3rd".into(),
        n => format!("{n}th"),
    }
}

/// Parses pairs of `--map`: commas divide them only where a field's name follows.
pub fn parse_map(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in text.split(',') {
        match (part.split_once('='), pairs.last_mut()) {
            (Some((field, column)), _) if is_field(field.trim()) => {
                pairs.push((field.trim().to_owned(), column.trim().to_owned()));
            }
            (_, Some((_, column))) => {
                column.push(',');
                column.push_str(part.trim_end());
            }
            (Some((field, _)), None) => {
                return Err(format!("there is no field `{}`", field.trim()));
            }
            (None, None) => return Err("the form is FIELD=COLUMN".into()),
        }
    }
    Ok(pairs)
}

fn is_field(name: &str) -> bool {
    [
        Subject::Reactions,
        Subject::Bookings,
        Subject::Facts,
        Subject::Consents,
    ]
    .iter()
    .any(|subject| subject.knows(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn find(names: &[&str], map: &[(&str, &str)]) -> Result<Columns, String> {
        let map: Vec<_> = map
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect();
        let mapping = Mapping {
            map: &map,
            ..Mapping::default()
        };
        Columns::find(&header(names), Subject::Bookings, mapping)
    }

    #[test]
    fn column_is_found_without_case_accents_and_spaces() {
        let columns = find(
            &["N° Client", "ID", " At ", "Réservé le"],
            &[("customer", "n°client"), ("start_date", "reserve_le")],
        );
        let fields = columns.map(|columns| columns.fields);
        assert_eq!(
            fields.map(|all| all.iter().map(|(name, _)| *name).collect::<Vec<_>>()),
            Ok(vec!["customer", "id", "at", "start_date"])
        );
    }

    #[test]
    fn two_columns_of_one_name_are_reported_and_resolved_by_place() {
        let names = ["customer", "id", "Date", "date"];
        let message = find(&names, &[("at", "DATE")]).err().unwrap_or_default();
        assert!(
            message.contains("two columns `DATE`, the 3rd and the 4th"),
            "{message}"
        );
        assert!(
            find(&names, &[("at", "Date")]).is_ok(),
            "one is written alike"
        );
        assert!(find(&names, &[("at", "#4")]).is_ok());
        let message = find(&["customer", "id"], &[]).err().unwrap_or_default();
        assert!(message.contains("no column for at"), "{message}");
    }

    #[test]
    fn map_divides_pairs_and_keeps_commas_of_names() {
        let pairs = |text: &str| {
            parse_map(text).map(|all| {
                all.iter()
                    .map(|(a, b)| format!("{a}>{b}"))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(
            pairs("customer=A,id=B"),
            Ok(vec!["customer>A".into(), "id>B".into()])
        );
        assert_eq!(
            pairs("at=Date, time,id=a=b"),
            Ok(vec!["at>Date, time".into(), "id>a=b".into()])
        );
        assert!(pairs("colour=B").is_err_and(|message| message.contains("`colour`")));
        assert!(pairs("customer").is_err());
    }
}
