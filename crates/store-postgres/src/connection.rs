//! A connection with its prepared statements, and the link that replaces it when it breaks.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use postgres::config::TargetSessionAttrs;
use postgres::{Client, Config, NoTls};
use tenantry_store::{StoreError, limits};

use crate::ServerDurability;
use crate::errors::unavailable;

/// The oldest server whose behaviour the driver is tested for.
const SERVER_VERSION_MIN: i64 = 140_000;

/// Wait before a second attempt to reach a server that could not be reached; doubled up to the maximum.
const RECONNECT_DELAY_MIN: Duration = Duration::from_millis(50);
const RECONNECT_DELAY_MAX: Duration = Duration::from_secs(5);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reading; a standby will do.
    Read,
    /// Changing; the primary.
    Change,
}

/// An open connection. It lives and ends on one thread, because the client must not be dropped on an asynchronous one.
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) prepared: HashMap<&'static str, postgres::Statement>,
    /// Whether this session holds the lock of the ledger's leader.
    pub(crate) leads: bool,
}

impl Connection {
    pub(crate) fn open(
        config: &Config,
        access: Access,
        durability: ServerDurability,
    ) -> Result<Self, StoreError> {
        let mut config = config.clone();
        if access == Access::Change {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let mut client = config.connect(NoTls).map_err(|error| unavailable(&error))?;
        client.batch_execute(SESSION).map_err(|error| unavailable(&error))?;
        check(&mut client, durability)?;
        Ok(Self { client, prepared: HashMap::new(), leads: false })
    }

    /// Makes room for one more prepared statement.
    pub(crate) fn trim(&mut self) {
        if self.prepared.len() >= limits::PREPARED_STATEMENTS_MAX {
            self.prepared.clear();
        }
    }
}

/// What every session sets. A commit is answered once it is on the disk, and on the standby where one is required.
const SESSION: &str = "
    SELECT set_config('synchronous_commit',
        CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false);
    SET idle_in_transaction_session_timeout = '60s';
    SET client_min_messages = 'warning';
    SET TIME ZONE 'UTC';";

const FACTS: &str = "
    SELECT current_setting('server_version_num'), pg_encoding_to_char(d.encoding)::text, d.datcollate::text,
        coalesce(to_jsonb(d) ->> 'datlocprovider', 'c'), current_setting('fsync'), current_setting('full_page_writes')
    FROM pg_database d WHERE d.datname = current_database()";

fn check(client: &mut Client, durability: ServerDurability) -> Result<(), StoreError> {
    let row = client.query_one(FACTS, &[]).map_err(|error| unavailable(&error))?;
    let fact = |column: usize| row.try_get::<_, String>(column).map_err(|error| unavailable(&error));
    let wrong = |setting, wanted, found| Err(StoreError::Setting { setting, wanted, found });
    let version = fact(0)?;
    if version.parse::<i64>().is_ok_and(|number| number < SERVER_VERSION_MIN) {
        return wrong("server_version", "14 or later", version);
    }
    if fact(1)? != "UTF8" {
        return wrong("server_encoding", "UTF8", fact(1)?);
    }
    // Other collations order text differently from the embedded store, and change with the operating system.
    let bytewise = matches!(fact(2)?.as_str(), "C" | "POSIX" | "C.UTF-8" | "C.utf8") && fact(3)? != "i";
    if !bytewise {
        return wrong("lc_collate", "C", fact(2)?);
    }
    if durability == ServerDurability::Required {
        for (column, setting) in [(4, "fsync"), (5, "full_page_writes")] {
            if fact(column)? != "on" {
                return wrong(setting, "on", fact(column)?);
            }
        }
    }
    Ok(())
}

/// A place for a connection that is opened when needed and thrown away when broken.
pub(crate) struct Link {
    config: Config,
    access: Access,
    durability: ServerDurability,
    connection: Option<Connection>,
    /// When the server was last found unreachable, and how long to leave it alone.
    failed: Option<(Instant, Duration)>,
}

impl Link {
    pub(crate) fn new(config: Config, access: Access, durability: ServerDurability) -> Self {
        Self { config, access, durability, connection: None, failed: None }
    }

    /// The connection, opened if need be. While a failed server is left alone, the answer comes at once.
    pub(crate) fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        let open = match self.connection.take() {
            Some(connection) if !connection.client.is_closed() => connection,
            _ => self.reopen()?,
        };
        Ok(self.connection.insert(open))
    }

    /// The connection, if its session leads the ledger.
    pub(crate) fn leading(&mut self) -> Option<&mut Connection> {
        self.connection.as_mut().filter(|connection| connection.leads)
    }

    /// Throws a broken connection away.
    pub(crate) fn discard(&mut self) {
        self.connection = None;
    }

    fn reopen(&mut self) -> Result<Connection, StoreError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the pause between attempts to connect is elapsed time"
        )]
        let now = Instant::now();
        if let Some((since, delay)) = self.failed
            && now.duration_since(since) < delay
        {
            return Err(StoreError::Unavailable {
                reason: "the last attempt failed a moment ago".to_owned(),
            });
        }
        let opened = Connection::open(&self.config, self.access, self.durability);
        self.failed = match (&opened, self.failed) {
            (Ok(_), _) => None,
            (Err(_), None) => Some((now, RECONNECT_DELAY_MIN)),
            (Err(_), Some((_, delay))) => Some((now, (delay * 2).min(RECONNECT_DELAY_MAX))),
        };
        opened
    }
}
