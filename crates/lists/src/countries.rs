//! Country names as publishers write them, to ISO 3166-1 alpha-2.
//!
//! The table is our own and holds present names, names in common use, and historic ones (whose ISO 3166-3 former
//! codes are used: `su`, `yu`, `cs`, `dd`). A name that is not in it is kept as published by the callers: nothing
//! is guessed. Word order, case, accents and small words do not matter, so `Korea, North` is `North Korea`.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The lower-case ISO code of a country name or of a two-letter code, if the table knows it.
///
/// ```
/// use tenantry_lists::country_code;
/// assert_eq!(country_code("Congo, Democratic Republic of the"), Some("cd"));
/// assert_eq!(country_code("USSR"), Some("su"));
/// assert_eq!(country_code("SY"), Some("sy"));
/// assert_eq!(country_code("Atlantis"), None);
/// ```
pub fn country_code(name: &str) -> Option<&'static str> {
    static INDEX: OnceLock<HashMap<String, &'static str>> = OnceLock::new();
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let index = INDEX.get_or_init(|| {
        let named =
            NAMES.iter().flat_map(|(code, names)| names.split('|').map(move |name| (key(name), *code)));
        let coded = NAMES.iter().map(|(code, _)| ((*code).to_owned(), *code));
        named.chain(coded).collect()
    });
    index.get(&key(name)).copied()
}

/// The country at the end of a place such as `Culiacan, Sinaloa, Mexico`.
pub(crate) fn country_of_place(place: &str) -> Option<&'static str> {
    let mut rest = place.trim().trim_end_matches('.');
    if let Some(code) = country_code(rest).filter(|_| rest.len() > 2) {
        return Some(code);
    }
    // The country may itself hold a comma, so longer endings are tried first.
    let mut endings: Vec<&str> = Vec::new();
    while let Some((before, after)) = rest.rsplit_once(',') {
        endings.push(place.get(before.len() + 1..).unwrap_or(after).trim().trim_end_matches('.'));
        rest = before;
        if endings.len() == 2 {
            break;
        }
    }
    endings.iter().rev().find_map(|ending| country_code(ending))
}

/// Longer texts are not country names.
const NAME_BYTES_MAX: usize = 100;

/// Words that do not tell countries apart.
const SMALL_WORDS: [&str; 5] = ["the", "of", "and", "d", "region"];

fn key(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'á' | 'à' | 'â' | 'ã' | 'å' | 'ä' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'í' | 'ì' | 'î' | 'ï' | 'ı' => folded.push('i'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' => folded.push('o'),
            'ú' | 'ù' | 'û' | 'ü' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            '&' | '\'' | '’' | '`' | '\u{307}' => folded.push(if letter == '&' { ' ' } else { '\u{1}' }),
            _ if letter.is_alphanumeric() => folded.push(letter),
            _ => folded.push(' '),
        }
    }
    let folded: String = folded.replace("d\u{1}", "d ").chars().filter(|c| *c != '\u{1}').collect();
    let mut words: Vec<&str> = folded
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| if word == "st" { "saint" } else { word })
        .collect();
    if words.len() > 1 {
        words.retain(|word| !SMALL_WORDS.contains(word));
    }
    words.sort_unstable();
    words.join(" ")
}

