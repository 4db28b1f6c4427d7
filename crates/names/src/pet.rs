//! Short forms that no dictionary has. English makes them of any name: the first syllable with the consonant after it
//! written twice, and `y` or `ie` (*Barry* of *Barack*). Which name a short form is made of it does not tell, so this is weaker
//! than a dictionary's word, and a form that a dictionary knows is made of nothing else.

use crate::name::Form;
use crate::romanise::Script;

/// Letters of the first syllable and the consonant after it.
const STEM: usize = 3;

impl Form<'_> {
    /// What a short form is made of.
    pub fn pet_stem(&self) -> Option<&str> {
        let [first, second, third, fourth, rest @ ..] = self.ascii.as_bytes() else { return None };
        let made = third == fourth && matches!(rest, b"y" | b"ie") && is_stem(*first, *second, *third);
        (made && self.same == [0, 0] && self.script == Script::Latin)
            .then(|| self.ascii.get(..STEM))
            .flatten()
    }

    /// What a short form of this name would be made of.
    pub fn stem(&self) -> Option<&str> {
        let [first, second, third, fourth, _, ..] = self.ascii.as_bytes() else { return None };
        (self.script == Script::Latin && is_stem(*first, *second, *third) && is_vowel(*fourth))
            .then(|| self.ascii.get(..STEM))
            .flatten()
    }

    pub(crate) fn is_pet_form_of(&self, name: &Form) -> bool {
        self.pet_stem().is_some_and(|stem| name.stem() == Some(stem))
    }
}

/// Consonant, vowel, consonant.
fn is_stem(first: u8, second: u8, third: u8) -> bool {
    !is_vowel(first) && is_vowel(second) && !is_vowel(third)
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

#[cfg(test)]
mod tests {
    use crate::{How, Name, NameKind, near};

    #[test]
    fn short_forms_are_made_of_a_first_syllable() {
        let form = |text: &str| Name::analyse(text, NameKind::Person).forms()[0].clone();
        let made = |short: &str, name: &str| {
            near(&form(short), &form(name)).is_some_and(|n| n.how == How::Equivalent)
        };
        for (short, name) in [("Barry", "Barack"), ("Gabbie", "Gaboriau"), ("Vassy", "Vasudeva")] {
            assert!(made(short, name) && made(name, short), "{short} {name}");
        }
        for (short, name) in
            [("Barry", "Bernard"), ("Barry", "Bartolo"), ("Bary", "Barack"), ("Danny", "Danilov")]
        {
            assert!(!made(short, name), "{short} {name}");
        }
    }
}
