//! `tenantry screen` and `tenantry compare`: what goes in comes out in order, and nothing is lost.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

struct Ended {
    code: i32,
    out: String,
    err: String,
}

/// Runs the program in a folder, with something on standard input.
fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tenantry"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A command that does not read its input closes it early.
            let _ = stdin.write_all(input);
        });
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    })
}

fn json_lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const LIST: &str = r#"{"id":"own-1","schema":"Person","properties":{"name":["EXAMPLE, Ada Quillon"],"birthDate":["1980-05-28"],"nationality":["gb"]}}
{"id":"own-2","schema":"Company","properties":{"name":["Brumfeld Zytech Trading LLC"],"registrationNumber":["HRB 448877"]}}
"#;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.ftm.json"), LIST).unwrap();
    folder
}

#[test]
fn every_query_is_answered_in_its_place() {
    let folder = folder();
    let long = format!(r#"{{"schema":"Person","properties":{{"name":"{}"}}}}"#, "x".repeat(17 << 20));
    let many_aliases: Vec<String> =
        (0..5_000).map(|n| format!("Alias {n}")).chain(["Ada Quillon Example".to_owned()]).collect();
    let aliases = serde_json::json!({"id": "many", "schema": "Person", "properties": {"name": many_aliases}})
        .to_string();
    let words = serde_json::json!({"id": "words", "schema": "Person", "properties": {"name": "word ".repeat(100_000)}}).to_string();
    let input = [
        r#"{"id":"a","schema":"Person","properties":{"name":["Ada Quilon Example"],"birthDate":"1980-05-28","shoeSize":"38"}}"#,
        "",
        r#"{"id":"b","schema":"Company","properties":{"name":"Nobody We Know GmbH"}}"#,
        "{broken",
        r#"{"id":"c","schema":"Spaceship","properties":{"name":"x"}}"#,
        r#"{"id":"d","schema":"Person","properties":{"name":"\ud800"}}"#,
        r#"["no object"]"#,
        &long,
        r#"{"id":"e","schema":"Person","properties":{"name":["\u202eelpmaxE\u0000\u0007 Ada"]}}"#,
        r#"{"id":"f","schema":"Person","properties":{}}"#,
        r#"{"id":"g","schema":"Company","properties":{"name":["Zzz"],"registrationNumber":"HRB448877"}}"#,
        &aliases,
        &words,
    ]
    .join("\n");
    let ended = run(folder.path(), &["screen", "--list", "own.ftm.json"], input.as_bytes());
    assert_eq!(ended.code, 3, "{}", ended.err);
    assert_eq!(ended.err, "7 lines could not be screened; each has an `error` in its place\n");
    let lines = json_lines(&ended.out);
    let numbers: Vec<u64> = lines.iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    let first: Vec<&str> =
        lines.iter().map(|line| line["results"][0]["id"].as_str().unwrap_or("-")).collect();
    assert_eq!(first, ["own-1", "-", "-", "-", "-", "-", "-", "-", "-", "own-2", "own-1", "-"]);
    let told: Vec<String> =
        lines.iter().filter_map(|line| line["error"].as_str()).map(str::to_owned).collect();
    insta::assert_snapshot!("refusals_of_screen", told.join("\n"));
    insta::assert_json_snapshot!("first_answer_of_screen", lines[0]);
}

#[test]
fn all_cores_give_the_order_and_the_answers_of_one() {
    let folder = folder();
    let mut input = String::new();
    for number in 0..6_000 {
        let name = if number % 1_000 == 7 { "Ada Quillon Example" } else { "Somebody Else" };
        writeln!(input, r#"{{"id":"{number}","schema":"Person","properties":{{"name":["{name}"]}}}}"#)
            .unwrap();
    }
    let ended = run(folder.path(), &["screen", "--list", "own.ftm.json"], input.as_bytes());
    assert_eq!(ended.code, 0, "{}", ended.err);
    let lines = json_lines(&ended.out);
    assert_eq!(lines.len(), 6_000);
    for (number, line) in lines.iter().enumerate() {
        assert_eq!(line["id"], number.to_string());
        let expected = usize::from(number % 1_000 == 7);
        assert_eq!(line["results"].as_array().unwrap().len(), expected, "{number}");
    }
}

#[test]
fn a_packed_list_and_a_folder_screen_like_the_file() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("lists")).unwrap();
    std::fs::copy(folder.path().join("own.ftm.json"), folder.path().join("lists/own.ftm.json")).unwrap();
    let packed = run(folder.path(), &["lists", "pack", "own.ftm.json", "-o", "own.snapshot"], b"");
    assert_eq!(packed.code, 0, "{}", packed.err);
    let query = br#"{"schema":"Person","properties":{"name":["Ada Quillon Example"]}}"#;
    let answers: Vec<String> = ["own.ftm.json", "own.snapshot", "lists"]
        .iter()
        .map(|list| run(folder.path(), &["screen", "--list", list], query).out)
        .collect();
    assert!(answers[0].contains("own-1"));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

/// From a review: what was wrong in a list was told by `import` only.
#[test]
fn what_was_wrong_in_a_list_is_told_by_every_command_that_reads_one() {
    let folder = folder();
    let lines: Vec<String> = (0..300)
        .map(|n| format!(r#"{{"id":"p-{n}","schema":"Person","properties":{{"name":["Person {n}"]}}}}"#))
        .collect();
    std::fs::write(folder.path().join("odd.ftm.json"), format!("{}\nno object\n", lines.join("\n"))).unwrap();
    let notice = "entities.ftm.json:301: the line is not a JSON object";
    let told = format!("odd.ftm.json: {notice}\n");

    let query = br#"{"schema":"Person","properties":{"name":["Ada Quillon Example"]}}"#;
    let screened = run(folder.path(), &["screen", "--list", "odd.ftm.json"], query);
    assert_eq!((screened.code, screened.err.as_str()), (0, told.as_str()));
    let packed = run(folder.path(), &["lists", "pack", "odd.ftm.json", "-o", "odd.tnl", "--json"], b"");
    assert_eq!((packed.code, packed.err), (0, told.replace("odd.ftm.json:", "odd.tnl:")));
    let answer: serde_json::Value = serde_json::from_str(&packed.out).unwrap();
    assert_eq!((&answer["entities"], &answer["notices"]), (&300.into(), &serde_json::json!([notice])));
    let compared = run(folder.path(), &["lists", "diff", "odd.tnl", "odd.ftm.json", "--json"], b"");
    assert_eq!((compared.code, compared.err), (0, told));
    let answer: serde_json::Value = serde_json::from_str(&compared.out).unwrap();
    assert_eq!(answer["notices"], serde_json::json!({ "old": [], "new": [notice] }));
}

#[test]
fn wrong_use_is_told() {
    let folder = folder();
    std::fs::write(folder.path().join("cut.ftm.json"), LIST.split_at(LIST.len() - 20).0).unwrap();
    std::fs::write(folder.path().join("odd.csv"), "a,b\n1,2\n").unwrap();
    std::fs::write(folder.path().join("scored.csv"), "name1,name2,Score\nAda,Ada,1\n").unwrap();
    let sdn = format!("36,\"EXAMPLE AIR\"{}\r\n\u{1a}", ",-0- ".repeat(10));
    std::fs::write(folder.path().join("sdn.csv"), sdn).unwrap();
    let rows: &[(&[&str], &str)] = &[
        (&["screen"], "--list"),
        (&["screen", "--list", "missing.json"], "missing.json"),
        (&["screen", "--list", "cut.ftm.json"], "cut off"),
        (&["screen", "--list", "sdn.csv"], "lack `alt.csv` (aliases)"),
        (&["lists", "pack", "sdn.csv", "-o", "x"], "lack `alt.csv` (aliases)"),
        (&["lists", "pack", "sdn.csv", "-o", "x", "--without", "all"], "is none of entries, names, aliases"),
        (&["screen", "--list", "own.ftm.json", "--threshold", "70"], "0.5 to 1"),
        (&["compare"], "name one file"),
        (&["compare", "--pairs", "missing.csv"], "cannot read missing.csv"),
        (&["compare", "--pairs", "odd.csv"], "the columns `name1` and `name2` are needed, found: a, b"),
        (&["compare", "--pairs", "scored.csv"], "the file has a column `score` already"),
        (&["compare", "--pairs", "odd.csv", "--entities", "odd.csv"], "cannot be used with"),
        (&["compare", "--pairs", "odd.csv", "--algorithm", "magic"], "possible values: tenantry-8, ofac"),
    ];
    for (arguments, said) in rows {
        let ended = run(folder.path(), arguments, b"");
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{arguments:?}: {}", ended.err);
        assert!(ended.err.contains(said), "{arguments:?}: {}", ended.err);
    }
}

/// Columns in any order and case, more columns, quotes, BOM, CRLF, missing cells: every row comes back with its score.
#[test]
fn rows_keep_their_place_and_their_columns() {
    let folder = folder();
    let rows = "\u{feff}Note,name2,SCHEMA,name1,is_match\r\n\
        \"a \"\"quoted\"\", note\",\"EXAMPLE, Ada\",Person,Ada Example,true\r\n\
        second,Brumfeld GmbH,Company,Zytech Ltd,false\r\n\
        unknown schema,Ada Example,Spaceship,Ada Example,\r\n\
        no schema,Ada Example,,Ada Example\r\n\
        no name,,Person,Ada Example,false\r\n\
        too many,Ada,Person,Ada,x,y,z\r\n\
        \"two\nlines\",Пример Ада,Person,Ada Primer,true";
    std::fs::write(folder.path().join("pairs.csv"), rows).unwrap();
    let ended = run(folder.path(), &["compare", "--pairs", "pairs.csv"], b"");
    assert_eq!(ended.code, 3);
    insta::assert_snapshot!("compare_pairs", format!("{}--\n{}", ended.out, ended.err));
}

#[test]
fn columns_apart_by_a_tab_and_both_ways_to_name_them() {
    let folder = folder();
    let rows = "Ada \"Example\tEXAMPLE, Ada\nשבתי כהן\tShabbatai ha-Kohen\tmore\nalone\n";
    std::fs::write(folder.path().join("pairs.tsv"), rows).unwrap();
    let one = run(folder.path(), &["compare", "--tsv", "pairs.tsv"], b"");
    let other = run(folder.path(), &["compare", "--pairs", "pairs.tsv", "--tsv"], b"");
    let piped = run(folder.path(), &["compare", "--tsv", "-"], rows.as_bytes());
    assert_eq!((one.code, &one.out), (3, &other.out));
    assert_eq!(one.out, piped.out);
    insta::assert_snapshot!("compare_tsv", format!("{}--\n{}", one.out, one.err));
}

#[test]
fn entities_keep_their_line_and_gain_a_score() {
    let folder = folder();
    let rows = [
        r#"{"match": true, "schema": "Person", "query": {"name": "Ada Example"}, "candidate": {"name": "Ada Example"}}"#,
        r#"{"schema":"Person","query":{"firstName":"Ada","lastName":"Example","birthDate":["1980"]},"candidate":{"schema":"Person","properties":{"name":["EXAMPLE, Ada"],"birthDate":["1950"]}} }"#,
        r#"{"schema":"Company","query":{"registrationNumber":"HRB 448877"},"candidate":{"registrationNumber":["HRB448877"]}}"#,
        r#"{"schema":"Person","query":{"name":"Ada"}}"#,
        "no json",
        r#"{"schema":"Unheard","query":{"name":"Ada Example"},"candidate":{"name":"Ada Example"}}"#,
        r#"{"id":"r-7","schema":"Person","query":{"name":"Ada \ud800"},"candidate":{"name":"Ada Example"}}"#,
        r#"{"id":"r-8","schema":"Person","query":{"name":"Ada"},"candidate":{"name":"Ada"},"score":"0.5"}"#,
    ];
    std::fs::write(folder.path().join("pairs.jsonl"), rows.join("\r\n")).unwrap();
    let ended = run(folder.path(), &["compare", "--entities", "pairs.jsonl"], b"");
    assert_eq!(ended.code, 3);
    assert_eq!(json_lines(&ended.out).len(), rows.len());
    insta::assert_snapshot!("compare_entities", format!("{}--\n{}", ended.out, ended.err));
}

#[test]
fn the_agencys_score_is_a_hundredth_of_what_its_tool_shows() {
    let folder = folder();
    let rows = "name1,name2\nPUTIN VLADIMIR,\"PUTIN, Vladimir\"\n";
    let ended = run(folder.path(), &["compare", "--pairs", "-", "--algorithm", "ofac"], rows.as_bytes());
    assert_eq!(ended.code, 0, "{}", ended.err);
    let scored = "name1,name2,score\nPUTIN VLADIMIR,\"PUTIN, Vladimir\",1.000\n";
    assert_eq!(ended.out, scored);
}
