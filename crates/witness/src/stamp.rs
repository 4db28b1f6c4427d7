//! Asking time-stamp authorities over HTTP, RFC 3161 section 3.4.

use std::time::Duration;

/// How long an authority may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest answer read, in bytes.
const ANSWER_BYTES_MAX: u64 = 65_536;

/// Asks time-stamp authorities.
#[derive(Debug, Clone)]
pub struct StampClient {
    agent: ureq::Agent,
}

impl Default for StampClient {
    fn default() -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).build();
        Self { agent: config.into() }
    }
}

impl StampClient {
    /// Sends a query and answers the response, not verified yet. Blocks for some seconds at most.
    ///
    /// # Errors
    /// What went wrong on the way, for people.
    pub fn ask(&self, url: &str, query: &[u8]) -> Result<Vec<u8>, String> {
        let sent = self.agent.post(url).header("content-type", "application/timestamp-query").send(query);
        let mut response = sent.map_err(|error| error.to_string())?;
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        body.map_err(|error| error.to_string())
    }
}
