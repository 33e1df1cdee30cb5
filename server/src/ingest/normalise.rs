//! Values of imported records in one form. In: the fields of a record as JSON or a row gave them. Out: the same fields
//! as the engine reads them, and every value that has no form. Never: an ambiguous value in either reading.

use serde_json::{Map, Number, Value};

use super::Subject;
use crate::base::record::text_of;
use crate::base::values::date::{self, DateOrder, Moment};
use crate::base::values::flag::{flag, is_formula_error, is_placeholder};
use crate::base::values::fold::fold;
use crate::base::values::number::{self, DecimalSeparator, NumberEvidence};
use crate::base::values::{Convention, Origin};

/// Years that the engine stores for a journey.
const TRAVEL_YEARS: std::ops::RangeInclusive<u32> = 2020..=2099;
/// Numbers above have more digits than a spreadsheet keeps.
const MAX_EXACT: f64 = 999_999_999_999_999.0;
/// Fields whose dates show the order of day and month.
const DATE_FIELDS: [&str; 3] = ["at", "start_date", "end_date"];

/// Readings of the numbers and dates of one import.
#[derive(Clone, Debug, Default)]
pub struct Conventions {
    pub origin: Origin,
    pub numbers: NumberEvidence,
    given_order: Option<DateOrder>,
    /// Evidence of each of [`DATE_FIELDS`].
    orders: [Convention<DateOrder>; 3],
}

impl Conventions {
    /// Conventions of a file, before its values are observed.
    pub fn of_file(decimal: Option<DecimalSeparator>, dates: Option<DateOrder>) -> Self {
        Self {
            origin: Origin::File,
            numbers: NumberEvidence::given(decimal),
            given_order: dates,
            ..Self::default()
        }
    }

    /// Takes in one text of a field.
    pub fn observe(&mut self, subject: Subject, field: &str, text: &str) {
        if field == "value" && subject == Subject::Bookings {
            self.numbers.observe(text);
        }
        if let Some(at) = DATE_FIELDS.iter().position(|name| *name == field)
            && let Some(order) = date::order_of(text)
        {
            self.orders[at].observe(order);
        }
    }

    /// Returns the order of a field's dates: the flag's, else its own, else that of the file's other columns.
    pub fn order(&self, field: &str) -> Convention<DateOrder> {
        if let Some(order) = self.given_order {
            return Convention::Given(order);
        }
        let own = DATE_FIELDS.iter().position(|name| *name == field);
        own.map_or(Convention::Unknown, |at| self.orders[at])
            .or(self.order_of_file())
    }

    fn order_of_file(&self) -> Convention<DateOrder> {
        let mut of_file = Convention::Unknown;
        for order in self.orders {
            match order {
                Convention::Contradictory => return Convention::Contradictory,
                order => order
                    .known()
                    .into_iter()
                    .for_each(|one| of_file.observe(one)),
            }
        }
        of_file
    }

    /// Messages about readings that the file known or contradicts.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match self.numbers.convention() {
            Convention::Observed(DecimalSeparator::Comma) => {
                notes.push("`value` is read with a decimal comma".to_owned());
            }
            Convention::Contradictory => notes.push(
                "`value` has decimal commas and decimal points: ambiguous amounts are rejected unless --decimal resolves them"
                    .to_owned(),
            ),
            _ => {}
        }
        let of_file = self.order_of_file();
        match (self.given_order, of_file) {
            (None, Convention::Observed(DateOrder::DayFirst)) => {
                notes.push("dates are read day-first".to_owned());
            }
            (None, Convention::Observed(DateOrder::MonthFirst)) => {
                notes.push("dates are read month-first".to_owned());
            }
            (None, Convention::Contradictory) => notes.push(
                "some dates are day-first and some month-first: ambiguous dates are rejected unless --dates resolves them"
                    .to_owned(),
            ),
            _ => {}
        }
        notes
    }
}

