//! `tenantry serve`: the register behind HTTP until the process is told to stop.

use super::deployment;
use crate::cli::Serve;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::config::{Override, RateLimits};
use crate::system;
use anyhow::{Context as _, Result};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tenantry_model::clock::Clock;
use tenantry_model::id::ApiKeyId;
use tenantry_model::random::draw;
use tenantry_register::Register;
use tenantry_server::http::api_key::{KeyDirectory, KeyRecord, KeysUnavailable};
use tenantry_server::http::limits::REQUEST_TIME_MAX;
use tenantry_server::http::metrics::Metrics;
use tenantry_server::http::rate::{Rate, RateLimiter, Rates};
use tenantry_server::http::request_id::RequestIds;
use tenantry_server::http::serve::{ServeLimits, serve, told_to_stop};
use tenantry_server::http::ticks::SystemTicks;
use tenantry_server::http::{Edge, Parts, assemble};
use tenantry_vault::SystemEntropy;

/// What the server needs besides the register.
pub(super) struct Serving {
    pub(super) register: Register,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) rates: RateLimits,
    pub(super) trusted_proxies: Vec<IpAddr>,
}

pub(super) fn run(file: Option<&Path>, asked: &Serve, out: Output) -> Result<Exit> {
    let listen = asked.listen.map(|address| Override {
        name: "--listen".to_owned(),
        key: "server.listen",
        value: address.to_string(),
    });
    let config = deployment::settings(file, listen.into_iter().collect())?;
    system::log_to_stderr(&config.logs);
    let register = deployment::open(&config)?;
    let (listener, address) = bind(config.server.listen)?;
    let (clock, _) = deployment::surroundings();
    out.answer(&serde_json::json!({ "address": address }), format!("listening on {address}"))?;
    until_told(
        listener,
        Serving {
            register,
            clock,
            rates: config.rate_limits,
            trusted_proxies: config.server.trusted_proxies,
        },
    )?;
    Ok(Exit::Yes)
}

/// Takes the address, so that clients can connect from now on; answers its base URL.
pub(super) fn bind(address: SocketAddr) -> Result<(TcpListener, String)> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    Ok((listener, format!("http://{bound}")))
}

/// Serves until SIGTERM or Ctrl-C, then answers what is in flight.
pub(super) fn until_told(listener: TcpListener, serving: Serving) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let edge = edge(&serving);
        let parts =
            Parts { api: axum::Router::new(), open: axum::Router::new(), openapi: axum::body::Bytes::new() };
        let app = assemble(edge.clone(), parts);
        let stop = async move {
            if let Err(error) = told_to_stop().await {
                tracing::error!(%error, "signals cannot be received, so the process stops");
            }
            edge.start_draining();
        };
        serve(listener, app, ServeLimits::default(), stop).await;
        anyhow::Ok(())
    })
}

pub(super) fn openapi(_out: Output) -> Result<Exit> {
    anyhow::bail!("this build has no OpenAPI document")
}

fn edge(serving: &Serving) -> Arc<Edge> {
    let rate = |rate: crate::config::Rate| Rate { per_second: rate.per_second, burst: rate.burst };
    let rates = Rates {
        gate: rate(serving.rates.gate),
        general: rate(serving.rates.general),
        anonymous: rate(serving.rates.anonymous),
    };
    Arc::new(Edge {
        clock: serving.clock.clone(),
        ticks: Arc::new(SystemTicks::start()),
        request_ids: RequestIds::new(u64::from_le_bytes(draw(&SystemEntropy))),
        keys: Arc::new(NoKeys),
        limiter: RateLimiter::new(rates),
        metrics: Arc::new(Metrics::new()),
        ready_checks: Vec::new(),
        trusted_proxies: serving.trusted_proxies.clone(),
        request_time_max: REQUEST_TIME_MAX,
        draining: AtomicBool::new(false),
    })
}

/// Knows no key.
struct NoKeys;

impl KeyDirectory for NoKeys {
    fn find(&self, _: ApiKeyId) -> Result<Option<KeyRecord>, KeysUnavailable> {
        Ok(None)
    }
}
