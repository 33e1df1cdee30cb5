//! Amounts and counts. In: texts with any separators and currency signs. Out: numbers. Never: a decimal separator taken for
//! a thousands separator, or the reverse.

use super::{Convention, Origin};

/// Largest amount that the engine stores.
pub const MAX_AMOUNT: f64 = 42_949_672.95;
/// Largest count that the engine stores.
const MAX_COUNT: f64 = 255.0;
/// Longest text that is read as a number.
const MAX_CHARS: usize = 40;

/// Decimal separator of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DecimalSeparator {
    /// 1,250.50
    Point,
    /// 1.250,50
    Comma,
}

impl DecimalSeparator {
    fn of(separator: char) -> Option<Self> {
        match separator {
            '.' => Some(Self::Point),
            ',' => Some(Self::Comma),
            _ => None,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }
}

/// Form of a number's text.
#[derive(Clone, Debug, PartialEq)]
enum Form {
    /// One reading, whatever the convention.
    Plain(f64),
    /// One reading, which shows the decimal separator.
    Certain(f64, DecimalSeparator),
    /// One separator with three digits after it: a decimal or a thousands separator.
    Ambiguous {
        separator: DecimalSeparator,
        decimal: f64,
        thousands: f64,
    },
}

/// Amount without its currency.
struct Stripped {
    number: String,
    currency: Option<String>,
}

/// Evidence of the texts of one column.
#[derive(Clone, Debug, Default)]
pub struct NumberEvidence {
    pub decimal_separator: Convention<DecimalSeparator>,
    /// Separators of ambiguous forms.
    ambiguous: Convention<DecimalSeparator>,
    /// First currency that a text names.
    pub currency: Option<String>,
}

impl NumberEvidence {
    /// Evidence that a flag overrules.
    pub fn given(decimal_separator: Option<DecimalSeparator>) -> Self {
        Self {
            decimal_separator: decimal_separator.map_or(Convention::Unknown, Convention::Given),
            ..Self::default()
        }
    }

    /// Takes in one text of the column.
    pub fn observe(&mut self, text: &str) {
        let Some(stripped) = strip(text) else {
            return;
        };
        self.currency = self.currency.take().or(stripped.currency);
        match form(&stripped.number) {
            Some(Form::Certain(_, decimal_separator)) => {
                self.decimal_separator.observe(decimal_separator)
            }
            Some(Form::Ambiguous { separator, .. }) => self.ambiguous.observe(separator),
            Some(Form::Plain(_)) | None => {}
        }
    }

