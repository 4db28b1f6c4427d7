//! The program in a folder of its own: set up, served, killed, stopped.

use crate::client::Client;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::thread::JoinHandle;
use tempfile::TempDir;
use tenantry_testkit::PrivatePostgres;

/// A deployment that was set up, with an API key that may do everything.
pub(crate) struct Deployment {
    folder: TempDir,
    variables: Vec<(String, String)>,
    pub(crate) api_key: String,
}

impl Deployment {
    /// On SQLite, with the log at its loudest: what is logged at most is what must not tell anything.
    pub(crate) fn sqlite() -> Self {
        Self::set_up(vec![logs("trace")])
    }

    /// On SQLite, with the log nearly silent.
    pub(crate) fn quiet() -> Self {
        Self::set_up(vec![logs("error")])
    }

    /// As [`Deployment::quiet`], its data in a folder of another disk.
    pub(crate) fn quiet_in(data: &Path) -> Self {
        Self::set_up(vec![logs("error"), ("TENANTRY_DATA_FOLDER".to_owned(), data.display().to_string())])
    }

    pub(crate) fn postgres() -> Self {
        Self::set_up(vec![logs("trace"), ("TENANTRY_STORE_POSTGRES".to_owned(), durable_database())])
    }

    fn set_up(mut variables: Vec<(String, String)>) -> Self {
        // Checkpoints are public and are read here as fast as they can be.
        for name in ["PER_SECOND", "BURST"] {
            variables.push((format!("TENANTRY_RATE_LIMITS_ANONYMOUS_{name}"), "1000000".to_owned()));
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tenantry.toml"), tenantry::config::EXAMPLE).unwrap();
        let mut deployment = Self { folder, variables, api_key: String::new() };
        let admin =
            ["--admin", "ada@demo.example", "--name", "Ada Example", "--origin", "ledger.example.net/e2e"];
        deployment.run(&[&["init"], admin.as_slice(), &["--json"]].concat()).expect(0);
        let scopes = ["applications", "read", "facts", "gate", "events", "lists", "evidence", "webhooks"];
        let scopes: Vec<&str> = scopes.iter().flat_map(|scope| ["--scope", scope]).collect();
        let key = deployment
            .run(&[&["admin", "add-key", "--label", "tests", "--json"], scopes.as_slice()].concat());
        key.expect(0)["api_key"].as_str().unwrap().clone_into(&mut deployment.api_key);
        deployment
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs one command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran(self.command(arguments).output().unwrap())
    }

    /// Starts serving on a free port; returns when requests are answered.
    pub(crate) fn serve(&self) -> Serving {
        Serving::start(self.command(&["serve", "--listen", "127.0.0.1:0", "--json"]), &self.api_key)
    }

    /// Serves under what a shell does before, with these variables more.
    pub(crate) fn serve_under(&self, shell: &str, more: &[(&str, &str)]) -> Serving {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{shell}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_tenantry")]);
        command.args(["serve", "--listen", "127.0.0.1:0", "--json"]);
        command.current_dir(self.folder()).env_clear().stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value))).envs(more.iter().copied());
        Serving::start(command, &self.api_key)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        program(self.folder.path(), arguments, &self.variables)
    }
}

fn logs(level: &str) -> (String, String) {
    ("TENANTRY_LOGS_LEVEL".to_owned(), level.to_owned())
}

/// The program with these arguments and variables and no others.
pub(crate) fn program(folder: &Path, arguments: &[&str], variables: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenantry"));
    command.args(arguments).current_dir(folder).env_clear();
    command.envs(variables.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
    command
}

/// A command that ended.
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }

    /// The JSON on standard output of a command that ended with this code.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32) -> Value {
        assert_eq!(self.code(), code, "{}{}", self.stdout(), self.stderr());
        serde_json::from_str(&self.stdout()).unwrap_or_default()
    }
}

/// A server under way. It is killed when dropped.
pub(crate) struct Serving {
    child: Child,
    _stdout: BufReader<ChildStdout>,
    stderr: Option<JoinHandle<String>>,
    /// The first line it printed.
    pub(crate) told: Value,
    pub(crate) client: Client,
}

impl Serving {
    /// Starts the command and waits for the line in which it tells its address.
    pub(crate) fn start(mut command: Command, api_key: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            log.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Ok(told) = serde_json::from_str::<Value>(&line) else {
            let _ = child.kill();
            panic!("it told `{line}`:\n{}", stderr.join().unwrap());
        };
        let address = told["address"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
        let api_key = told["api_key"].as_str().unwrap_or(api_key).to_owned();
        Self { child, _stdout: stdout, stderr: Some(stderr), told, client: Client { address, api_key } }
    }

    /// Its process identifier.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends it without warning, as a crash would. Answers its log.
    pub(crate) fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.stderr.take().unwrap().join().unwrap()
    }

    /// Tells it to stop and waits until it has. Answers how it ended, and its log.
    pub(crate) fn stop(self) -> (ExitStatus, String) {
        let told = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &self.process().to_string()]).status();
        assert!(told.unwrap().success());
        self.wait()
    }

    /// Waits until it has ended by itself. Answers how, and its log.
    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        (status, self.stderr.take().unwrap().join().unwrap())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Both fail only when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An empty database of a server that is as durable as the program asks for; the test kit's is not.
fn durable_database() -> String {
    static SERVER: OnceLock<PrivatePostgres> = OnceLock::new();
    let server = SERVER.get_or_init(PrivatePostgres::start);
    let connection = server.create_database();
    let part = |name: &str| {
        let found = connection.split(' ').find_map(|word| word.strip_prefix(&format!("{name}=")));
        found.unwrap().to_owned()
    };
    let (host, user, database) = (part("host"), part("user"), part("dbname"));
    let psql = |statement: &str| {
        let words =
            ["--host", &host, "--username", &user, "--dbname", &database, "--tuples-only", "--no-align"];
        let output =
            Command::new(psql_program()).args(words).args(["--command", statement]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    psql("ALTER SYSTEM SET fsync = on");
    psql("ALTER SYSTEM SET full_page_writes = on");
    psql("SELECT pg_reload_conf()");
    while psql("SELECT current_setting('fsync') || current_setting('full_page_writes')") != "onon" {
        std::thread::yield_now();
    }
    format!("postgresql://{user}@{}/{database}", host.replace('/', "%2F"))
}

fn psql_program() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let found = installed.map(|version| version.path().join("bin/psql")).filter(|path| path.exists()).max();
    found.unwrap_or_else(|| PathBuf::from("psql"))
}
