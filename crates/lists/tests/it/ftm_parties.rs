//! FollowTheMoney: which entities are parties, and what becomes of all others.

use tenantry_lists::{ListsError, NoticeKind, Reading, Snapshot, apply_ftm_delta, read_ftm};
use tenantry_model::listed::{ListedEntity, Property, Schema};

fn line(id: &str, schema: &str, properties: &str) -> String {
    format!("{{\"id\":\"{id}\",\"schema\":\"{schema}\",\"properties\":{{{properties}}}}}\n")
}

fn read(lines: &[String]) -> Reading {
    read_ftm("exa", "Example", None, lines.concat().as_bytes()).unwrap()
}

fn changed(base: &Snapshot, lines: &[(&str, String)]) -> Result<Reading, ListsError> {
    let line = |(op, entity): &(&str, String)| format!("{{\"op\":\"{op}\",\"entity\":{}}}", entity.trim());
    let delta = lines.iter().map(line).collect::<Vec<_>>().join("\n");
    apply_ftm_delta(base, None, delta.as_bytes())
}

fn ids(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.entities().iter().map(|entity| entity.id.as_str()).collect()
}

fn entity<'s>(snapshot: &'s Snapshot, id: &str) -> &'s ListedEntity {
    snapshot.entities().iter().find(|entity| entity.id == id).unwrap()
}

fn texts<'s>(snapshot: &'s Snapshot, id: &str, property: Property) -> Vec<&'s str> {
    entity(snapshot, id).texts(property).collect()
}

fn remarks(snapshot: &Snapshot, id: &str) -> Vec<String> {
    let notes = entity(snapshot, id).properties.get(&Property::Notes);
    notes.into_iter().flatten().map(|value| format!("{}: {}", value.note, value.text)).collect()
}

fn whys(reading: &Reading) -> Vec<&str> {
    assert!(
        reading.notices.iter().all(|notice| notice.kind == NoticeKind::Doubtful),
        "{:?}",
        reading.notices
    );
    reading.notices.iter().map(|notice| notice.why.as_str()).collect()
}