/// Record in one form, and the messages about values without one.
pub struct Normalised {
    pub object: Map<String, Value>,
    /// Fields with a message.
    pub wrong: Vec<String>,
    pub problems: Vec<String>,
}

/// Brings every field of a record into the form that the engine reads.
pub fn normalise(
    subject: Subject,
    object: Map<String, Value>,
    conventions: &Conventions,
) -> Normalised {
    let mut normalised = Normalised {
        object: Map::new(),
        wrong: Vec::new(),
        problems: Vec::new(),
    };
    let fact = object.get("fact").and_then(Value::as_str).map(fold);
    for (field, value) in object {
        let kind = Kind::of(subject, &field, fact.as_deref());
        let form = Form {
            field: &field,
            conventions,
        };
        match form.read(kind, value) {
            Ok(None) => {}
            Ok(Some(value)) => drop(normalised.object.insert(field, value)),
            Err(problem) => {
                normalised.problems.push(format!("`{field}`: {problem}"));
                normalised.wrong.push(field);
            }
        }
    }
    normalised.check_required(subject);
    normalised.check_period();
    normalised
}

impl Normalised {
    fn check_required(&mut self, subject: Subject) {
        for field in subject.required() {
            let is_absent =
                !self.object.contains_key(*field) && !self.wrong.iter().any(|name| name == field);
            if is_absent {
                self.problems.push(format!("missing field `{field}`"));
                self.wrong.push((*field).to_owned());
            }
        }
    }

    fn check_period(&mut self) {
        let day = |field: &str| self.object.get(field).and_then(Value::as_str);
        if let (Some(start), Some(end)) = (day("start_date"), day("end_date"))
            && end < start
        {
            self.problems
                .push(format!("`end_date` {end} is before `start_date` {start}"));
        }
    }
}

/// Kind of a field's values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Id,
    Time,
    Day,
    Birthday,
    Amount,
    Number,
    Count,
    Flag,
    Channel,
    Reaction,
    Text,
}

impl Kind {
    fn of(subject: Subject, field: &str, fact: Option<&str>) -> Self {
        match field {
            "customer" | "id" => Self::Id,
            "at" => Self::Time,
            "start_date" | "end_date" => Self::Day,
            "adults" | "children" => Self::Count,
            "cancelled" | "machine" | "granted" => Self::Flag,
            "channel" => Self::Channel,
            "reaction" => Self::Reaction,
            "value" if subject == Subject::Bookings => Self::Amount,
            "value" if fact == Some("birthday") => Self::Birthday,
            "value" if !matches!(fact, Some("frequency" | "zone")) => Self::Number,
            _ => Self::Text,
        }
    }
}

/// Reader of one field.
struct Form<'a> {
    field: &'a str,
    conventions: &'a Conventions,
}