    /// Returns the convention of the column. `1,299` beside `1.299` contradicts any.
    pub fn convention(&self) -> Convention<DecimalSeparator> {
        match (self.decimal_separator, self.ambiguous) {
            (given @ Convention::Given(_), _) => given,
            (_, Convention::Contradictory) => Convention::Contradictory,
            (decimal_separator, _) => decimal_separator,
        }
    }
}

/// Reads an amount of money.
///
/// # Errors
/// A message without the field's name: the text is no amount, or has two readings.
pub fn amount(text: &str, evidence: &NumberEvidence, origin: Origin) -> Result<f64, String> {
    let stripped = strip(text).ok_or_else(|| no_number(text))?;
    if let (Some(one), Some(other)) = (&stripped.currency, &evidence.currency)
        && one != other
    {
        return Err(format!(
            "`{text}` is in {one}, other rows are in {other}: convert it to the site's currency"
        ));
    }
    let number = number(text, &stripped.number, evidence.convention(), origin)?;
    checked_amount(number)
}

/// Checks an amount that has one reading.
///
/// # Errors
/// A message without the field's name.
pub fn checked_amount(number: f64) -> Result<f64, String> {
    if number < 0.0 {
        return Err("an amount is not negative; a cancellation has `cancelled`".into());
    }
    if number > MAX_AMOUNT {
        return Err(format!("{number} is more than {MAX_AMOUNT}"));
    }
    Ok((number * 100.0).round() / 100.0)
}

/// Reads a number that may be negative. `None` for a text that is no number.
pub fn number_of(
    text: &str,
    evidence: &NumberEvidence,
    origin: Origin,
) -> Option<Result<f64, String>> {
    form(text.trim())?;
    Some(number(text, text.trim(), evidence.convention(), origin))
}

/// Reads a number of persons.
///
/// # Errors
/// A message without the field's name.
pub fn count(text: &str) -> Result<f64, String> {
    let number = match form(text.trim()) {
        Some(Form::Plain(number) | Form::Certain(number, _)) => number,
        _ => return Err(format!("`{text}` is not a whole number")),
    };
    checked_count(number)
}

/// Checks a number of persons.
///
/// # Errors
/// A message without the field's name.
pub fn checked_count(number: f64) -> Result<f64, String> {
    if number.fract() == 0.0 && (0.0..=MAX_COUNT).contains(&number) {
        Ok(number)
    } else {
        Err(format!(
            "{number} is not a whole number from 0 to {MAX_COUNT}"
        ))
    }
}

fn number(
    text: &str,
    bare: &str,
    convention: Convention<DecimalSeparator>,
    origin: Origin,
) -> Result<f64, String> {
    match form(bare).ok_or_else(|| no_number(text))? {
        Form::Plain(number) => Ok(number),
        Form::Certain(number, decimal_separator) => match convention {
            Convention::Given(other) if other != decimal_separator => Err(format!(
                "`{text}` has no decimal {}, which --decimal asks for",
                other.name()
            )),
            _ => Ok(number),
        },
        Form::Ambiguous {
            separator,
            decimal,
            thousands,
        } => match convention {
            Convention::Given(decimal_separator) | Convention::Observed(decimal_separator)
                if decimal_separator != separator =>
            {
                Ok(thousands)
            }
            // Three decimals are read only where they lose nothing, and only if someone asked for it.
            Convention::Given(_) if bare.ends_with('0') => Ok(decimal),
            Convention::Given(decimal_separator) => Err(format!(
                "`{text}` would have three decimals with a decimal {}, or is {thousands}",
                decimal_separator.name()
            )),
            _ => Err(ambiguous(text, decimal, thousands, origin)),
        },
    }
}

fn no_number(text: &str) -> String {
    let shown: String = text.chars().take(MAX_CHARS).collect();
    format!("`{shown}` is not a number")
}

fn ambiguous(text: &str, decimal: f64, thousands: f64, origin: Origin) -> String {
    let hint = match origin {
        Origin::Json => "send a JSON number",
        Origin::File => "say --decimal comma or --decimal point",
    };
    format!("`{text}` is {thousands} or {decimal}: {hint}")
}

/// Removes a currency before or after the number. `None` for an empty or an overlong text.
fn strip(text: &str) -> Option<Stripped> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_CHARS {
        return None;
    }
    let is_of_number = |c: char| c.is_ascii_digit();
    let (first, last) = (text.find(is_of_number)?, text.rfind(is_of_number)? + 1);
    // The sign, a leading decimal separator and parentheses belong to the number.
    let (before, after) = (&text[..first], &text[last..]);
    let sign_at = before.find(['-', '\u{2212}', '+', '(', '.', ',']);
    let (before, sign) = before.split_at(sign_at.unwrap_or(before.len()));
    let (sign, second) = match sign
        .char_indices()
        .find(|(_, c)| !"-\u{2212}+(., ".contains(*c))
    {
        Some((at, _)) => sign.split_at(at),
        None => (sign, ""),
    };
    // Swiss and German prices end in a dash instead of zeros.
    let dashes = [
        ".--",
        ",--",
        ".-",
        ",-",
        ".\u{2013}",
        ",\u{2013}",
        ".\u{2014}",
        ",\u{2014}",
    ];
    let after_dash = dashes.iter().find_map(|dash| after.strip_prefix(dash));
    let trailing = after_dash.unwrap_or(after);
    let (point, trailing) = match trailing.strip_prefix(['.', ',']) {
        Some(rest) if after_dash.is_none() => (&trailing[..1], rest),
        _ => ("", trailing),
    };
    let (closing, trailing) = trailing.split_at(
        trailing
            .find(|c: char| c != ')' && c != '-')
            .unwrap_or(trailing.len()),
    );
    let [before, second, trailing] = [before, second, trailing].map(str::trim);
    let mut currencies = [before, second, trailing]
        .into_iter()
        .filter(|text| !text.is_empty());
    let currency = match (currencies.next(), currencies.next()) {
        (None, _) => None,
        (Some(one), None) => Some(currency(one)?),
        (Some(one), Some(other)) => {
            Some(currency(one)?).filter(|one| currency(other).as_ref() == Some(one))
        }
    };
    let number = [sign.trim(), &text[first..last], point, closing].concat();
    Some(Stripped { number, currency })
}

