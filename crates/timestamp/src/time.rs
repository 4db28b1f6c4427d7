//! The time in a stamp: GeneralizedTime in UTC, with fractions of a second where the authority gives them.

use der::asn1::Any;
use der::{Tag, Tagged as _};

use crate::TimestampError;

/// Microseconds since 1970-01-01T00:00:00Z. Digits behind the microsecond are cut off.
pub(crate) fn micros(time: &Any) -> Result<i64, TimestampError> {
    let wrong = TimestampError::Invalid { what: "its time is a GeneralizedTime in UTC" };
    let text = std::str::from_utf8(time.value()).ok().and_then(|text| text.strip_suffix('Z'));
    let text = text.filter(|_| time.tag() == Tag::GeneralizedTime).ok_or(wrong.clone())?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(fraction) || fraction.len() > 18 || text.ends_with('.')
    {
        return Err(wrong);
    }
    let number = |from: usize, to: usize| whole.get(from..to).and_then(|part| part.parse::<i64>().ok());
    let parts = (number(0, 4), number(4, 6), number(6, 8), number(8, 10), number(10, 12), number(12, 14));
    let (Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)) = parts else {
        return Err(wrong);
    };
    let in_range = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !in_range {
        return Err(wrong);
    }
    let mut micros = 0;
    for place in 0..6 {
        let digit = fraction.as_bytes().get(place).map_or(0, |byte| i64::from(byte - b'0'));
        micros = micros * 10 + digit;
    }
    let days = days_before(year, month) + day - 1;
    Ok((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + micros)
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970 to the first of this month.
fn days_before(year: i64, month: i64) -> i64 {
    let leaps = |year: i64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    years + (1..month).map(|month| days_in(year, month)).sum::<i64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<i64> {
        micros(&Any::new(Tag::GeneralizedTime, text.as_bytes()).unwrap()).ok()
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        for (text, expected) in [
            ("19700101000000Z", 0),
            ("20001231235959Z", 978_307_199_000_000),
            ("20240229120000.5Z", 1_709_208_000_500_000),
            ("20261129185512.123456789Z", 1_795_978_512_123_456),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "Z",
            "20240229120000",
            "20230229120000Z",
            "20241301000000Z",
            "20240101240000Z",
            "2024010100000Z",
            "20240101000000.Z",
            "20240101000000+0100",
            "+0240101000000Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
