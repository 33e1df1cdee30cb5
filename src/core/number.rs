//! Numbers as people write them. The standard library's exact parser is larger than the rest of the runtime's
//! reading, and nobody quotes a price with twenty digits.

/// A plain decimal: digits with at most one point (or comma), no sign, no exponent; up to 15 digits.
///
/// ```
/// use escale::core::number::decimal;
/// assert_eq!(decimal("1234.5"), Some(1234.5));
/// assert_eq!(decimal("12,50"), Some(12.5));
/// assert_eq!(decimal("-1"), None);
/// assert_eq!(decimal("1e9"), None);
/// ```
#[must_use]
pub fn decimal(text: &str) -> Option<f64> {
    let (mut whole, mut scale, mut is_fraction, mut digits) = (0u64, 1u64, false, 0);
    for c in text.bytes() {
        match c {
            b'0'..=b'9' if digits < 15 => {
                digits += 1;
                whole = whole * 10 + u64::from(c - b'0');
                scale *= if is_fraction { 10 } else { 1 };
            }
            b'.' | b',' if !is_fraction => is_fraction = true,
            _ => return None,
        }
    }
    (digits > 0).then(|| whole as f64 / scale as f64)
}