/// Code and names, names separated by `|`.
const NAMES: &[(&str, &str)] = &[
    ("ad", "Andorra"),
    ("ae", "United Arab Emirates|UAE|U.A.E."),
    ("af", "Afghanistan|Islamic Emirate of Afghanistan|Islamic Republic of Afghanistan|Afghan"),
    ("ag", "Antigua and Barbuda|Antigua"),
    ("ai", "Anguilla"),
    ("al", "Albania"),
    ("am", "Armenia"),
    ("an", "Netherlands Antilles"),
    ("ao", "Angola"),
    ("aq", "Antarctica"),
    ("ar", "Argentina"),
    ("as", "American Samoa"),
    ("at", "Austria"),
    ("au", "Australia"),
    ("aw", "Aruba"),
    ("ax", "Aland Islands"),
    ("az", "Azerbaijan"),
    ("ba", "Bosnia and Herzegovina|Bosnia-Herzegovina|Bosnia"),
    ("bb", "Barbados"),
    ("bd", "Bangladesh"),
    ("be", "Belgium"),
    ("bf", "Burkina Faso|Upper Volta"),
    ("bg", "Bulgaria"),
    ("bh", "Bahrain|Kingdom of Bahrain"),
    ("bi", "Burundi"),
    ("bj", "Benin|Dahomey"),
    ("bl", "Saint Barthelemy"),
    ("bm", "Bermuda"),
    ("bn", "Brunei|Brunei Darussalam"),
    ("bo", "Bolivia|Plurinational State of Bolivia"),
    ("bq", "Bonaire, Sint Eustatius and Saba|Caribbean Netherlands"),
    ("br", "Brazil"),
    ("bs", "Bahamas|The Bahamas"),
    ("bt", "Bhutan"),
    ("bv", "Bouvet Island"),
    ("bw", "Botswana"),
    ("by", "Belarus|Belorussia|Byelorussia"),
    ("bz", "Belize|British Honduras"),
    ("ca", "Canada"),
    ("cc", "Cocos (Keeling) Islands|Cocos Islands"),
    (
        "cd",
        "Democratic Republic of the Congo|Congo, Dem. Rep.|DR Congo|DRC|Congo-Kinshasa|Congo (Democratic Republic)|Congo, DR|Zaire|Democratic Republic of the Congo (DRC)",
    ),
    ("cf", "Central African Republic|CAR"),
    ("cg", "Congo|Republic of the Congo|Congo-Brazzaville|Congo (Republic)"),
    ("ch", "Switzerland"),
    ("ci", "Cote d'Ivoire|Cote d Ivoire|Ivory Coast"),
    ("ck", "Cook Islands"),
    ("cl", "Chile"),
    ("cm", "Cameroon"),
    ("cn", "China|People's Republic of China|PRC|China, PRC|Mainland China|China (PRC)"),
    ("co", "Colombia"),
    ("cr", "Costa Rica"),
    ("cs", "Serbia and Montenegro"),
    ("cu", "Cuba"),
    ("cv", "Cabo Verde|Cape Verde|Cabo Verde. Previously Cape Verde."),
    ("cw", "Curacao"),
    ("cx", "Christmas Island"),
    ("cy", "Cyprus"),
    ("cz", "Czech Republic|Czechia"),
    ("dd", "German Democratic Republic|East Germany|GDR"),
    ("de", "Germany|Federal Republic of Germany|West Germany"),
    ("dj", "Djibouti"),
    ("dk", "Denmark"),
    ("dm", "Dominica"),
    ("do", "Dominican Republic"),
    ("dz", "Algeria"),
    ("ec", "Ecuador"),
    ("ee", "Estonia"),
    ("eg", "Egypt|United Arab Republic"),
    ("eh", "Western Sahara"),
    ("er", "Eritrea|Eritrean"),
    ("es", "Spain"),
    ("et", "Ethiopia"),
    ("fi", "Finland"),
    ("fj", "Fiji"),
    ("fk", "Falkland Islands|Falkland Islands (Malvinas)"),
    ("fm", "Micronesia|Federated States of Micronesia"),
    ("fo", "Faroe Islands"),
    ("fr", "France"),
    ("ga", "Gabon"),
    (
        "gb",
        "United Kingdom|UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain and Northern Ireland",
    ),
    ("gd", "Grenada"),
    ("ge", "Georgia|Republic of Georgia"),
    ("gf", "French Guiana"),
    ("gg", "Guernsey"),
    ("gh", "Ghana"),
    ("gi", "Gibraltar"),
    ("gl", "Greenland"),
    ("gm", "Gambia|The Gambia"),
    ("gn", "Guinea|Guinea-Conakry"),
    ("gp", "Guadeloupe"),
    ("gq", "Equatorial Guinea"),
    ("gr", "Greece"),
    ("gs", "South Georgia and the South Sandwich Islands"),
    ("gt", "Guatemala"),
    ("gu", "Guam"),
    ("gw", "Guinea-Bissau"),
    ("gy", "Guyana"),
    (
        "hk",
        "Hong Kong|Hong Kong SAR|Hong Kong Special Administrative Region|China, Hong Kong Special Administrative Region|Hong Kong, China|Hong Kong (China)",
    ),
    ("hm", "Heard Island and McDonald Islands"),
    ("hn", "Honduras"),
    ("hr", "Croatia"),
    ("ht", "Haiti"),
    ("hu", "Hungary"),
    ("id", "Indonesia"),
    ("ie", "Ireland|Republic of Ireland"),
    ("il", "Israel"),
    ("im", "Isle of Man"),
    ("in", "India"),
    ("io", "British Indian Ocean Territory"),
    ("iq", "Iraq"),
    ("ir", "Iran|Islamic Republic of Iran|Persia"),
    ("is", "Iceland"),
    ("it", "Italy"),
    ("je", "Jersey|Channel Islands, Jersey"),
    ("jm", "Jamaica"),
    ("jo", "Jordan|Hashemite Kingdom of Jordan"),
    ("jp", "Japan"),
    ("ke", "Kenya"),
    ("kg", "Kyrgyzstan|Kyrgyz Republic|Kirghizia|Kyrgyz"),
    ("kh", "Cambodia|Kampuchea"),
    ("ki", "Kiribati"),
    ("km", "Comoros"),
    ("kn", "Saint Kitts and Nevis|St. Kitts & Nevis"),
    (
        "kp",
        "North Korea|Democratic People's Republic of Korea|DPRK|Korea, Democratic People's Republic|Korea, Democratic Peoples Republic",
    ),
    ("kr", "South Korea|Republic of Korea|Korea"),
    ("kw", "Kuwait|State of Kuwait"),
    ("ky", "Cayman Islands"),
    ("kz", "Kazakhstan"),
    ("la", "Laos|Lao People's Democratic Republic|Lao PDR"),
    ("lb", "Lebanon"),
    ("lc", "Saint Lucia"),
    ("li", "Liechtenstein"),
    ("lk", "Sri Lanka|Ceylon"),
    ("lr", "Liberia"),
    ("ls", "Lesotho"),
    ("lt", "Lithuania"),
    ("lu", "Luxembourg"),
    ("lv", "Latvia"),
    ("ly", "Libya|Libyan Arab Jamahiriya|State of Libya|Libyan"),
    ("ma", "Morocco"),
    ("mc", "Monaco"),
    ("md", "Moldova|Republic of Moldova|Moldavia"),
    ("me", "Montenegro"),
    ("mf", "Saint Martin"),
    ("mg", "Madagascar"),
    ("mh", "Marshall Islands"),
    (
        "mk",
        "North Macedonia|Macedonia|Republic of North Macedonia|North Macedonia, The Republic of|The former Yugoslav Republic of Macedonia|FYROM|Former Yugoslav Republic of Macedonia",
    ),
    ("ml", "Mali"),
    ("mm", "Burma|Myanmar|Burma (Myanmar)|Myanmar (Burma)"),
    ("mn", "Mongolia"),
    (
        "mo",
        "Macau|Macao|Macau SAR|Macao Special Administrative Region|China, Macao Special Administrative Region|Macao SAR",
    ),
    ("mp", "Northern Mariana Islands"),
    ("mq", "Martinique"),
    ("mr", "Mauritania"),
    ("ms", "Montserrat"),
    ("mt", "Malta"),
    ("mu", "Mauritius"),
    ("mv", "Maldives"),
    ("mw", "Malawi|Nyasaland"),
    ("mx", "Mexico"),
    ("my", "Malaysia|Malaya"),
    ("mz", "Mozambique"),
    ("na", "Namibia|South West Africa"),
    ("nc", "New Caledonia"),
    ("ne", "Niger"),
    ("nf", "Norfolk Island"),
    ("ng", "Nigeria"),
    ("ni", "Nicaragua"),
    ("nl", "Netherlands|The Netherlands|Holland"),
    ("no", "Norway"),
    ("np", "Nepal"),
    ("nr", "Nauru"),
    ("nu", "Niue"),
    ("nz", "New Zealand"),
    ("om", "Oman"),
    ("pa", "Panama"),
    ("pe", "Peru"),
    ("pf", "French Polynesia"),
    ("pg", "Papua New Guinea"),
    ("ph", "Philippines|Phillipines"),
    ("pk", "Pakistan"),
    ("pl", "Poland"),
    ("pm", "Saint Pierre and Miquelon"),
    ("pn", "Pitcairn"),
    ("pr", "Puerto Rico"),
    (
        "ps",
        "Palestine|Palestinian|State of Palestine|Palestinian Authority|Palestinian Territories|Occupied Palestinian Territories|Palestinian Territory|Occupied Palestinian Territory|Gaza|Region: Gaza|Gaza Strip|West Bank|Region: West Bank|West Bank and Gaza",
    ),
    ("pt", "Portugal"),
    ("pw", "Palau"),
    ("py", "Paraguay"),
    ("qa", "Qatar"),
    ("re", "Reunion"),
    ("ro", "Romania"),
    ("rs", "Serbia|Republic of Serbia"),
    ("ru", "Russia|Russian Federation|Russian"),
    ("rw", "Rwanda"),
    ("sa", "Saudi Arabia|Kingdom of Saudi Arabia"),
    ("sb", "Solomon Islands"),
    ("sc", "Seychelles"),
    ("sd", "Sudan|Republic of the Sudan"),
    ("se", "Sweden"),
    ("sg", "Singapore"),
    ("sh", "Saint Helena|Saint Helena, Ascension and Tristan da Cunha"),
    ("si", "Slovenia"),
    ("sj", "Svalbard and Jan Mayen"),
    ("sk", "Slovakia|Slovak Republic"),
    ("sl", "Sierra Leone"),
    ("sm", "San Marino"),
    ("sn", "Senegal"),
    ("so", "Somalia|Somali"),
    ("sr", "Suriname"),
    ("ss", "South Sudan"),
    ("st", "Sao Tome and Principe"),
    ("su", "Soviet Union|USSR|U.S.S.R.|Union of Soviet Socialist Republics|Former USSR|Former Soviet Union"),
    ("sv", "El Salvador"),
    ("sx", "Sint Maarten"),
    ("sy", "Syria|Syrian Arab Republic|Syrian"),
    ("sz", "Eswatini|Swaziland|Kingdom of Eswatini"),
    ("tc", "Turks and Caicos Islands"),
    ("td", "Chad"),
    ("tf", "French Southern Territories"),
    ("tg", "Togo"),
    ("th", "Thailand|Siam"),
    ("tj", "Tajikistan"),
    ("tk", "Tokelau"),
    ("tl", "Timor-Leste|East Timor"),
    ("tm", "Turkmenistan"),
    ("tn", "Tunisia|Tunisian"),
    ("to", "Tonga"),
    ("tr", "Turkey|Turkiye|Republic of Turkey"),
    ("tt", "Trinidad and Tobago"),
    ("tv", "Tuvalu"),
    ("tw", "Taiwan|Taiwan, Province of China|Taiwan (China)"),
    ("tz", "Tanzania|United Republic of Tanzania"),
    ("ua", "Ukraine"),
    ("ug", "Uganda"),
    ("um", "United States Minor Outlying Islands"),
    ("us", "United States|United States of America|USA|U.S.A.|U.S.|American"),
    ("uy", "Uruguay"),
    ("uz", "Uzbekistan"),
    ("va", "Holy See|Vatican|Vatican City|Vatican City State"),
    ("vc", "Saint Vincent and the Grenadines|St. Vincent & Grenadines"),
    ("ve", "Venezuela|Bolivarian Republic of Venezuela|Venezuela, Bolivarian Republic of"),
    ("vg", "British Virgin Islands|Virgin Islands, British|BVI"),
    ("vi", "US Virgin Islands|U.S. Virgin Islands|Virgin Islands, U.S.|United States Virgin Islands"),
    ("vn", "Vietnam|Viet Nam"),
    ("vu", "Vanuatu"),
    ("wf", "Wallis and Futuna"),
    ("ws", "Samoa|Western Samoa"),
    ("xk", "Kosovo"),
    ("ye", "Yemen|Republic of Yemen|North Yemen|South Yemen"),
    ("yt", "Mayotte"),
    (
        "yu",
        "Yugoslavia|Former Yugoslavia|Federal Republic of Yugoslavia|Socialist Federal Republic of Yugoslavia",
    ),
    ("za", "South Africa"),
    ("zm", "Zambia|Northern Rhodesia"),
    ("zw", "Zimbabwe|Rhodesia|Southern Rhodesia"),
];