/// From a review: an organisation called like a street was a hit on an address with 0.9.
#[test]
fn what_is_no_party_is_no_entry_and_is_counted() {
    let named = |id: &str, schema: &str| line(id, schema, r#""name":["12 Example Street"]"#);
    let reading = read(&[
        named("p", "Person"),
        named("b", "PublicBody"),
        named("v", "Vehicle"),
        named("u", "Spacecraft"),
        line("n", "Spacecraft", r#""mass":["7"]"#),
        named("o1", "Position"),
        named("o2", "Position"),
        named("r", "RealEstate"),
        line("s1", "Security", r#""name":["Example share"],"isin":["XS0000000001"],"issuer":["p"]"#),
        line("s2", "Security", r#""name":["Example bond"],"isin":["XS0000000002"]"#),
    ]);
    let snapshot = &reading.snapshot;
    assert_eq!(ids(snapshot), ["p", "b", "v", "u", "s2"]);
    assert_eq!(entity(snapshot, "b").schema, Schema::Organization);
    assert_eq!(texts(snapshot, "p", Property::Isin), ["XS0000000001"]);
    assert_eq!(texts(snapshot, "s2", Property::Isin), ["XS0000000002"]);
    assert_eq!(remarks(snapshot, "p"), ["security name: Example share"]);
    assert_eq!(
        whys(&reading),
        [
            "left out, because they are no parties: 2 of schema `Position`",
            "left out, because they are no parties: 1 of schema `RealEstate`",
            "left out, because they are no parties: 1 of schema `Spacecraft`",
            "kept as things, because their schema is not known here: 1 of schema `Spacecraft`",
        ]
    );
}

#[test]
fn an_address_goes_to_everybody_who_names_it() {
    let reading = read(&[
        line("p", "Person", r#""name":["Ada Example"],"addressEntity":["a1","a2"]"#),
        line("a1", "Address", r#""full":["12 Example Street, Izhevsk"],"city":["Izhevsk"],"country":["ru"]"#),
        line(
            "a2",
            "Address",
            r#""street":["Hauptplatz 1"],"postalCode":["8010"],"city":["Graz"],"country":["at"]"#,
        ),
        line("q", "Company", r#""name":["Example Works"],"addressEntity":["a1","gone"]"#),
        line("a3", "Address", r#""full":["Nowhere 1"]"#),
    ]);
    let snapshot = &reading.snapshot;
    assert_eq!(ids(snapshot), ["p", "q"]);
    let addresses = &entity(snapshot, "p").properties[&Property::Address];
    let shown: Vec<_> =
        addresses.iter().map(|v| (v.text.as_str(), v.note.as_str(), v.origin.file.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("12 Example Street, Izhevsk", "ru", "entities.ftm.json#a1"),
            ("Hauptplatz 1, 8010, Graz", "at", "entities.ftm.json#a2")
        ]
    );
    assert_eq!(texts(snapshot, "q", Property::Address), ["12 Example Street, Izhevsk"]);
    // What is named and not there is told, and found again when it comes.
    assert_eq!(remarks(snapshot, "q"), ["addressEntity: gone"]);
    assert_eq!(
        whys(&reading),
        [
            "no entry of this list names the address `a3`: it is left out",
            "`q` names the address `gone`, which is not in the file"
        ]
    );
}

#[test]
fn addresses_follow_their_deltas() {
    let ada = |addresses: &str| {
        line("p", "Person", &format!(r#""name":["Ada Example"],"addressEntity":[{addresses}]"#))
    };
    let base = read(&[
        ada(r#""a1","a2""#),
        line("a1", "Address", r#""full":["Street 1"]"#),
        line("a2", "Address", r#""full":["Street 2"]"#),
        line("q", "Company", r#""name":["Example Works"],"addressEntity":["a1","later"]"#),
    ]);
    let of = |snapshot: &Snapshot, id: &str| {
        let mut found: Vec<String> =
            texts(snapshot, id, Property::Address).into_iter().map(str::to_owned).collect();
        found.sort_unstable();
        found
    };
    // The address changes: everybody who names it is told, though nobody is sent again.
    let next = changed(&base.snapshot, &[("MOD", line("a1", "Address", r#""full":["Street 10"]"#))]).unwrap();
    assert_eq!(of(&next.snapshot, "p"), ["Street 10", "Street 2"]);
    assert_eq!(of(&next.snapshot, "q"), ["Street 10"]);
    // Who is sent again names its addresses anew; one that another entry has is known.
    let next = changed(
        &next.snapshot,
        &[
            ("MOD", ada(r#""a2""#)),
            ("ADD", line("r", "Person", r#""name":["Eve Example"],"addressEntity":["a1"]"#)),
        ],
    )
    .unwrap();
    assert_eq!(of(&next.snapshot, "p"), ["Street 2"]);
    assert_eq!(of(&next.snapshot, "r"), ["Street 10"]);
    // One that was named before it was there.
    let next =
        changed(&next.snapshot, &[("ADD", line("later", "Address", r#""full":["Street 3"]"#))]).unwrap();
    assert_eq!(of(&next.snapshot, "q"), ["Street 10", "Street 3"]);
    assert_eq!(remarks(&next.snapshot, "q"), [] as [&str; 0]);
    // One that goes, with its holder sent again.
    let next = changed(&next.snapshot, &[("DEL", "{\"id\":\"a2\"}".to_owned()), ("MOD", ada(""))]).unwrap();
    assert_eq!(of(&next.snapshot, "p"), [] as [&str; 0]);
    assert_eq!(whys(&next), [] as [&str; 0]);
}

#[test]
fn what_a_sanction_or_a_document_says_is_kept_with_whom_it_is_about() {
    let reading = read(&[
        line("p", "Person", r#""name":["Ada Example"]"#),
        line(
            "s",
            "Sanction",
            r#""entity":["p"],"authority":["Example Council"],"country":["eu"],"program":["EXA"],"provisions":["Asset freeze"],
               "reason":["Invented"],"status":["active"],"startDate":["2020-01-01"],"endDate":["2021-01-01"],
               "sourceUrl":["https://example.org/1"],"summary":["Short"],"unscId":["EXi.001"]"#
                .replace('\n', "")
                .as_str(),
        ),
        line(
            "d",
            "Passport",
            r#""holder":["p"],"number":["P1"],"country":["at"],"type":["diplomatic"],"startDate":["2010-01-02"],"endDate":["2020-01-02"],"authority":["Graz"],"summary":["lost"]"#,
        ),
        line("i", "Identification", r#""holder":["p"],"number":["N1"],"country":["at"],"type":["Driver's license"]"#),
        line("e", "Passport", r#""holder":["p"],"country":["cy"]"#),
    ]);
    assert_eq!(whys(&reading), [] as [&str; 0]);
    let snapshot = &reading.snapshot;
    assert_eq!(texts(snapshot, "p", Property::Program), ["EXA"]);
    assert_eq!(texts(snapshot, "p", Property::ListedOn), ["2020-01-01"]);
    assert_eq!(texts(snapshot, "p", Property::SourceUrl), ["https://example.org/1"]);
    let note = |property| entity(snapshot, "p").properties[&property].first().unwrap().note.clone();
    assert_eq!(note(Property::PassportNumber), "at; issued 2010-01-02; expires 2020-01-02");
    assert_eq!(note(Property::IdNumber), "at; Driver's license");
    let mut remarks = remarks(snapshot, "p");
    remarks.sort_unstable();
    assert_eq!(
        remarks,
        [
            "passport authority: Graz",
            "passport country: cy",
            "passport summary: lost",
            "passport type: diplomatic",
            "sanction authority: Example Council",
            "sanction country: eu",
            "sanction endDate: 2021-01-01",
            "sanction provisions: Asset freeze",
            "sanction reason: Invented",
            "sanction status: active",
            "sanction summary: Short",
            "sanction unscId: EXi.001",
        ]
    );
    // The country of an authority is not the country of whom it lists.
    assert_eq!(texts(snapshot, "p", Property::Country), [] as [&str; 0]);
}

/// From a review: a passport whose holder is not in the file vanished without a word.
#[test]
fn whatever_is_about_nobody_in_the_file_is_told_one_by_one() {
    let reading = read(&[
        line("p", "Person", r#""name":["Ada Example"]"#),
        line("d", "Passport", r#""holder":["gone","p"],"number":["P1"]"#),
        line("s", "Sanction", r#""entity":["gone"],"program":["EXA"]"#),
        line("o", "Ownership", r#""owner":["gone"],"asset":["p"]"#),
        line("n", "Sanction", r#""program":["EXA"]"#),
    ]);
    assert_eq!(texts(&reading.snapshot, "p", Property::PassportNumber), ["P1"]);
    assert_eq!(
        whys(&reading),
        [
            "`d` (Passport) is about `gone`, which is no entry of this list: what it says is left out",
            "`s` (Sanction) is about `gone`, which is no entry of this list: what it says is left out",
            "`o` (Ownership) is about `gone`, which is no entry of this list: what it says is left out",
            "`n` (Sanction) does not say whom it is about and is left out",
        ]
    );
    assert_eq!(reading.notices.iter().map(|notice| notice.line).collect::<Vec<_>>(), [2, 3, 4, 5]);
}

#[test]
fn a_post_is_a_tie_with_its_name_through_deltas() {
    let base = read(&[
        line("p", "Person", r#""name":["Ada Example"]"#),
        line("m", "Position", r#""name":["Mayor of Exampleton"]"#),
        line("o", "Occupancy", r#""holder":["p"],"post":["m"]"#),
    ]);
    let ties = |snapshot: &Snapshot, id: &str| -> Vec<String> {
        entity(snapshot, id).relations.iter().map(|tie| format!("{} {}", tie.kind, tie.target_name)).collect()
    };
    assert_eq!(ties(&base.snapshot, "p"), ["holds Mayor of Exampleton"]);
    let next = changed(
        &base.snapshot,
        &[
            ("ADD", line("q", "Person", r#""name":["Eve Example"]"#)),
            ("ADD", line("o2", "Occupancy", r#""holder":["q"],"post":["m"]"#)),
        ],
    )
    .unwrap();
    assert_eq!(ties(&next.snapshot, "q"), ["holds Mayor of Exampleton"]);
    let next = changed(&next.snapshot, &[("MOD", line("m", "Position", r#""name":["Mayor of Sampleton"]"#))])
        .unwrap();
    assert_eq!(ties(&next.snapshot, "p"), ["holds Mayor of Sampleton"]);
}

/// From a review: a delta that was left out or came twice was applied all the same.
#[test]
fn a_delta_that_does_not_follow_is_refused() {
    let base = read(&[
        line("p", "Person", r#""name":["Ada Example"]"#),
        line("d", "Passport", r#""holder":["p"],"number":["P1"]"#),
    ]);
    let person = |id: &str| line(id, "Person", r#""name":["Eve Example"]"#);
    let gone = |id: &str| format!("{{\"id\":\"{id}\"}}");
    for (op, entity, says) in [
        ("ADD", person("p"), "line 1 adds an entity that is there already: `p`"),
        (
            "ADD",
            line("d", "Passport", r#""holder":["p"],"number":["P2"]"#),
            "adds an entity that is there already: `d`",
        ),
        ("MOD", person("x"), "line 1 changes an entity that is not there: `x`"),
        ("MOD", line("x", "Passport", r#""holder":["p"]"#), "changes an entity that is not there: `x`"),
        ("DEL", gone("x"), "line 1 deletes an entity that is not there: `x`"),
    ] {
        let error = changed(&base.snapshot, &[(op, entity)]).unwrap_err();
        assert!(matches!(error, ListsError::DeltaGap { .. }), "{error}");
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.to_string().contains("apply the deltas in their order"), "{error}");
    }
    // Of what is no party nothing is held.
    assert!(changed(&base.snapshot, &[("MOD", line("x", "Article", r#""name":["x"]"#))]).is_ok());

    let first = [("ADD", person("x")), ("DEL", gone("d"))];
    let second = [("MOD", person("x"))];
    let next = changed(&base.snapshot, &first).unwrap().snapshot;
    assert!(changed(&next, &second).is_ok());
    assert!(changed(&next, &first).is_err(), "the same again");
    assert!(changed(&base.snapshot, &second).is_err(), "the first was left out");
    // Within one delta the last word on an entity counts, and each follows the one before it.
    assert!(changed(&base.snapshot, &[("DEL", gone("p")), ("ADD", person("p"))]).is_ok());
    assert!(changed(&base.snapshot, &[("DEL", gone("p")), ("DEL", gone("p"))]).is_err());
    let odd = changed(&base.snapshot, &[("PUT", person("x"))]).unwrap();
    assert_eq!(odd.set_aside, 1);
}
