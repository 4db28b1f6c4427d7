//! The accept loop: serves connections until told to stop, then lets requests in flight finish.
//!
//! Own loop instead of `axum::serve` for three bounds that it does not offer: connections at once, time to send
//! the head of a request, time to drain.

use super::admit::RemoteAddress;
use super::limits::{CONNECTIONS_MAX, DRAIN_TIME_MAX, HEADER_BYTES_MAX, HEADER_READ_MAX};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// Pause after `accept` failed, which mostly means that file handles ran out.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// The bounds of the accept loop.
#[derive(Debug, Clone, Copy)]
pub struct ServeLimits {
    /// Most connections at once.
    pub connections_max: usize,
    /// Longest wait for the head of a request; also how long an idle connection is kept.
    pub header_read_max: Duration,
    /// Longest wait for requests in flight after the stop.
    pub drain_time_max: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            connections_max: CONNECTIONS_MAX,
            header_read_max: HEADER_READ_MAX,
            drain_time_max: DRAIN_TIME_MAX,
        }
    }
}

/// How the end went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShutdownReport {
    /// Connections open when the stop came.
    pub open_at_stop: usize,
    /// Connections cut because they did not finish in time.
    pub cut: usize,
}

/// Serves until `stop` completes, then drains.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: ServeLimits,
    stop: impl Future<Output = ()>,
) -> ShutdownReport {
    let slots = Arc::new(Semaphore::new(limits.connections_max));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer, slot)) => {
                let serving = graceful.watch(connection(stream, peer, app.clone(), limits));
                connections.spawn(async move {
                    // A broken connection concerns its other end alone.
                    let _ = serving.await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
    drop(listener);
    while connections.try_join_next().is_some() {}
    let open_at_stop = connections.len();
    let drained = tokio::time::timeout(limits.drain_time_max, graceful.shutdown()).await.is_ok();
    while connections.try_join_next().is_some() {}
    let cut = if drained { 0 } else { connections.len() };
    tracing::info!(open_at_stop, cut, "stopped serving");
    ShutdownReport { open_at_stop, cut }
}

/// Completes when the process is told to stop: SIGTERM or SIGINT.
pub async fn told_to_stop() -> io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let slot = slots.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    // Answers are small; waiting to fill packets would only add delay.
    stream.set_nodelay(true)?;
    Ok((stream, peer, slot))
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    limits: ServeLimits,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(RemoteAddress(peer));
        app.clone().oneshot(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_read_max)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
}