#[cfg(test)]
mod tests {
    use super::{NAMES, country_code, country_of_place, key};
    use std::collections::BTreeMap;

    #[test]
    fn no_name_stands_for_two_countries() {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (code, names) in NAMES {
            for name in names.split('|') {
                let earlier = seen.insert(key(name), code);
                assert!(earlier.is_none_or(|other| other == *code), "{name} is {code} and {earlier:?}");
            }
        }
    }

    #[test]
    fn names_as_published() {
        for (name, code) in [
            ("Korea, North", Some("kp")),
            ("Korea, South", Some("kr")),
            ("Democratic People's Republic of Korea", Some("kp")),
            ("Bahamas, The", Some("bs")),
            ("Man, Isle of", Some("im")),
            ("Türkiye", Some("tr")),
            ("Côte d’Ivoire", Some("ci")),
            ("St. Kitts and Nevis", Some("kn")),
            ("Congo, Republic of the", Some("cg")),
            ("Virgin Islands, British", Some("vg")),
            ("undetermined", None),
            ("", None),
        ] {
            assert_eq!(country_code(name), code, "{name}");
        }
    }

    #[test]
    fn places_end_in_a_country() {
        for (place, code) in [
            ("Culiacan, Sinaloa, Mexico", Some("mx")),
            ("Kinshasa, Congo, Democratic Republic of the", Some("cd")),
            ("Lebanon", Some("lb")),
            ("Guadalajara, Jalisco", None),
            ("", None),
            (",,", None),
        ] {
            assert_eq!(country_of_place(place), code, "{place}");
        }
    }
}
