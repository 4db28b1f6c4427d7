//! Who may come in, and how often. A caller with a valid key is held to the key's rate; everybody else to the
//! rate of their address, so that a valid key never suffers for its neighbours behind one address.

use super::Edge;
use super::api_key::{Principal, authenticate};
use super::problem::{Code, Problem};
use super::rate::{Caller, Policy, Standing};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

const GATE_ROUTE: &str = "/v1/gate/";

/// The far end of the connection. Put into each request by [`super::serve::serve`].
#[derive(Debug, Clone, Copy)]
pub struct RemoteAddress(pub SocketAddr);

/// Where a request comes from, behind the proxies that are believed. Put into each request that [`by_address`] lets in.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Lets holders of a key in and hands the handler their [`Principal`].
pub async fn by_key(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let principal = match identify(&edge, request.headers()) {
        Ok(principal) => principal,
        Err(problem) => {
            let standing = take_anonymous(&edge, &request);
            return if standing.allowed() { problem } else { standing.problem() }.into_response();
        }
    };
    tracing::Span::current().record("key", tracing::field::display(principal.key));
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let policy = if route.starts_with(GATE_ROUTE) { Policy::Gate } else { Policy::General };
    let standing = edge.limiter.take(Caller::Key(principal.key), policy, edge.ticks.now_us());
    request.extensions_mut().insert(principal);
    run_within(standing, request, next).await
}

/// Lets anybody in at the rate of their address.
pub async fn by_address(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let standing = take_anonymous(&edge, &request);
    let address = address_of(&edge, &request);
    request.extensions_mut().insert(ClientAddress(address));
    run_within(standing, request, next).await
}

async fn run_within(standing: Standing, request: Request, next: Next) -> Response {
    if !standing.allowed() {
        return standing.problem().into_response();
    }
    let mut response = next.run(request).await;
    standing.write(response.headers_mut());
    response
}

fn identify(edge: &Edge, headers: &HeaderMap) -> Result<Principal, Problem> {
    let refused = |code| {
        let problem = Problem::new(code);
        if code == Code::Unavailable {
            problem.retry_after(1)
        } else {
            problem.header(header::WWW_AUTHENTICATE, "Bearer")
        }
    };
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let value = given.next().ok_or_else(|| refused(Code::CredentialsMissing))?;
    let (scheme, key) = value.to_str().ok().and_then(|v| v.split_once(' ')).unwrap_or_default();
    // `ApiKey` is what clients of yente say.
    let known = ["bearer", "apikey"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if given.next().is_some() || !known {
        return Err(refused(Code::CredentialsMissing).detail("send one `Authorization: Bearer tnt_…`"));
    }
    authenticate(key.trim(), edge.keys.as_ref(), edge.clock.now()).map_err(refused)
}

fn take_anonymous(edge: &Edge, request: &Request) -> Standing {
    edge.limiter.take(Caller::address(address_of(edge, request)), Policy::Anonymous, edge.ticks.now_us())
}

fn address_of(edge: &Edge, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<RemoteAddress>().map_or(Ipv4Addr::UNSPECIFIED.into(), |r| r.0.ip());
    client_address(peer, request.headers(), &edge.trusted_proxies)
}

/// The nearest address that is not one of our proxies. `X-Forwarded-For` is read from the right, and only as
/// far as the chain of trusted proxies goes: what lies further left was written by strangers.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut nearest = peer.to_canonical();
    let forwarded: Vec<_> =
        headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
    for hop in forwarded.join(",").rsplit(',') {
        if !trusted.contains(&nearest) {
            break;
        }
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarded_addresses_are_believed_only_from_trusted_proxies() {
        let trusted: Vec<IpAddr> = ["10.0.0.1", "10.0.0.2"].iter().map(|t| t.parse().unwrap()).collect();
        let cases = [
            ("198.51.100.7", "1.1.1.1", "198.51.100.7"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
            ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "203.0.113.9, junk", "10.0.0.1"),
        ];
        for (peer, forwarded, expect) in cases {
            let headers =
                HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), forwarded.parse().unwrap())]);
            let found = client_address(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(found.to_string(), expect, "{peer} {forwarded}");
        }
    }
}