/// Returns the ISO code of a currency's sign or code. `None` if it is no currency.
fn currency(text: &str) -> Option<String> {
    let folded: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '.')
        .collect();
    let code = folded.to_uppercase();
    let of_sign = match code.as_str() {
        "€" | "EURO" | "EUROS" => "EUR",
        "$" | "US$" | "$US" | "DOLLAR" | "DOLLARS" => "USD",
        "£" => "GBP",
        "¥" => "JPY",
        "FR" | "SFR" | "FRS" => "CHF",
        "KR" => "KR",
        "ZŁ" => "PLN",
        "KČ" => "CZK",
        "FT" => "HUF",
        "C$" | "CA$" | "$CA" | "$C" => "CAD",
        "A$" | "AU$" => "AUD",
        "R$" => "BRL",
        "₣" => "CHF",
        "₺" | "TL" => "TRY",
        "₹" => "INR",
        "DH" | "DHS" => "MAD",
        "FCFA" => "XOF",
        _ => "",
    };
    if !of_sign.is_empty() {
        return Some(of_sign.into());
    }
    CODES.contains(&code.as_str()).then_some(code)
}

/// ISO 4217 codes of currencies in use.
const CODES: [&str; 152] = [
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN",
    "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF",
    "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP",
    "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD",
    "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY",
    "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD",
    "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK",
    "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK",
    "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG",
    "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS",
    "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VES",
    "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR",
];

/// Reads the form of a number without currency. `None` if it is no number.
fn form(text: &str) -> Option<Form> {
    let (is_negative, text) = unsigned(text);
    if text.contains(['e', 'E']) {
        return exponential(text).map(|number| Form::Plain(signed(number, is_negative)));
    }
    let (groups, separators) = split(text)?;
    let form = unsigned_form(&groups, &separators)?;
    Some(match form {
        Form::Plain(number) => Form::Plain(signed(number, is_negative)),
        Form::Certain(number, decimal_separator) => {
            Form::Certain(signed(number, is_negative), decimal_separator)
        }
        Form::Ambiguous {
            separator,
            decimal,
            thousands,
        } => Form::Ambiguous {
            separator,
            decimal: signed(decimal, is_negative),
            thousands: signed(thousands, is_negative),
        },
    })
}

fn signed(number: f64, is_negative: bool) -> f64 {
    if is_negative { -number } else { number }
}

/// Removes a sign: before, after, or as the parentheses of accountants.
fn unsigned(text: &str) -> (bool, &str) {
    if let Some(inner) = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        return (true, inner.trim());
    }
    if let Some(rest) = text.strip_prefix(['-', '\u{2212}']) {
        return (true, rest.trim_start());
    }
    if let Some(rest) = text.strip_suffix('-') {
        return (true, rest.trim_end());
    }
    (false, text.strip_prefix('+').unwrap_or(text))
}

/// Reads `1.25E+3`. The decimal_separator of a mantissa has one digit before it, so it is a decimal separator.
fn exponential(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let is_exponent = exponent
        .trim_start_matches(['+', '-'])
        .bytes()
        .all(|b| b.is_ascii_digit());
    let mantissa = mantissa.replacen(',', ".", 1);
    let is_mantissa = mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number: f64 = [mantissa.as_str(), "e", exponent].concat().parse().ok()?;
    (is_exponent && is_mantissa && number.is_finite()).then_some(number)
}