impl Form<'_> {
    /// Returns the value in its form; `None` for a value that stands for none.
    fn read(&self, kind: Kind, value: Value) -> Result<Option<Value>, String> {
        match value {
            Value::Null => return Ok(None),
            Value::Bool(_) if kind == Kind::Flag => return Ok(Some(value)),
            Value::Number(number) => return self.number(kind, number).map(Some),
            Value::Array(_) | Value::Object(_) | Value::Bool(_) if kind == Kind::Text => {
                return Ok(Some(value));
            }
            _ => {}
        }
        let text = text_of(&value).ok_or("expected a text")?.into_owned();
        if text.is_empty() || is_placeholder(&text) {
            return Ok(None);
        }
        if is_formula_error(&text) {
            return Err(format!("{text} is an error of a spreadsheet's formula"));
        }
        self.text(kind, text).map(Some)
    }

    fn number(&self, kind: Kind, number: Number) -> Result<Value, String> {
        let as_f64 = number.as_f64().unwrap_or(f64::MAX);
        match kind {
            Kind::Amount => number::checked_amount(as_f64).map(as_text),
            Kind::Count => number::checked_count(as_f64).map(as_text),
            Kind::Id if number.is_f64() => exact_id(as_f64).map(Value::String),
            Kind::Number | Kind::Text => Ok(Value::Number(number)),
            _ => self.text(kind, number.to_string()),
        }
    }

    fn text(&self, kind: Kind, text: String) -> Result<Value, String> {
        let (numbers, origin) = (&self.conventions.numbers, self.conventions.origin);
        let order = self.conventions.order(self.field);
        match kind {
            Kind::Id if origin == Origin::File && is_shortened(&text) => Err(format!(
                "`{text}` is a number that a spreadsheet shortened: format the column as text"
            )),
            Kind::Time => {
                let ms = date::time(&text, order, origin)?.unix_ms();
                ms.map(as_text)
                    .ok_or_else(|| format!("`{text}` is before 1970"))
            }
            Kind::Day => travel_day(date::day(&text, order, origin)?).map(Value::String),
            Kind::Birthday => Ok(Value::String(birthday(&text, order, origin))),
            Kind::Amount => number::amount(&text, numbers, origin).map(as_text),
            Kind::Number => match number::number_of(&text, numbers, origin) {
                Some(number) => number.map(as_text),
                None => Ok(Value::String(text)),
            },
            Kind::Count => number::count(&text).map(as_text),
            Kind::Flag => flag(&text)
                .map(Value::Bool)
                .ok_or_else(|| format!("`{text}` is neither yes nor no")),
            Kind::Channel => Ok(Value::String(known(&CHANNELS, text))),
            Kind::Reaction => Ok(Value::String(known(&REACTIONS, text))),
            Kind::Id | Kind::Text => Ok(Value::String(text)),
        }
    }
}

fn as_text(number: f64) -> Value {
    Value::String(number.to_string())
}

/// Returns a whole number as an id.
fn exact_id(number: f64) -> Result<String, String> {
    if number.fract() == 0.0 && number.abs() <= MAX_EXACT {
        Ok(format!("{number:.0}"))
    } else if number.fract() == 0.0 {
        Err(format!(
            "{number} has more digits than a number keeps: write the column as text"
        ))
    } else {
        Ok(number.to_string())
    }
}

/// True for `1.23457E+15`.
fn is_shortened(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let fraction = mantissa.split_once(['.', ',']);
    exponent.strip_prefix('+').is_some_and(is_digits)
        && fraction.is_some_and(|(whole, fraction)| {
            whole.len() == 1 && is_digits(whole) && is_digits(fraction)
        })
}

fn travel_day(day: Moment) -> Result<String, String> {
    if TRAVEL_YEARS.contains(&day.year) {
        Ok(day.day_text())
    } else {
        Err(format!(
            "{} is not between {} and {}",
            day.day_text(),
            TRAVEL_YEARS.start(),
            TRAVEL_YEARS.end()
        ))
    }
}

/// Returns `YYYY-MM-DD`, or the text itself, such as `05-12`, which the engine reads or refuses.
fn birthday(text: &str, order: Convention<DateOrder>, origin: Origin) -> String {
    date::day(text, order, origin).map_or_else(|_| text.to_owned(), Moment::day_text)
}

/// Names of channels in other tools, folded.
const CHANNELS: [(&str, &[&str]); 6] = [
    ("email", &["email", "e mail", "courriel"]),
    ("sms", &["sms", "text message"]),
    ("mail", &["mail", "post", "courrier"]),
    ("call", &["call", "phone", "telephone", "appel"]),
    (
        "shop",
        &["shop", "store", "agency", "agence", "boutique", "magasin"],
    ),
    ("web", &["web", "website", "site web", "online", "internet"]),
];

/// Names of reactions in other tools, folded.
const REACTIONS: [(&str, &[&str]); 4] = [
    (
        "sent",
        &["sent", "send", "delivered", "delivery", "envoye", "delivre"],
    ),
    ("opened", &["opened", "open", "ouvert", "ouverture"]),
    ("clicked", &["clicked", "click", "clic", "clique"]),
    (
        "unsubscribed",
        &[
            "unsubscribed",
            "unsubscribe",
            "desabonne",
            "desinscrit",
            "desinscription",
        ],
    ),
];

