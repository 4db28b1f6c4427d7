//! Somebody who applies alone, with everything that is asked for.

use serde_json::{Value, json};

/// The application of a person whose account opens: complete, and examined at `checked_at`. Every number is another person.
pub fn applicant(number: u32, checked_at: &str) -> Value {
    let checked = |fact: Value| json!({ "fact": fact, "check": "passport", "source": "document" });
    let said = |fact: Value| json!({ "fact": fact });
    json!({
        "reference": format!("ref-{number}"),
        "parties": [{
            "key": "me",
            "kind": "individual",
            "roles": ["customer", "user", "payer"],
            "facts": [
                checked(json!({ "kind": "legal_name", "text": format!("Aroha {} Ngata", word(number)) })),
                checked(json!({ "kind": "date_of_birth", "date": "1985-04-12" })),
                checked(json!({ "kind": "citizenship", "jurisdiction": "NZ" })),
                checked(json!({ "kind": "identity_document", "document": "passport", "jurisdiction": "NZ",
                                "number": format!("P{number:07}") })),
                said(json!({ "kind": "status_claim", "claim": "foreign_person" })),
                said(json!({ "kind": "address", "usage": "residential", "street": format!("{} Queen Street", number + 1),
                             "locality": "Town", "jurisdiction": "NZ" })),
                said(json!({ "kind": "place_of_use", "jurisdiction": "NZ" })),
                said(json!({ "kind": "email", "address": format!("person{number}@example.org") })),
                said(json!({ "kind": "telephone", "number": format!("+64912{number:05}") })),
                said(json!({ "kind": "payment", "method": "card", "token": format!("tok_{number}") })),
                said(json!({ "kind": "access_from", "access": "sign_up", "jurisdiction": "NZ",
                             "ip": format!("198.51.{}.{}", number / 250 % 250, number % 250) })),
            ],
            "checks": [{ "key": "passport", "method": "document_examined", "result": "pass",
                         "checked_at": checked_at, "description": "passport, read by machine" }],
        }],
    })
}

/// A part of a name that no other number below 17,576 has.
fn word(number: u32) -> String {
    let letter = |n: u32| char::from(b'a' + u8::try_from(n % 26).expect("below 26"));
    ['W', letter(number), 'e', letter(number / 26), 'o', letter(number / 676)].iter().collect()
}
