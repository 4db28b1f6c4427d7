//! A PostgreSQL server for the tests of one process, made from the binaries of the operating system.
//!
//! A small shell watches a pipe from the test process. When the process ends, however it ends, the pipe closes, and the shell
//! stops the server and removes its folder. The server listens on a Unix socket inside that folder and nowhere else.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A running server.
#[derive(Debug)]
pub struct PrivatePostgres {
    folder: PathBuf,
    binaries: PathBuf,
    databases: AtomicU32,
    /// Owns the pipe whose end stops the server.
    _watcher: Child,
}

/// What the watching shell does. `$1` is the folder, `$PATH` begins with PostgreSQL's binaries.
const WATCH: &str = r#"
    set -eu
    initdb --pgdata="$1/data" --username=tenantry --auth=trust --encoding=UTF8 --locale=C --no-sync >"$1/initdb.log" 2>&1
    cat >>"$1/data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$1'
max_connections = 200
fsync = off
full_page_writes = off
END
    pg_ctl --pgdata="$1/data" --wait --log="$1/server.log" start >"$1/start.log" 2>&1
    echo ready
    read -r _ || true
    pg_ctl --pgdata="$1/data" --wait --mode=immediate stop >/dev/null 2>&1 || true
    cd / && rm -rf "$1"
"#;

impl PrivatePostgres {
    /// The server of this process, started at the first call.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<PrivatePostgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts a server of its own, for a test that wants to stop it. It ends when dropped.
    pub fn start() -> Self {
        let binaries = find_binaries();
        let folder =
            tempfile::Builder::new().prefix("tenantry-pg-").tempdir().expect("a temporary folder").keep();
        let mut command = Command::new("sh");
        command.args(["-c", WATCH, "sh"]).arg(&folder).current_dir(&folder);
        command.env("PATH", format!("{}:/usr/bin:/bin", binaries.display())).env("LC_ALL", "C");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        if running_as_root() {
            // The server refuses to run as root.
            let (user, group) = user_postgres();
            chown(&folder, Some(user), Some(group)).expect("root can give the folder away");
            command.uid(user).gid(group);
        }
        let mut watcher = command.spawn().expect("sh can be started");
        let output = watcher.stdout.take().expect("the output is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("the output of the shell is text");
        if line != "ready\n" {
            let logs = logs(&folder);
            let _ = fs::remove_dir_all(&folder);
            panic!("PostgreSQL did not start:\n{logs}");
        }
        Self { folder, binaries, databases: AtomicU32::new(0), _watcher: watcher }
    }

    /// Creates an empty database and answers its connection string.
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run("createdb", &["--template=template0", &name]);
        format!("host={} user=tenantry dbname={name}", self.folder.display())
    }

    /// Stops the server at once, as a crash would, and starts it again.
    pub fn crash_and_restart(&self) {
        self.control(&["--mode=immediate", "restart"]);
    }

    /// Stops the server at once, as a crash would.
    pub fn crash(&self) {
        self.control(&["--mode=immediate", "stop"]);
    }

    fn control(&self, arguments: &[&str]) {
        let data = format!("--pgdata={}", self.folder.join("data").display());
        let log = format!("--log={}", self.folder.join("server.log").display());
        let mut command = Command::new(self.binaries.join("pg_ctl"));
        command.args([&data, &log, "--wait"]).args(arguments).current_dir(&self.folder);
        if running_as_root() {
            let (user, group) = user_postgres();
            command.uid(user).gid(group);
        }
        let status =
            command.stdout(Stdio::null()).stdin(Stdio::null()).status().expect("pg_ctl can be started");
        assert!(status.success(), "pg_ctl {arguments:?} failed:\n{}", logs(&self.folder));
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let host = format!("--host={}", self.folder.display());
        let output = Command::new(self.binaries.join(program))
            .args([host.as_str(), "--username=tenantry"])
            .args(arguments)
            .output()
            .expect("PostgreSQL's programs can be started");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The newest PostgreSQL of the operating system.
fn find_binaries() -> PathBuf {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let versions = installed.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let binaries = entry.path().join("bin");
        binaries.join("initdb").exists().then_some((version, binaries))
    });
    let newest = versions.max().map(|(_, binaries)| binaries);
    newest.unwrap_or_else(|| {
        panic!(
            "these tests need PostgreSQL's programs below /usr/lib/postgresql; \
             on Debian or Ubuntu: apt-get install postgresql"
        )
    })
}

fn running_as_root() -> bool {
    fs::metadata("/proc/self").expect("/proc is mounted").uid() == 0
}

fn user_postgres() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd can be read");
    let found = users.lines().find_map(|line| {
        let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    found.expect("the user postgres exists, as PostgreSQL does not run as root")
}

fn logs(folder: &Path) -> String {
    let read = |name| fs::read_to_string(folder.join(name)).unwrap_or_default();
    ["initdb.log", "start.log", "server.log"].map(read).concat()
}
