//! The whole server as the binary starts it: runtime, listener, routes, background work; and its orderly end.

use crate::background::Background;
use crate::console::{self, ConsoleOptions};
use crate::http::metrics::Metrics;
use crate::http::rate::{RateLimiter, Rates};
use crate::http::request_id::RequestIds;
use crate::http::serve::{ServeLimits, ShutdownReport, serve, told_to_stop};
use crate::http::ticks::SystemTicks;
use crate::http::{Edge, Parts, assemble, limits};
use crate::key_memory::KeyMemory;
use crate::state::{AppState, Shared, Stamping};
use crate::webhooks::target::TargetPolicy;
use crate::{api, readiness};
use axum::Router;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tenantry_model::clock::Clock;
use tenantry_model::random::{Entropy, draw};
use tenantry_register::{Register, RegisterError};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{Notify, Semaphore, oneshot};
use tokio::task::JoinHandle;

/// How to serve.
pub struct ServerOptions {
    /// Address to listen at; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where people and machines reach this deployment, without a slash at the end, for example
    /// `https://tenantry.provider.example`.
    pub public_url: String,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Rates that callers are held to.
    pub rates: Rates,
    /// Which addresses webhook endpoints may have.
    pub webhook_targets: TargetPolicy,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The console.
    pub console: ConsoleOptions,
    /// Time-stamp authorities to ask once a day.
    pub stamping: Option<Stamping>,
}

impl fmt::Debug for ServerOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerOptions")
            .field("listen", &self.listen)
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// Why the server did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address cannot be listened at.
    #[error("cannot listen at {listen}; is another program there?")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The runtime cannot be started.
    #[error("cannot start threads")]
    Runtime(#[source] std::io::Error),
    /// Signals of the system cannot be listened to.
    #[error("cannot listen to signals")]
    Signals(#[source] std::io::Error),
    /// The store stopped for good.
    #[error(
        "the store has stopped and can record nothing more: {reason}; everything acknowledged is on disk; see to the disk, then start again"
    )]
    StoreStopped {
        /// Why it stopped.
        reason: String,
    },
    /// The register did not answer.
    #[error("the register cannot be served")]
    Register(#[from] RegisterError),
}

/// A server under way. Dropping it without [`Server::stop`] cuts what is in flight.
pub struct Server {
    local_addr: SocketAddr,
    state: AppState,
    edge: Arc<Edge>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<ShutdownReport>,
    background: Background,
    // Last, so that tasks are gone before their runtime.
    runtime: Runtime,
}

impl Server {
    /// Starts serving. Returns when connections are accepted.
    ///
    /// # Errors
    /// When the address is taken, threads cannot be started or the store does not answer.
    pub fn start(register: Register, options: ServerOptions) -> Result<Self, ServerError> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServerError::Runtime)?;
        let listen = options.listen;
        let listener = runtime
            .block_on(TcpListener::bind(listen))
            .map_err(|source| ServerError::Listen { listen, source })?;
        let local_addr = listener.local_addr().map_err(|source| ServerError::Listen { listen, source })?;
        for trouble in register.list_troubles() {
            tracing::warn!("{trouble}: whoever applies meanwhile is reviewed");
        }
        let state = state(register, &options)?;
        let edge = edge(&state, &options);
        let app = app(&state, edge.clone(), options.console.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = runtime.spawn(serve(listener, app, ServeLimits::default(), async {
            let _ = stopped.await;
        }));
        let background = {
            let _inside = runtime.enter();
            Background::start(&state)
        };
        tracing::info!(%local_addr, public_url = options.public_url, "serving");
        Ok(Self { local_addr, state, edge, stop, serving, background, runtime })
    }

    /// Where it listens.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// What its handlers share.
    pub const fn state(&self) -> &AppState {
        &self.state
    }

    /// Serves until the process gets SIGTERM or SIGINT, or the store stops for good; then stops in order.
    ///
    /// # Errors
    /// When the signals cannot be listened to, and [`ServerError::StoreStopped`]: a process that can record nothing must not stay
    /// and look alive. A full disk is no reason to end: the gate and reading go on, and readiness tells.
    pub fn run_until_told_to_stop(self) -> Result<ShutdownReport, ServerError> {
        let stopped = self.runtime.block_on(async {
            tokio::select! {
                told = told_to_stop() => told.map(|()| None),
                reason = self.background.store_stopped() => Ok(Some(reason)),
            }
        });
        match stopped.map_err(ServerError::Signals)? {
            None => Ok(self.stop()),
            Some(reason) => {
                tracing::error!(reason, "the store has stopped, so the server ends");
                self.stop();
                Err(ServerError::StoreStopped { reason })
            }
        }
    }

    /// Takes no further connections, lets requests in flight finish, then stops background work.
    pub fn stop(self) -> ShutdownReport {
        self.edge.start_draining();
        let _ = self.stop.send(());
        self.runtime.block_on(async {
            let report = self.serving.await.unwrap_or(ShutdownReport { open_at_stop: 0, cut: 0 });
            self.background.stop().await;
            report
        })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("local_addr", &self.local_addr).finish_non_exhaustive()
    }
}

/// What handlers share, over a register.
///
/// # Errors
/// When the store does not answer.
pub fn state(register: Register, options: &ServerOptions) -> Result<AppState, RegisterError> {
    Ok(AppState::new(Shared {
        keys: Arc::new(KeyMemory::open(register.clone(), options.clock.clone())?),
        register,
        metrics: Arc::new(Metrics::new()),
        clock: options.clock.clone(),
        entropy: options.entropy.clone(),
        public_url: options.public_url.clone(),
        webhook_targets: options.webhook_targets,
        stamping: options.stamping.clone(),
        imports: Semaphore::new(1),
        deliveries_bell: Arc::new(Notify::new()),
        world_bell: Arc::new(Notify::new()),
    }))
}

/// The edge around the routes.
pub fn edge(state: &AppState, options: &ServerOptions) -> Arc<Edge> {
    Arc::new(Edge {
        clock: options.clock.clone(),
        ticks: Arc::new(SystemTicks::start()),
        request_ids: RequestIds::new(u64::from_be_bytes(draw(options.entropy.as_ref()))),
        keys: state.keys.clone(),
        limiter: RateLimiter::new(options.rates),
        metrics: state.metrics.clone(),
        ready_checks: readiness::checks(&state.register),
        trusted_proxies: options.trusted_proxies.clone(),
        request_time_max: limits::REQUEST_TIME_MAX,
        draining: AtomicBool::new(false),
    })
}

/// All routes with all layers. The console's pages are merged into the open part.
pub fn app(state: &AppState, edge: Arc<Edge>, console: ConsoleOptions) -> Router {
    let open = api::open_routes(state.clone()).merge(console::routes(state.clone(), console));
    assemble(edge, Parts { api: api::routes(state.clone()), open, openapi: api::document_text() })
}
