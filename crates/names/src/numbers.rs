//! Numbers written in words or as ordinals: one number, however it is written.

/// What a token says of a number that may be spelled in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numeral {
    /// A word: "forty", "fourth", "hundred".
    Word(u16),
    /// Digits: "44", "21st".
    Digits(u16),
    /// "And" between hundreds and what is less.
    And,
}

const HUNDRED: u16 = 100;
const THOUSAND: u16 = 1000;

/// How many tokens from the first on are one number, and which.
pub(crate) fn spelled(at: impl Fn(usize) -> Option<Numeral>) -> Option<(usize, u16)> {
    let (tokens, number) = below_thousand(&at, 0)?;
    let (tokens, number) = multiplied(&at, (tokens, number), THOUSAND).unwrap_or((tokens, number));
    Some(if number >= THOUSAND { and_less(&at, tokens, number, below_thousand) } else { (tokens, number) })
}

type Found = Option<(usize, u16)>;

/// Up to 999, or a word of more for itself.
fn below_thousand(at: &impl Fn(usize) -> Option<Numeral>, from: usize) -> Found {
    let (tokens, number) = below_hundred(at, from)?;
    if let Some((tokens, hundreds)) = multiplied(at, (from + tokens, number), HUNDRED).filter(|_| number < 10)
    {
        let (tokens, number) = and_less(at, tokens, hundreds, below_hundred);
        return Some((tokens - from, number));
    }
    if number == HUNDRED {
        let (tokens, number) = and_less(at, from + tokens, number, below_hundred);
        return Some((tokens - from, number));
    }
    Some((tokens, number))
}

/// Up to 99, or a word of more for itself.
fn below_hundred(at: &impl Fn(usize) -> Option<Numeral>, from: usize) -> Found {
    let Some(Numeral::Word(number)) = at(from) else { return None };
    if (20..HUNDRED).contains(&number)
        && number.is_multiple_of(10)
        && let Some(Numeral::Word(unit @ 1..=9) | Numeral::Digits(unit @ 1..=9)) = at(from + 1)
    {
        return Some((2, number + unit));
    }
    Some((1, number))
}

/// The same times `unit`, when that word comes next.
fn multiplied(at: &impl Fn(usize) -> Option<Numeral>, (tokens, number): (usize, u16), unit: u16) -> Found {
    (at(tokens) == Some(Numeral::Word(unit)) && number < unit)
        .then(|| Some((tokens + 1, number.checked_mul(unit)?)))?
}

/// The same with what is less behind it, "and" between them or not.
fn and_less<A: Fn(usize) -> Option<Numeral>>(
    at: &A,
    tokens: usize,
    number: u16,
    less: impl Fn(&A, usize) -> Found,
) -> (usize, u16) {
    let from = if at(tokens) == Some(Numeral::And) { tokens + 1 } else { tokens };
    let unit = if number.is_multiple_of(THOUSAND) { THOUSAND } else { HUNDRED };
    match less(at, from) {
        Some((more, rest)) if rest < unit && rest > 0 => match number.checked_add(rest) {
            Some(sum) => (from + more, sum),
            None => (tokens, number),
        },
        _ => (tokens, number),
    }
}

/// The number of an ordinal in digits: `21st`.
pub(crate) fn ordinal(ascii: &str) -> Option<u16> {
    let digits = ascii.bytes().take_while(u8::is_ascii_digit).count();
    let (number, ending) = ascii.split_at_checked(digits)?;
    matches!(ending, "st" | "nd" | "rd" | "th").then(|| number.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(usize, u16)> {
        let words: Vec<&str> = text.split(' ').collect();
        spelled(|i| {
            let number = |word| crate::words::entry(word).and_then(|e| e.number);
            Some(match *words.get(i)? {
                "and" => Numeral::And,
                word => match word.parse().ok().or_else(|| ordinal(word)) {
                    Some(digits) => Numeral::Digits(digits),
                    None => Numeral::Word(number(word)?),
                },
            })
        })
    }

    #[test]
    fn numbers_are_read_as_they_are_spelled() {
        for (text, tokens, number) in [
            ("forty four", 2, 44),
            ("forty 4 star", 2, 44),
            ("twenty first", 2, 21),
            ("twenty first century", 2, 21),
            ("hundred", 1, 100),
            ("hundred and five", 3, 105),
            ("one hundred five", 3, 105),
            ("three hundred and twenty first", 5, 321),
            ("two thousand", 2, 2000),
            ("two thousand and eight", 4, 2008),
            ("two thousand three hundred and forty five", 7, 2345),
            ("seven eleven", 1, 7),
            ("twenty thirty", 1, 20),
            ("five and six", 1, 5),
            ("hundred and hundred", 1, 100),
            ("ninety thousand", 1, 90),
        ] {
            assert_eq!(read(text), Some((tokens, number)), "{text}");
        }
        for text in ["and", "4 hundred", "44", "star"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn ordinals_are_numbers() {
        assert_eq!(["1st", "22nd", "103rd", "44th"].map(ordinal), [Some(1), Some(22), Some(103), Some(44)]);
        assert_eq!(["st", "4x", "99999th", "44"].map(ordinal), [None; 4]);
    }
}
