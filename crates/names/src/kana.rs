//! Kana by their sounds, in one letter per sound, the way Japanese writes foreign names: small letters change the
//! syllable before them, the small `tsu` and the long mark only lengthen and fall away.

/// Appends the sounds of a katakana or hiragana character; `false` when it is neither.
pub(crate) fn read(c: char, out: &mut String) -> bool {
    let Some(c) = katakana(c) else { return false };
    match small(c) {
        Some(Small::Vowel(vowel)) => {
            drop_vowel(out);
            out.push(vowel);
        }
        Some(Small::Glide(vowel)) => {
            let soft = out.strip_suffix('i').is_some_and(|head| head.ends_with(['h', 'j']));
            drop_vowel(out);
            if !soft {
                out.push('y');
            }
            out.push(vowel);
        }
        Some(Small::Silent) => {}
        None => out.push_str(syllable(c)),
    }
    true
}

enum Small {
    /// Takes the place of the vowel before it.
    Vowel(char),
    /// The same, with a glide.
    Glide(char),
    /// Lengthens.
    Silent,
}

fn small(c: char) -> Option<Small> {
    Some(match c {
        'ァ' => Small::Vowel('a'),
        'ィ' => Small::Vowel('i'),
        'ゥ' => Small::Vowel('u'),
        'ェ' => Small::Vowel('e'),
        'ォ' => Small::Vowel('o'),
        'ャ' => Small::Glide('a'),
        'ュ' => Small::Glide('u'),
        'ョ' => Small::Glide('o'),
        'ッ' | 'ー' => Small::Silent,
        _ => return None,
    })
}

fn drop_vowel(out: &mut String) {
    if out.ends_with(['a', 'i', 'u', 'e', 'o']) {
        out.pop();
    }
}

/// Hiragana as katakana; `None` for anything else.
fn katakana(c: char) -> Option<char> {
    match c {
        'ァ'..='ヺ' | 'ー' => Some(c),
        'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60),
        _ => None,
    }
}

#[expect(clippy::match_same_arms, reason = "a table in the order of the syllabary")]
fn syllable(c: char) -> &'static str {
    match c {
        'ア' => "a",
        'イ' => "i",
        'ウ' => "u",
        'エ' => "e",
        'オ' => "o",
        'カ' | 'ヵ' => "ka",
        'キ' => "ki",
        'ク' => "ku",
        'ケ' | 'ヶ' => "ke",
        'コ' => "ko",
        'ガ' => "ga",
        'ギ' => "gi",
        'グ' => "gu",
        'ゲ' => "ge",
        'ゴ' => "go",
        'サ' => "sa",
        'シ' => "shi",
        'ス' => "su",
        'セ' => "se",
        'ソ' => "so",
        'ザ' => "za",
        'ジ' => "ji",
        'ズ' => "zu",
        'ゼ' => "ze",
        'ゾ' => "zo",
        'タ' => "ta",
        'チ' => "chi",
        'ツ' => "tsu",
        'テ' => "te",
        'ト' => "to",
        'ダ' => "da",
        'ヂ' => "ji",
        'ヅ' => "zu",
        'デ' => "de",
        'ド' => "do",
        'ナ' => "na",
        'ニ' => "ni",
        'ヌ' => "nu",
        'ネ' => "ne",
        'ノ' => "no",
        'ハ' => "ha",
        'ヒ' => "hi",
        'フ' => "fu",
        'ヘ' => "he",
        'ホ' => "ho",
        'バ' => "ba",
        'ビ' => "bi",
        'ブ' => "bu",
        'ベ' => "be",
        'ボ' => "bo",
        'パ' => "pa",
        'ピ' => "pi",
        'プ' => "pu",
        'ペ' => "pe",
        'ポ' => "po",
        'マ' => "ma",
        'ミ' => "mi",
        'ム' => "mu",
        'メ' => "me",
        'モ' => "mo",
        'ヤ' => "ya",
        'ユ' => "yu",
        'ヨ' => "yo",
        'ラ' => "ra",
        'リ' => "ri",
        'ル' => "ru",
        'レ' => "re",
        'ロ' => "ro",
        'ワ' | 'ヮ' => "wa",
        'ヰ' => "wi",
        'ヱ' => "we",
        'ヲ' => "o",
        'ン' => "n",
        'ヴ' => "vu",
        'ヷ' => "va",
        'ヸ' => "vi",
        'ヹ' => "ve",
        'ヺ' => "vo",
        _ => "",
    }
}
