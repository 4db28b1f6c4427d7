//! The witness as an HTTP service, C2SP `tlog-witness`: one endpoint that cosigns, one that names the keys.
//!
//! What is accepted is decided in [`tenantry_witness`]; this carries bodies. A witness asks nobody for a log-in: the checkpoint's
//! own signature is the credential.

use crate::http::serve::{ServeLimits, ShutdownReport, serve, told_to_stop};
use crate::server::ServerError;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use tenantry_ledger::limits::NOTE_BYTES_MAX;
use tenantry_witness::Witness;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Longest request: a note with sixteen post-quantum signatures, and a proof.
const REQUEST_BYTES_MAX: usize = NOTE_BYTES_MAX + 8_192;

/// A witness under way.
pub struct WitnessServer {
    local_addr: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<ShutdownReport>,
    // Last, so that tasks are gone before their runtime.
    runtime: Runtime,
}

impl fmt::Debug for WitnessServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WitnessServer").field("local_addr", &self.local_addr).finish_non_exhaustive()
    }
}

impl WitnessServer {
    /// Starts answering. Returns when connections are accepted.
    ///
    /// # Errors
    /// When the address is taken or threads cannot be started.
    pub fn start(listen: SocketAddr, witness: Arc<Witness>) -> Result<Self, ServerError> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServerError::Runtime)?;
        let listener = runtime
            .block_on(TcpListener::bind(listen))
            .map_err(|source| ServerError::Listen { listen, source })?;
        let local_addr = listener.local_addr().map_err(|source| ServerError::Listen { listen, source })?;
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = runtime.spawn(serve(listener, app(witness), ServeLimits::default(), async {
            let _ = stopped.await;
        }));
        Ok(Self { local_addr, stop, serving, runtime })
    }

    /// Where it listens.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Answers until the process gets SIGTERM or SIGINT.
    ///
    /// # Errors
    /// When the signals cannot be listened to.
    pub fn run_until_told_to_stop(self) -> std::io::Result<()> {
        self.runtime.block_on(told_to_stop())?;
        self.stop();
        Ok(())
    }

    /// Takes no further connections and lets requests in flight finish.
    pub fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.runtime.block_on(self.serving);
    }
}

/// The routes.
pub fn app(witness: Arc<Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/keys", get(keys))
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .with_state(witness)
}

async fn add_checkpoint(State(witness): State<Arc<Witness>>, body: Bytes) -> Response {
    let answered = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await;
    let Ok(answer) = answered else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response()
}

async fn keys(State(witness): State<Arc<Witness>>) -> Response {
    let keys: String = witness.keys().flat_map(|key| [key.to_string(), "\n".to_owned()]).collect();
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], keys).into_response()
}