/// Splits a number into runs of digits and the separators between them.
fn split(text: &str) -> Option<(Vec<&str>, Vec<char>)> {
    let separators: Vec<char> = text
        .chars()
        .filter(|c| !c.is_ascii_digit())
        .map(separator)
        .collect::<Option<_>>()?;
    let groups: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).collect();
    let is_digits = groups.iter().map(|group| group.len()).sum::<usize>() <= 18;
    (is_digits && groups.iter().any(|group| !group.is_empty())).then_some((groups, separators))
}

/// Returns a separator in its common form: a space, an apostrophe, a point or a comma.
fn separator(c: char) -> Option<char> {
    match c {
        '.' | ',' => Some(c),
        '\'' | '\u{2019}' | '\u{2bc}' | '`' | '\u{b4}' => Some('\''),
        '_' => Some('_'),
        c if c.is_whitespace() => Some(' '),
        _ => None,
    }
}

fn unsigned_form(groups: &[&str], separators: &[char]) -> Option<Form> {
    let Some((last, earlier)) = separators.split_last() else {
        return groups.concat().parse().ok().map(Form::Plain);
    };
    let whole: f64 = groups.concat().parse().ok()?;
    let is_one_kind = earlier.iter().all(|one| one == last);
    match DecimalSeparator::of(*last) {
        None => (is_one_kind && are_thousands(groups)).then_some(Form::Plain(whole)),
        Some(decimal_separator) if earlier.is_empty() => {
            Some(lone(groups, decimal_separator, whole))
        }
        Some(decimal_separator) if is_one_kind => {
            are_thousands(groups).then_some(Form::Certain(whole, decimal_separator.other()))
        }
        Some(decimal_separator) => {
            let (fraction, thousands) = groups.split_last()?;
            let first = earlier.first()?;
            let is_one_kind = earlier.iter().all(|one| one == first);
            let decimal = decimal(&thousands.concat(), fraction)?;
            (is_one_kind && first != last && are_thousands(thousands))
                .then_some(Form::Certain(decimal, decimal_separator))
        }
    }
}

/// Reads digits with one point or comma.
fn lone(groups: &[&str], decimal_separator: DecimalSeparator, whole: f64) -> Form {
    let [before, after] = [0, 1].map(|at| groups.get(at).copied().unwrap_or_default());
    let decimal = decimal(before, after).unwrap_or(whole);
    if after.is_empty() {
        return Form::Plain(decimal);
    }
    let could_be_thousands =
        after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
    if could_be_thousands {
        Form::Ambiguous {
            separator: decimal_separator,
            decimal,
            thousands: whole,
        }
    } else {
        Form::Certain(decimal, decimal_separator)
    }
}

fn decimal(whole: &str, fraction: &str) -> Option<f64> {
    ["0", whole, ".", fraction, "0"].concat().parse().ok()
}

