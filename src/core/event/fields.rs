//! The packed fields of a call. In: `key␟value␞…` as the SDK packs them. Out: values by key,
//! numbers and dates. Never: a second pass over the packed text.

use crate::core::base::civil::Day;
use crate::core::base::error::TrackError;
use crate::core::base::number::decimal;

/// Separator between a field's key and its value.
pub const UNIT: char = '\u{1f}';
/// Terminator of a field.
pub const RECORD: char = '\u{1e}';

/// The fields of one call, split once.
///
/// ```
/// use escale::internals::event::fields::Fields;
/// let fields = Fields::parse("id\u{1f}B1\u{1e}value\u{1f}12.5\u{1e}");
/// assert_eq!(fields.get("id"), Some("B1"));
/// assert_eq!(fields.number("value"), Ok(Some(12.5)));
/// assert_eq!(fields.get("offer"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Fields<'a> {
    /// Splits packed fields.
    #[must_use]
    pub fn parse(packed: &'a str) -> Self {
        let fields = packed.split(RECORD);
        Self(fields.filter_map(|field| field.split_once(UNIT)).collect())
    }

    /// Returns the first value with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.0
            .iter()
            .find(|(k, _)| *k == key)
            .map(|(_, value)| *value)
    }

    /// Returns the first value with this key, or `None` if it is empty.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// Returns a field as a number. `None` if it is absent or empty.
    ///
    /// # Errors
    ///
    /// [`TrackError::BadField`] if the value is no decimal number.
    pub fn number(&self, key: &str) -> Result<Option<f64>, TrackError> {
        match self.text(key) {
            None => Ok(None),
            Some(text) => decimal(text).map(Some).ok_or(TrackError::BadField),
        }
    }

    /// Returns a field as a whole number, 0 if it is absent or empty.
    ///
    /// # Errors
    ///
    /// [`TrackError::BadField`] if the value is no decimal number.
    pub fn whole(&self, key: &str) -> Result<u32, TrackError> {
        Ok(self.number(key)?.map_or(0, |number| number as u32))
    }

    /// Returns a field as an amount in hundredths, 0 if it is absent or empty.
    ///
    /// # Errors
    ///
    /// [`TrackError::BadField`] if the value is no decimal number.
    pub fn cents(&self, key: &str) -> Result<u32, TrackError> {
        Ok(self.number(key)?.map_or(0, hundredths))
    }

    /// Returns a date as days since the epoch, 0 if it is absent or empty.
    ///
    /// # Errors
    ///
    /// [`TrackError::BadField`] if the value is no date from 2020 to 2099.
    pub fn day(&self, key: &str) -> Result<u16, TrackError> {
        match self.text(key) {
            None => Ok(0),
            Some(date) => Day::parse(date).map(Day::get).ok_or(TrackError::BadField),
        }
    }
}

/// Returns an amount in hundredths, rounded to the nearest one.
pub(super) fn hundredths(amount: f64) -> u32 {
    (amount * 100.0 + 0.5).floor() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_the_first_value_and_reject_text_for_numbers() {
        let fields = Fields::parse("n\u{1f}x\u{1e}n\u{1f}1\u{1e}junk\u{1e}empty\u{1f}\u{1e}");
        assert_eq!(fields.get("n"), Some("x"));
        assert_eq!(fields.number("n"), Err(TrackError::BadField));
        assert_eq!(fields.get("junk"), None);
        assert_eq!(
            (fields.get("empty"), fields.text("empty")),
            (Some(""), None)
        );
        assert_eq!(fields.day("n"), Err(TrackError::BadField));
    }
}