/// Returns the name that a text denotes, or the text itself.
fn known(names: &[(&str, &[&str])], text: String) -> String {
    let folded = fold(&text);
    names
        .iter()
        .find(|(_, all)| all.contains(&folded.as_str()))
        .map_or(text, |(name, _)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(subject: Subject, value: Value, conventions: &Conventions) -> Normalised {
        let Value::Object(object) = value else {
            return normalise(subject, Map::new(), conventions);
        };
        normalise(subject, object, conventions)
    }

    #[test]
    fn record_of_texts_becomes_what_the_engine_reads() {
        let file = Conventions::of_file(None, None);
        let booking = json!({
            "customer": 1042.0, "id": "F1", "at": "2026-08-01T12:00:00+0200", "cancelled": "Non", "value": "2 480,00 €",
            "start_date": "20/12/2026", "end_date": "", "adults": "2,0", "destination": " Crète ", "channel": "Agence", "offer": "N/A",
        });
        let all = of(Subject::Bookings, booking, &file);
        assert_eq!(all.problems, Vec::<String>::new());
        assert_eq!(
            Value::Object(all.object),
            json!({
                "customer": "1042", "id": "F1", "at": "1785578400000", "cancelled": false, "value": "2480",
                "start_date": "2026-12-20", "adults": "2", "destination": "Crète", "channel": "shop",
            })
        );
    }

    #[test]
    fn record_with_many_problems_names_each() {
        let file = Conventions::of_file(None, None);
        let booking = json!({
            "customer": "1.23457E+15", "id": "-", "at": "2026-02-31", "value": "1,299", "start_date": "02/04/2026",
            "adults": "two", "cancelled": "perhaps", "offer": "#REF!",
        });
        let problems = of(Subject::Bookings, booking, &file).problems;
        for field in [
            "customer",
            "id",
            "at",
            "value",
            "start_date",
            "adults",
            "cancelled",
            "offer",
        ] {
            assert!(
                problems
                    .iter()
                    .any(|problem| problem.contains(&format!("`{field}`"))),
                "{field}: {problems:?}"
            );
        }
        let period = json!({ "customer": "c", "id": "x", "at": "2026-08-01", "start_date": "2027-06-12", "end_date": "2027-06-05" });
        assert_eq!(of(Subject::Bookings, period, &file).problems.len(), 1);
    }

    #[test]
    fn number_of_a_fact_is_read_and_its_topics_are_left() {
        let json = Conventions::default();
        let value = |fact: &str, value: &str| {
            let fact = json!({ "customer": "c", "id": "x", "at": "2026-08-01", "fact": fact, "value": value });
            let all = of(Subject::Facts, fact, &json);
            all.object
                .get("value")
                .and_then(Value::as_str)
                .map(ToOwned::to_owned)
        };
        assert_eq!(value("budget", "1 299,50").as_deref(), Some("1299.5"));
        assert_eq!(value("budget", "1,299"), None);
        assert_eq!(value("trip", "city").as_deref(), Some("city"));
        assert_eq!(
            value("birthday", "21/12/1970").as_deref(),
            Some("1970-12-21")
        );
        assert_eq!(value("birthday", "12-21").as_deref(), Some("12-21"));
    }

    #[test]
    fn order_of_dates_is_that_of_the_column_or_else_of_the_file() {
        let mut file = Conventions::of_file(None, None);
        file.observe(Subject::Bookings, "start_date", "20/12/2026");
        assert_eq!(file.order("at"), Convention::Observed(DateOrder::DayFirst));
        file.observe(Subject::Bookings, "at", "12/20/2026");
        assert_eq!(
            file.order("at"),
            Convention::Observed(DateOrder::MonthFirst)
        );
        assert_eq!(file.order("end_date"), Convention::Contradictory);
        assert_eq!(file.notes().len(), 1);
    }
}
