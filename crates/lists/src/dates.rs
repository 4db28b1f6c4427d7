//! Dates as publishers write them, to the partial dates of the model.
//!
//! Understood: `1971`, `Mar 1971`, `05 Mar 1971`, `1971-03-05`, `05/03/1971` (day first, as in the UK list), each with
//! `circa` before it, or two of them as a range (`1957 to 1960`, `between 1957 and 1960`, `1957-1960`). Dates that do
//! not exist are not understood; callers keep them as remarks.

use tenantry_model::time::PartialDate;

/// What a published date says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    /// The date, or the first of a range.
    pub(crate) from: String,
    /// The last of a range.
    pub(crate) to: Option<String>,
    /// Whether the publisher is not sure.
    pub(crate) circa: bool,
}

impl When {
    /// As one text: the date, or `FROM/TO` as an interval of ISO 8601.
    pub(crate) fn text(&self) -> String {
        match &self.to {
            Some(to) => format!("{}/{to}", self.from),
            None => self.from.clone(),
        }
    }

    /// What is to be noted of it.
    pub(crate) const fn note(&self) -> &'static str {
        if self.circa { "circa" } else { "" }
    }
}

/// Reads a published date or range; nothing if it is not understood.
pub(crate) fn when(published: &str) -> Option<When> {
    let text = published.trim().trim_end_matches('.').trim();
    if let Some(from) = date(text) {
        return Some(When { from, to: None, circa: false });
    }
    let lower = text.to_ascii_lowercase();
    for word in ["circa ", "c. ", "ca. ", "approximately ", "about ", "approx. "] {
        if let Some(rest) = lower.strip_prefix(word) {
            return when(rest).map(|found| When { circa: true, ..found });
        }
    }
    let range = lower.strip_prefix("between ").unwrap_or(&lower);
    for joint in [" to ", " and ", " - ", "-", "/"] {
        if let Some((from, to)) = range.split_once(joint)
            && let (Some(from), Some(to)) = (date(from), date(to))
        {
            // A range that is written backwards is one all the same.
            let shorter = from.len().min(to.len());
            let turned = to.get(..shorter) < from.get(..shorter);
            let (from, to) = if turned { (to, from) } else { (from, to) };
            return Some(When { to: Some(to).filter(|to| *to != from), from, circa: false });
        }
    }
    None
}

/// One date in model form.
pub(crate) fn date(text: &str) -> Option<String> {
    let text = text.trim();
    // A time of day or a zone may follow: `2015-07-01-04:00`.
    let zoned = text.as_bytes().get(10).is_some_and(|next| b"T+-Z".contains(next));
    let iso = text.get(..10).filter(|_| zoned).unwrap_or(text);
    if let Ok(date) = iso.parse::<PartialDate>() {
        return Some(date.to_string());
    }
    let parts: Vec<&str> = text.split([' ', '/', '.', ',', '-']).filter(|part| !part.is_empty()).collect();
    let made = match parts.as_slice() {
        [year] => PartialDate::new(number(year, 4)?, None, None),
        [month, year] => PartialDate::new(number(year, 4)?, Some(month_number(month)?), None),
        [day, month, year] if year.len() == 4 => {
            // "dd" and "mm" of zero are the UK list's way of saying unknown.
            let year = number(year, 4)?;
            match (small(day), month_number(month)) {
                (Some(day), Some(month)) => PartialDate::new(year, Some(month), Some(day)),
                (None, Some(month)) if unknown(day) => PartialDate::new(year, Some(month), None),
                (None, None) if unknown(day) && unknown(month) => PartialDate::new(year, None, None),
                _ => PartialDate::new(year, Some(month_number(day)?), Some(small(month)?)),
            }
        }
        [year, month, day] if year.len() == 4 => {
            PartialDate::new(number(year, 4)?, Some(month_number(month)?), Some(small(day)?))
        }
        _ => return None,
    };
    made.ok().map(|date| date.to_string())
}

fn unknown(part: &str) -> bool {
    matches!(part, "00" | "0" | "dd" | "mm" | "DD" | "MM")
}

fn number(text: &str, digits: usize) -> Option<i16> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn small(text: &str) -> Option<i8> {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|number| *number > 0)
}

fn month_number(text: &str) -> Option<i8> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if let Some(number) = small(text) {
        return Some(number).filter(|number| *number <= 12);
    }
    let head = text.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == head)?;
    text.bytes().all(|b| b.is_ascii_alphabetic()).then(|| i8::try_from(at + 1).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::when;

    #[test]
    fn as_published() {
        for (published, expected) in [
            ("10 Dec 1948", "1948-12-10"),
            ("1948", "1948"),
            ("Mar 1945", "1945-03"),
            ("circa 1957", "1957 circa"),
            ("circa 05 Jun 1957", "1957-06-05 circa"),
            ("1957 to 1960", "1957/1960"),
            ("Between 1957 and 1960", "1957/1960"),
            ("Mar 1980 to Mar 1981", "1980-03/1981-03"),
            ("circa 1971-1973", "1971/1973 circa"),
            ("1960 to 1957", "1957/1960"),
            ("1957 to 1957", "1957"),
            ("01 Jan 1957 to 1960", "1957-01-01/1960"),
            ("1966-01-01", "1966-01-01"),
            ("05/03/1971", "1971-03-05"),
            ("00/00/1971", "1971"),
            ("dd/mm/1971", "1971"),
            ("2026-02-27T00:00:09.554Z", "2026-02-27"),
            ("2015-07-01-04:00", "2015-07-01"),
            ("30 Feb 1971", ""),
            ("Nov. 1973 ", "1973-11"),
            ("late sixties", ""),
            ("", ""),
        ] {
            let shown = when(published).map(|found| format!("{} {}", found.text(), found.note()));
            assert_eq!(shown.as_deref().unwrap_or_default().trim(), expected, "{published}");
        }
    }
}
