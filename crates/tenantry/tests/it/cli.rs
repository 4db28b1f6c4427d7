//! The command line: help as people read it, exit codes, commands that need nothing but files.

use clap::CommandFactory as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tenantry::cli::Cli;
use tenantry::cli::exit::{Exit, HELP};

fn tenantry(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), arguments, &[])
}

fn run_in(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tenantry"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn help_reads_well() {
    let commands: &[&[&str]] = &[
        &["--help"],
        &["demo", "--help"],
        &["init", "--help"],
        &["screen", "--help"],
        &["compare", "--help"],
        &["apply", "--help"],
        &["gate", "--help"],
        &["verify", "--help"],
        &["lists", "import", "--help"],
        &["admin", "add-key", "--help"],
        &["config", "check", "--help"],
        &["ledger", "fsck", "--help"],
        &["hold", "place", "--help"],
        &["erase", "schedule", "--help"],
        &["backup", "--help"],
        &["restore", "--help"],
    ];
    let pages: Vec<String> = commands
        .iter()
        .map(|arguments| format!("$ tenantry {}\n{}", arguments.join(" "), text(&tenantry(arguments).stdout)))
        .collect();
    insta::assert_snapshot!(
        "help",
        pages.join("\n").lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn every_command_explains_itself_and_all_show_examples_where_there_is_input() {
    fn walk(command: &clap::Command, path: &str) {
        assert!(command.get_about().is_some(), "{path} has no description");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{path} {} has no help", argument.get_id());
        }
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            walk(sub, &format!("{path} {}", sub.get_name()));
        }
    }
    walk(&Cli::command(), "tenantry");
}

#[test]
fn exit_codes_are_the_table_in_the_help() {
    for exit in Exit::ALL {
        assert!(HELP.contains(&format!("\n  {}  ", exit.number())), "{exit:?}");
    }
}

#[test]
fn commands_end_with_the_code_of_the_table() {
    let rows: &[(&[&str], i32, &str)] = &[
        (&["config", "example"], 0, ""),
        (&["completions", "bash"], 0, ""),
        (&["nonsense"], 2, "unrecognized subcommand"),
        (&["gate", "acc-000001", "--action", "fly"], 2, "is not an action"),
        (&["verify", "missing.zip"], 2, "cannot read missing.zip"),
        (
            &["config", "check", "--config", "missing.toml"],
            2,
            "cannot read the configuration file missing.toml",
        ),
        (&["config", "check"], 2, "configuration: provider.name is missing"),
        (&["lists", "diff", "a.csv", "b.csv"], 2, "a.csv"),
    ];
    for (arguments, expected, said) in rows {
        let output = tenantry(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(code(&output), *expected, "{arguments:?}: {stderr}");
        assert!(stderr.contains(said), "{arguments:?}: {stderr}");
    }
}

#[test]
fn an_altered_package_is_invalid_and_the_report_is_one_json_object() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.zip"), b"not a package").unwrap();
    let output = run_in(folder.path(), &["verify", "p.zip", "--json"], &[]);
    assert_eq!(code(&output), 1);
    let stdout = text(&output.stdout);
    assert_eq!(stdout.lines().count(), 1);
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["verdict"], "INVALID");
}

#[test]
fn config_check_reads_file_and_environment_and_hides_secrets() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tenantry.toml"), tenantry::config::EXAMPLE).unwrap();
    let url = "postgres://ada:s3cret@127.0.0.1/tenantry";
    let output = run_in(folder.path(), &["config", "check", "--json"], &[("TENANTRY_STORE_POSTGRES", url)]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let stdout = text(&output.stdout);
    assert!(!stdout.contains("s3cret"));
    let shown: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(shown["settings"]["store"], "PostgreSQL, 127.0.0.1/tenantry");
    let output = run_in(folder.path(), &["config", "check"], &[("TENANTRY_STOR_POSTGRES", url)]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("TENANTRY_STOR_POSTGRES: no setting has this variable"));
}

#[test]
fn a_deployment_is_set_up_once_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run_in(folder.path(), arguments, &[]);
    std::fs::write(folder.path().join("tenantry.toml"), tenantry::config::EXAMPLE).unwrap();
    let init = [
        "init",
        "--admin",
        "ada@demo.example",
        "--name",
        "Ada Example",
        "--origin",
        "demo.example/t",
        "--json",
    ];
    let output = run(&init);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let answer: serde_json::Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    assert!(
        answer["login_link"].as_str().unwrap().starts_with("http://127.0.0.1:8080/console/login/link?token=")
    );
    let rows: &[(&[&str], i32)] = &[
        (&init, 2),
        (&["migrate", "--check"], 0),
        (&["migrate"], 0),
        (&["gate", "acc-000001", "--action", "provision"], 1),
        (&["admin", "add-staff", "--login", "b@demo.example", "--name", "Ben", "--role", "legal"], 0),
        (&["admin", "staff", "--json"], 0),
        (&["admin", "link", "b@demo.example"], 0),
        (&["admin", "link", "nobody@demo.example"], 2),
        (&["admin", "add-key", "--label", "sign-up", "--scope", "applications"], 0),
        (&["admin", "keys"], 0),
        (&["lists", "list"], 0),
        (&["apply", "missing.json"], 2),
    ];
    for (arguments, expected) in rows {
        let output = run(arguments);
        assert_eq!(code(&output), *expected, "{arguments:?}: {}", text(&output.stderr));
    }
}