/// True for groups of three digits after a first one of one to three.
fn are_thousands(groups: &[&str]) -> bool {
    groups.split_first().is_some_and(|(first, rest)| {
        (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, decimal_separator: Convention<DecimalSeparator>) -> Result<f64, String> {
        let evidence = NumberEvidence {
            decimal_separator,
            ..NumberEvidence::default()
        };
        amount(text, &evidence, Origin::File)
    }

    #[test]
    fn amount_with_one_reading_needs_no_convention() {
        for (text, expected) in [
            ("1299", 1299.0),
            ("1250,50", 1250.5),
            ("1250.5", 1250.5),
            ("1 250,50", 1250.5),
            ("1\u{a0}250,50", 1250.5),
            ("3\u{202f}190,00 €", 3190.0),
            ("€ 3 190.00", 3190.0),
            ("EUR 1.250,50", 1250.5),
            ("1,250.50 USD", 1250.5),
            ("$1,250.50", 1250.5),
            ("1'299.50", 1299.5),
            ("1\u{2019}299.\u{2013}", 1299.0),
            ("CHF 1'299.-", 1299.0),
            ("1.234.567", 1_234_567.0),
            ("1,234,567.8", 1_234_567.8),
            ("0,299", 0.3),
            ("1299,000", 1299.0),
            ("1250.4999999999998", 1250.5),
            ("1.25E+3", 1250.0),
            ("12.", 12.0),
            (",5", 0.5),
            ("+12", 12.0),
            (" 900 ", 900.0),
        ] {
            assert_eq!(read(text, Convention::Unknown), Ok(expected), "{text}");
        }
    }

    #[test]
    fn amount_of_no_form_is_rejected() {
        for text in [
            "",
            "-",
            "not much",
            "1,25,0",
            "1 25",
            "12 500,5,5",
            "1.250,50.3",
            "900-",
            "-900",
            "(900)",
            "1 299 1",
            "12a",
            "1.2k",
            "12%",
            "900 ABC",
            "99999999",
            "1,299,00",
            "0x12",
            "1.2.3",
            "NaN",
            "inf",
            "1e400",
            "٣",
        ] {
            assert!(read(text, Convention::Unknown).is_err(), "{text}");
        }
    }

    #[test]
    fn amount_with_two_readings_follows_the_convention_or_is_rejected() {
        use Convention::{Contradictory, Given, Observed, Unknown};
        for (text, convention, expected) in [
            ("1,299", Unknown, None),
            ("1.299", Unknown, None),
            ("1.299", Contradictory, None),
            ("1.299", Observed(DecimalSeparator::Comma), Some(1299.0)),
            ("1,299", Observed(DecimalSeparator::Point), Some(1299.0)),
            ("1,299", Observed(DecimalSeparator::Comma), None),
            ("12,500", Observed(DecimalSeparator::Comma), None),
            ("1,299", Given(DecimalSeparator::Point), Some(1299.0)),
            ("1,299", Given(DecimalSeparator::Comma), None),
            ("12,500", Given(DecimalSeparator::Comma), Some(12.5)),
            ("1250.50", Given(DecimalSeparator::Comma), None),
        ] {
            assert_eq!(
                read(text, convention).ok(),
                expected,
                "{text} {convention:?}"
            );
        }
        let message = read("1,299", Unknown).err().unwrap_or_default();
        assert!(
            message.contains("1299 or 1.299") && message.contains("--decimal"),
            "{message}"
        );
    }

    #[test]
    fn evidence_of_a_column_is_its_certain_values() {
        let convention = |texts: &[&str]| {
            let mut evidence = NumberEvidence::default();
            texts.iter().for_each(|text| evidence.observe(text));
            evidence.convention()
        };
        assert_eq!(convention(&["1299", "1 299"]), Convention::Unknown);
        assert_eq!(
            convention(&["1.299", "12,5"]),
            Convention::Observed(DecimalSeparator::Comma)
        );
        assert_eq!(convention(&["12.5", "12,5"]), Convention::Contradictory);
        assert_eq!(
            convention(&["1,299", "1.299", "12,5"]),
            Convention::Contradictory
        );
    }

    #[test]
    fn amount_in_another_currency_than_the_column_is_rejected() {
        let mut evidence = NumberEvidence::default();
        evidence.observe("900 €");
        assert_eq!(amount("1000 EUR", &evidence, Origin::File), Ok(1000.0));
        assert_eq!(amount("1000", &evidence, Origin::File), Ok(1000.0));
        assert!(amount("$1000", &evidence, Origin::File).is_err());
    }

    #[test]
    fn count_is_a_whole_number_up_to_255() {
        assert_eq!(count("2"), Ok(2.0));
        assert_eq!(count("2,0"), Ok(2.0));
        for wrong in ["-1", "2.5", "256", "two", "1,250"] {
            assert!(count(wrong).is_err(), "{wrong}");
        }
    }
}
