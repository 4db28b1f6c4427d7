//! Letters in other clothes: mathematical bold, superscript, full width, in circles or boxes, ligatures. Whoever writes a name
//! in them writes the letters they stand for, so each character is taken for its compatibility form (NFKC) before anything
//! else is decided about it.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The characters that one of a written name stands for.
pub(crate) fn folded(c: char) -> impl Iterator<Item = char> {
    let one = if c.is_ascii() || !is_dressed(c) { Some(c) } else { boxed(c).or_else(|| bracketed(c)) };
    let many = one.is_none().then(|| std::iter::once(c).nfkc());
    one.into_iter().chain(many.into_iter().flatten())
}

/// Whether what a character stands for is part of a name: letters, digits and marks, or one sign for another. A trade mark sign
/// or a unit of measure is a sign, although letters are drawn in it; an accent with a width of its own is an apostrophe.
fn is_dressed(c: char) -> bool {
    let itself = is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes;
    boxed(c).or_else(|| bracketed(c)).is_some()
        || (!itself && (c.is_alphanumeric() || std::iter::once(c).nfkc().count() == 1))
}

/// White letters in a black circle or box, which have no compatibility form.
fn boxed(c: char) -> Option<char> {
    letter_of(c, 0x1f150).or_else(|| letter_of(c, 0x1f170))
}

/// A letter in brackets of its own is a letter, and no word between brackets.
fn bracketed(c: char) -> Option<char> {
    letter_of(c, 0x249c).or_else(|| letter_of(c, 0x1f110))
}

/// The letter of an alphabet that begins at a code.
fn letter_of(c: char, first: u32) -> Option<char> {
    let at = u32::from(c).checked_sub(first).filter(|at| *at < 26)?;
    char::from_u32(u32::from('a') + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_other_clothes_are_letters() {
        for (text, expected) in [
            ("𝐀𝒹𝖆", "Ada"),
            ("ᴬᵈᵃ", "Ada"),
            ("Ａｄａ", "Ada"),
            ("ⒶⒹⒶ", "ADA"),
            ("🅐🅓🅰", "ada"),
            ("⒜⒟🄐", "ada"),
            ("ﬁ", "fi"),
            ("ﻣﺤﻤﺪ", "محمد"),
            ("⾦", "金"),
            ("Ⅷ", "VIII"),
            ("Ada™ & Ada´s ㈱", "Ada™ & Ada´s ㈱"),
            ("Ångström", "Ångström"),
        ] {
            assert_eq!(text.chars().flat_map(folded).collect::<String>(), expected, "{text}");
        }
    }
}
