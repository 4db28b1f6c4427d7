//! What a configuration file may say, and what is told about it when it may not.

use tenantry::config::{
    Config, ConfigError, EXAMPLE, Override, RootKey, Store, Unlock, WebhookTargets, keys_and_variables,
};

/// The smallest file that is enough; lines may follow it from line 3 on.
const ENOUGH: &str = "[provider]\nname = \"Example Cloud\"\n";

fn problems(text: &str, overrides: &[Override]) -> Vec<String> {
    match Config::parse("tenantry.toml", text, overrides) {
        Ok(_) => Vec::new(),
        Err(ConfigError::Wrong(problems)) => problems.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
    }
}

/// Checks that `lines` after [`ENOUGH`] give exactly these problems, each begun so.
fn check(lines: &str, expected: &[&str]) {
    let found = problems(&format!("{ENOUGH}{lines}"), &[]);
    let same = found.len() == expected.len() && found.iter().zip(expected).all(|(f, e)| f.starts_with(e));
    assert!(same, "{lines:?} gave {found:#?}, expected {expected:#?}");
}

fn over(name: &str, value: &str) -> (Vec<Override>, Vec<String>) {
    let (overrides, problems) = Override::from_variables([(name.to_owned(), value.to_owned())]);
    (overrides, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn every_problem_is_told_with_its_line() {
    let rows: &[(&str, &[&str])] = &[
        ("", &[]),
        ("[server]\nlisten = \"0.0.0.0:80\"\npublic_url = \"https://r.example.com/\"\n", &[]),
        ("[server]\nlistn = \"0.0.0.0:80\"\n", &["tenantry.toml:4: unknown field `listn`"]),
        ("[sever]\nlisten = \"0.0.0.0:80\"\n", &["tenantry.toml:3: unknown field `sever`"]),
        ("[server]\nlisten = \"80\"\n", &["tenantry.toml:4: `80` does not fit here"]),
        ("[server]\nlisten = 80\n", &["tenantry.toml:4: invalid type: integer `80`"]),
        ("server = 3\n", &["tenantry.toml:3: unknown field `server`"]),
        (
            "[server]\npublic_url = \"http://r.example.com\"\n",
            &["tenantry.toml:4: a public URL begins with https"],
        ),
        (
            "[server]\npublic_url = \"http://localhost.example.com\"\n",
            &["tenantry.toml:4: a public URL begins with"],
        ),
        ("[server]\npublic_url = \"http://localhost:8080\"\n", &[]),
        (
            "[server]\npublic_url = \"r.example.com\"\n",
            &["tenantry.toml:4: a public URL is a scheme and a host"],
        ),
        (
            "[server]\ntrusted_proxies = [\"10.0.0.1\", \"proxy\"]\n",
            &["tenantry.toml:4: `proxy` does not fit here"],
        ),
        (
            "[store]\nsqlite = \"a\"\npostgres = \"postgres://h/d\"\n",
            &["tenantry.toml:5: store.sqlite and store.postgres"],
        ),
        ("[store]\npostgres = \"mysql://h/d\"\n", &["tenantry.toml:4: store.postgres begins with"]),
        (
            "[root_key]\npassphrase = \"hunter2hunter2\"\n",
            &["tenantry.toml:4: root_key.passphrase can only be"],
        ),
        (
            "[lists]\nscreen_against = [\"ofac sdn\"]\n",
            &["tenantry.toml:4: `ofac sdn` is not the code of a list"],
        ),
        (
            "[rate_limits.gate]\nburst = 0\n",
            &["tenantry.toml:4: rate_limits.gate.burst lies between 1 and 1000000"],
        ),
        (
            "[logs]\nformat = \"xml\"\nlevel = \"loud\"\n",
            &["tenantry.toml:4: `xml` is not", "tenantry.toml:5: `loud` is not"],
        ),
        (
            "[sessions]\nidle_minutes = 700\nabsolute_hours = 1\n",
            &["tenantry.toml:4: sessions.idle_minutes is longer"],
        ),
        ("[webhooks]\nallow_private = \"yes\"\n", &["tenantry.toml:4: invalid type: string \"yes\""]),
        ("[logs\n", &["tenantry.toml:3: "]),
        (
            "[logs]\ncolour = 1\n[store]\nfile = \"x\"\n[sessions]\nidle_minutes = 0\n",
            &[
                "tenantry.toml:4: unknown field `colour`",
                "tenantry.toml:6: unknown field `file`",
                "tenantry.toml:8: sessions.idle",
            ],
        ),
    ];
    for (lines, expected) in rows {
        check(lines, expected);
    }
}

#[test]
fn what_has_no_default_is_asked_for() {
    let found = problems("", &[]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("tenantry.toml: provider.name is missing"), "{found:#?}");
}

#[test]
fn variables_stand_above_the_file_and_their_problems_name_them() {
    let rows = [
        ("TENANTRY_SERVER_LISTEN", "127.0.0.1:9", ""),
        ("TENANTRY_SERVER_LISTEN", "9", "TENANTRY_SERVER_LISTEN: `9` does not fit here"),
        ("TENANTRY_LISTS_SCREEN_AGAINST", "ofac-sdn, un-sc", ""),
        (
            "TENANTRY_LISTS_SCREEN_AGAINST",
            "ofac-sdn, the list",
            "TENANTRY_LISTS_SCREEN_AGAINST: `the list` is not the code of a list",
        ),
        ("TENANTRY_WEBHOOKS_ALLOW_PRIVATE", "false", ""),
        (
            "TENANTRY_WEBHOOKS_ALLOW_PRIVATE",
            "maybe",
            "TENANTRY_WEBHOOKS_ALLOW_PRIVATE: invalid type: string \"maybe\"",
        ),
        ("TENANTRY_SESSIONS_IDLE_MINUTES", "45", ""),
        (
            "TENANTRY_SESSIONS_ABSOLUTE_HOURS",
            "45000",
            "TENANTRY_SESSIONS_ABSOLUTE_HOURS: sessions.absolute_hours lies between",
        ),
        (
            "TENANTRY_SESSION_IDLE_MINUTES",
            "45",
            "TENANTRY_SESSION_IDLE_MINUTES: no setting has this variable",
        ),
        ("TENANTRY_CONFIG", "x.toml", ""),
        ("PATH", "/bin", ""),
    ];
    for (name, value, expected) in rows {
        let (overrides, mut found) = over(name, value);
        found.extend(problems(ENOUGH, &overrides));
        match expected {
            "" => assert!(found.is_empty(), "{name}={value}: {found:?}"),
            _ => assert!(found.len() == 1 && found[0].starts_with(expected), "{name}={value}: {found:?}"),
        }
    }
}

#[test]
fn an_override_replaces_what_the_file_says() {
    let file = format!("{ENOUGH}[store]\nsqlite = \"a.db\"\n[webhooks]\nallow_private = false\n");
    let (mut overrides, _) = over("TENANTRY_STORE_SQLITE", "b.db");
    overrides.extend(over("TENANTRY_WEBHOOKS_ALLOW_PRIVATE", "true").0);
    let config = Config::parse("etc/tenantry.toml", &file, &overrides).unwrap();
    assert_eq!(config.store, Store::Sqlite { path: "etc/b.db".into() });
    assert_eq!(config.webhooks, WebhookTargets::PublicAndPrivate);
}

#[test]
fn the_example_is_accepted_and_shows_the_defaults() {
    let example = Config::parse("tenantry.toml", EXAMPLE, &[]).unwrap();
    let bare = Config::parse("tenantry.toml", ENOUGH, &[]).unwrap();
    assert_eq!(example, bare);
    assert_eq!(
        bare.root_key,
        RootKey {
            file: "tenantry-data/root.key".into(),
            unlock: Unlock::File("tenantry-data/unlock.key".into())
        }
    );
    // Each commented line taken for itself is a setting, and all of them are there.
    for (key, variable) in keys_and_variables() {
        let last = key.rsplit('.').next().unwrap();
        let line = EXAMPLE
            .lines()
            .map(|line| line.trim_start_matches("# "))
            .find(|line| line.starts_with(&format!("{last} = ")));
        assert!(line.is_some(), "{key} ({variable}) is not in the example");
    }
}

#[test]
fn the_defaults_in_the_example_are_the_defaults() {
    // Everything that is commented out is put in force, except the second of two that exclude each other, and what is off unless named.
    let excluded = [
        "postgres = ",
        "passphrase = ",
        "pack = ",
        "signer_socket = ",
        "policy = ",
        "urls = ",
        "roots = ",
        "module = ",
        "token = ",
        "key = ",
        "pin_file = ",
    ];
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix("# ") {
        Some(setting) if is_setting(setting) && !excluded.iter().any(|e| setting.starts_with(e)) => setting,
        _ => line,
    });
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    let spelled_out = Config::parse("tenantry.toml", &text, &[]).unwrap();
    assert_eq!(spelled_out, Config::parse("tenantry.toml", EXAMPLE, &[]).unwrap());
}

fn is_setting(line: &str) -> bool {
    line.split_once(" = ").is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
}

#[test]
fn variables_of_settings_are_all_different() {
    let mut variables: Vec<String> = keys_and_variables().map(|(_, variable)| variable).collect();
    let all = variables.len();
    variables.sort();
    variables.dedup();
    assert_eq!(variables.len(), all);
}

#[test]
fn credentials_of_the_database_are_never_shown() {
    let urls = [
        "postgres://ada:s3cret@db.example.com/t?password=s3cret",
        "postgresql://db.example.com/t?password=s3cret&user=ada",
    ];
    for url in urls {
        let file = format!("{ENOUGH}[store]\npostgres = \"{url}\"\n");
        let config = Config::parse("tenantry.toml", &file, &[]).unwrap();
        let shown = format!("{:?} {:?}", config, config.shown());
        assert!(!shown.contains("s3cret") && shown.contains("db.example.com/t"), "{shown}");
    }
}
