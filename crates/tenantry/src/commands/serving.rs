//! `tenantry serve`: the register behind HTTP until the process is told to stop.

use super::deployment;
use crate::cli::Serve;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::config::{Override, Rate as RateSettings, RateLimits, Timestamps, WebhookTargets};
use crate::system;
use anyhow::{Context as _, Result};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use tenantry_server::console::ConsoleOptions;
use tenantry_server::http::rate::{Rate, Rates};
use tenantry_server::state::Stamping;
use tenantry_server::webhooks::target::TargetPolicy;
use tenantry_server::{Server, ServerOptions, api};
use tenantry_timestamp::Trust;

pub(super) fn run(file: Option<&Path>, asked: &Serve, out: Output) -> Result<Exit> {
    let listen = asked.listen.map(|address| Override {
        name: "--listen".to_owned(),
        key: "server.listen",
        value: address.to_string(),
    });
    let config = deployment::settings(file, listen.into_iter().collect())?;
    system::log_to_stderr(&config.logs);
    std::panic::set_hook(Box::new(tenantry_server::http::log_panic));
    let register = deployment::open_to_serve(&config)?;
    let (clock, entropy) = deployment::surroundings();
    let options = ServerOptions {
        listen: config.server.listen,
        public_url: config.server.public_url,
        trusted_proxies: config.server.trusted_proxies,
        rates: rates(config.rate_limits),
        webhook_targets: targets(config.webhooks),
        stamping: stamping(&config.timestamps)?,
        clock,
        entropy,
        console: ConsoleOptions { provider: config.provider.name, demo_story: None },
    };
    let server = Server::start(register, options)?;
    let address = format!("http://{}", server.local_addr());
    out.answer(&serde_json::json!({ "address": address }), format!("listening on {address}"))?;
    server.run_until_told_to_stop()?;
    Ok(Exit::Yes)
}

/// The authorities that date checkpoints, with the roots they have to be certified by.
fn stamping(settings: &Timestamps) -> Result<Option<Stamping>> {
    let Some(roots) = settings.roots.as_ref().filter(|_| !settings.urls.is_empty()) else { return Ok(None) };
    let pem = std::fs::read_to_string(roots)
        .with_context(|| format!("cannot read the roots of time-stamp authorities {}", roots.display()))?;
    let trust = Trust::from_pem(&pem).with_context(|| format!("{} is not usable", roots.display()))?;
    Ok(Some(Stamping { urls: settings.urls.clone(), trust }))
}

/// Whether this address can be listened to; answers it with the port that port 0 became.
pub(super) fn free(address: SocketAddr) -> Result<SocketAddr> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    Ok(listener.local_addr()?)
}

/// The rates as the server takes them.
pub(super) const fn rates(limits: RateLimits) -> Rates {
    const fn rate(rate: RateSettings) -> Rate {
        Rate { per_second: rate.per_second, burst: rate.burst }
    }
    Rates { gate: rate(limits.gate), general: rate(limits.general), anonymous: rate(limits.anonymous) }
}

const fn targets(webhooks: WebhookTargets) -> TargetPolicy {
    match webhooks {
        WebhookTargets::Public => TargetPolicy::PublicOnly,
        WebhookTargets::PublicAndPrivate => TargetPolicy::AllowPrivate,
    }
}

pub(super) fn openapi(out: Output) -> Result<Exit> {
    out.raw(std::str::from_utf8(&api::document_text())?)?;
    Ok(Exit::Yes)
}
