//! Numbers: as people write them, and the power of two that masses and scores are read by. Both are
//! small on purpose: the standard library's exact parser, and a table of powers, are each larger
//! than the rest of the runtime's reading. By hand because of that size.

/// A plain decimal: digits with at most one point (or comma), no sign, no exponent; up to 15
/// digits. `None` for a comma before the last three of four to six digits: `1,299` may be
/// thousands.
///
/// ```
/// use escale::internals::base::number::decimal;
/// assert_eq!(decimal("1234.5"), Some(1234.5));
/// assert_eq!(decimal("12,50"), Some(12.5));
/// assert_eq!(decimal("-1"), None);
/// assert_eq!(decimal("1e9"), None);
/// assert_eq!(decimal("1,299"), None);
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
    (digits > 0 && !has_two_readings(text)).then(|| whole as f64 / scale as f64)
}

/// Returns `true` for a comma that may separate thousands: `1,299`, but not `0,299` or `1299,500`.
fn has_two_readings(text: &str) -> bool {
    text.split_once(',').is_some_and(|(whole, fraction)| {
        fraction.len() == 3 && matches!(whole.len(), 1..=3) && !whole.starts_with('0')
    })
}

/// `2^x`, the same bits in every engine: exact for whole numbers, else within a few units of the
/// last place. It goes by `libm`'s `exp` on the fraction, which needs no table.
///
/// ```
/// use escale::internals::base::number::exp2;
/// assert_eq!(exp2(-3.0), 0.125);
/// assert!((exp2(0.5) - 2f64.sqrt()).abs() < 1e-15);
/// assert_eq!((exp2(-2000.0), exp2(2000.0)), (0.0, f64::INFINITY));
/// ```
#[must_use]
pub fn exp2(x: f64) -> f64 {
    let x = x.clamp(-1100.0, 1100.0);
    // Exact everywhere, and one instruction in WebAssembly.
    let whole = x.floor();
    libm::scalbn(
        libm::exp((x - whole) * core::f64::consts::LN_2),
        whole as i32,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_with_a_comma_before_three_digits_is_rejected() {
        for text in ["1,299", "12,500", "999,000"] {
            assert_eq!(decimal(text), None, "{text}");
        }
        for (text, number) in [
            ("0,299", 0.299),
            ("1,29", 1.29),
            ("1,2990", 1.299),
            ("1299,500", 1_299.5),
            ("1.299", 1.299),
        ] {
            assert_eq!(decimal(text), Some(number), "{text}");
        }
    }
}
