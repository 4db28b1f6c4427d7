//! The interactive page, the document it shows, and the pages behind problem types.

use crate::harness::{Answer, Server};
use axum::body::Body;
use axum::http::Request;
use tenantry_server::http::problem::Code;

async fn browse(server: &Server, path: &str) -> Answer {
    let request = Request::get(path).header("accept", "text/html,*/*").header("accept-encoding", "gzip, br");
    server.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_page_and_all_it_loads_come_from_here() {
    let server = Server::new();
    assert_eq!(browse(&server, "/docs").await.header("location"), "/docs/");
    let page = browse(&server, "/docs/").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self'") && !policy.contains("unsafe") && !policy.contains("http"),
        "{policy}"
    );
    for (path, media_type, encoding) in [
        ("/docs/start.js", "text/javascript", ""),
        ("/docs/swagger-ui-bundle.js", "text/javascript", "gzip"),
        ("/docs/swagger-ui.css", "text/css", "gzip"),
        ("/v1/openapi.json", "application/json", ""),
    ] {
        let file = browse(&server, path).await;
        assert_eq!(
            (file.status.as_u16(), file.header("content-type"), file.header("content-encoding")),
            (200, media_type, encoding),
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_problem_type_explains_itself() {
    let server = Server::new();
    for (number, code) in Code::ALL.iter().enumerate() {
        if number % 8 == 0 {
            server.time.ticks_us.fetch_add(20_000_000, std::sync::atomic::Ordering::Relaxed);
        }
        let page = browse(&server, &code.type_url()).await;
        assert!(page.status == 200 && page.text().contains(code.title()), "{}", page.text());
        let document = server.get(&code.type_url()).await.json();
        assert_eq!((&document["code"], &document["help"]), (&code.as_str().into(), &code.help().into()));
    }
    server.get("/problems/none").await.problem(Code::NotFound);
    assert_eq!(server.get("/problems").await.json().as_array().unwrap().len(), Code::ALL.len());
}
