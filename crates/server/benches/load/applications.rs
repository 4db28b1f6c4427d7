//! What is applied for, written as text at once: the clients share the processors of the server and should take little of them.

const FIRST: [&str; 12] = [
    "Amara", "Bjorn", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hassan", "Ines", "Jun", "Kofi", "Leila",
];
const LAST: [&str; 12] = [
    "Okafor",
    "Lindqvist",
    "Moretti",
    "Sokolov",
    "Yilmaz",
    "Rahimi",
    "Hofmann",
    "Suleiman",
    "Carvalho",
    "Tanaka",
    "Mensah",
    "Haddad",
];

/// Applications of persons and firms in turn, with names that are compared with the list in earnest.
pub(crate) fn application(number: u32) -> String {
    if number.is_multiple_of(2) {
        let person = person(number, r#""customer","user","payer""#);
        return format!(r#"{{"reference":"load-{number}","parties":[{person}]}}"#);
    }
    let (firm, person) = (firm(number), person(number, r#""beneficial_owner","signatory""#));
    let interest = r#"{"owner":"person","owned":"firm","share":{"min":"100","max":"100"}}"#;
    format!(r#"{{"reference":"load-{number}","parties":[{firm},{person}],"interests":[{interest}]}}"#)
}

fn person(number: u32, roles: &str) -> String {
    let (first, last, born) = (pick(FIRST, number), pick(LAST, number / 12), born(number / 144));
    let facts = [
        format!(r#""kind":"legal_name","text":"{first} {last}""#),
        format!(r#""kind":"date_of_birth","date":"{born}""#),
        r#""kind":"citizenship","jurisdiction":"NZ""#.to_owned(),
        format!(
            r#""kind":"address","usage":"residential","street":"{number} Example Street","locality":"Auckland 1010","jurisdiction":"NZ""#
        ),
        format!(r#""kind":"email","address":"p{number}@example.net""#),
        format!(r#""kind":"telephone","number":"+642{number:08}""#),
        format!(r#""kind":"payment","method":"card","token":"tok_{number}""#),
    ];
    party("person", "individual", roles, &facts)
}

/// Another day for each: whoever shares name and date of birth with somebody is a link, and links are work that few applications
/// make. The days last for 2.9 million applications.
fn born(number: u32) -> String {
    let (day, month, year) = (number % 28, number / 28 % 12, number / 336 % 60);
    format!("{}-{:02}-{:02}", 1940 + year, month + 1, day + 1)
}

fn firm(number: u32) -> String {
    let (last, first) = (pick(LAST, number), pick(FIRST, number / 12));
    let facts = [
        format!(r#""kind":"legal_name","text":"{last} {first} Trading Limited""#),
        r#""kind":"organised_under","jurisdiction":"NZ""#.to_owned(),
        format!(r#""kind":"registration_number","jurisdiction":"NZ","number":"94290{number:08}""#),
        format!(
            r#""kind":"address","usage":"principal_place","street":"{number} Sample Road","locality":"Wellington 6011","jurisdiction":"NZ""#
        ),
        format!(r#""kind":"email","address":"f{number}@example.net""#),
        format!(r#""kind":"telephone","number":"+643{number:08}""#),
        format!(r#""kind":"payment","method":"processor_customer","token":"cus_{number}""#),
    ];
    party("firm", "organisation", r#""customer","payer""#, &facts)
}

fn party(key: &str, kind: &str, roles: &str, facts: &[String]) -> String {
    let facts: Vec<String> = facts.iter().map(|fact| format!(r#"{{"fact":{{{fact}}}}}"#)).collect();
    format!(r#"{{"key":"{key}","kind":"{kind}","roles":[{roles}],"facts":[{}]}}"#, facts.join(","))
}

fn pick(of: [&'static str; 12], number: u32) -> &'static str {
    of[number as usize % 12]
}
