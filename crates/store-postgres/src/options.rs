//! What an operator says about the server, and what is refused before a connection is tried.

use std::net::IpAddr;
use std::time::Duration;

use postgres::Config;
use postgres::config::Host;
use tenantry_store::{StoreError, limits};

/// How long one attempt to connect may take, where the connection string does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How to reach the server.
#[derive(Clone)]
pub struct PostgresOptions {
    /// A connection string as PostgreSQL documents it (`host=… dbname=…` or `postgresql://…`).
    pub connection: String,
    /// Threads, with a connection each, that serve reads. At least 1.
    pub read_connections: usize,
    /// Threads, with a connection each, that serve the write lane. At least 1.
    pub write_connections: usize,
    /// What lies between this program and the server.
    pub network: Network,
    /// Whether the server has to be durable.
    pub durability: ServerDurability,
}

/// What lies between this program and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Nothing: a Unix socket or the loopback address. Other hosts are refused.
    Local,
    /// A network on which nobody can listen or interfere, for example an encrypted tunnel.
    Trusted,
}

/// Whether the server has to be durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerDurability {
    /// `fsync` and `full_page_writes` must be on.
    Required,
    /// The server may lose everything at a power cut. Only for tests.
    NotRequired,
}

impl std::fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The connection string may hold a password.
        f.debug_struct("PostgresOptions").field("network", &self.network).finish_non_exhaustive()
    }
}

impl PostgresOptions {
    /// The usual options for a connection string.
    pub fn new(connection: impl Into<String>) -> Self {
        Self {
            connection: connection.into(),
            read_connections: limits::READ_CONNECTIONS_DEFAULT,
            write_connections: limits::WRITE_CONNECTIONS_DEFAULT,
            network: Network::Local,
            durability: ServerDurability::Required,
        }
    }

    /// Parses the connection string and refuses a host that is not local, unless the network is trusted.
    pub(crate) fn parse(&self) -> Result<Config, StoreError> {
        let refused = |reason: String| StoreError::Open { reason };
        let mut config: Config = self
            .connection
            .parse()
            .map_err(|_| refused("the connection string cannot be read".to_owned()))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(refused(
                "the connection string names no host; add `host=/run/postgresql`".to_owned(),
            ));
        }
        if self.network == Network::Local && !is_local(&config) {
            let reason = "the host is neither a Unix socket nor the loopback address, and connections are not \
                          encrypted yet; use a tunnel, and say that the network is trusted";
            return Err(refused(reason.to_owned()));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("tenantry");
        }
        Ok(config)
    }
}

fn is_local(config: &Config) -> bool {
    // An address, where given, is what is connected to; the host is then only a name.
    if !config.get_hostaddrs().is_empty() {
        return config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_hosts_pass_without_trust() {
        let cases = [
            ("host=/run/postgresql", true),
            ("host=localhost", true),
            ("host=127.0.0.1", true),
            ("host=::1", true),
            ("postgresql://register@localhost/register", true),
            ("host=db.example hostaddr=127.0.0.1", true),
            ("host=db.example", false),
            ("host=10.0.0.7", false),
            ("host=localhost hostaddr=10.0.0.7", false),
            ("host=localhost,db.example", false),
            ("host=/run/postgresql,10.0.0.7", false),
        ];
        for (connection, local) in cases {
            let mut options = PostgresOptions::new(connection);
            assert_eq!(options.parse().is_ok(), local, "{connection}");
            options.network = Network::Trusted;
            assert!(options.parse().is_ok(), "{connection}");
        }
    }

    #[test]
    fn neither_errors_nor_debug_show_the_password() {
        let options = PostgresOptions::new("host=10.0.0.7 password=hunter2");
        assert!(!format!("{options:?}{:?}", options.parse()).contains("hunter2"));
        let broken = PostgresOptions::new("password=hunter2 =");
        assert!(!format!("{:?}", broken.parse()).contains("hunter2"));
    }
}
