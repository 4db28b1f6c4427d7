//! Legal process as received: uploaded with its order, read by whoever says why.

use super::given::{Browser, House, Seen, hidden_fields};
use axum::http::{StatusCode, header};
use tenantry_model::staff::Role;

const DOCUMENT: &[u8] = b"%PDF-1.7\r\n--not a boundary\r\n\0\xff Produce the subscriber";
const BOUNDARY: &str = "----geckoformboundary5f0b";

/// Sends the form of the page as a browser does that has a file in it.
async fn send(browser: &mut Browser, kind: &str, file: &[u8], more: &[(&str, &str)]) -> Seen {
    let mut fields = hidden_fields(&browser.page, "/console/orders/new");
    fields.retain(|(name, _)| ["csrf", "once"].contains(&name.as_str()));
    let typed =
        [("kind", "regulator_request"), ("authority", "Bureau"), ("reference", "R-26"), ("received", "")];
    let typed =
        typed.into_iter().chain([("due", ""), ("accounts", "ref-1"), ("words", ""), ("document_type", kind)]);
    fields.extend(typed.chain(more.iter().copied()).map(|(name, value)| (name.to_owned(), value.to_owned())));
    let mut body = Vec::new();
    for (name, value) in fields {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(head.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"document\"; filename=\"Ngata.exe\"\r\n\
         Content-Type: text/html\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    browser.post_body("/console/orders/new", &format!("multipart/form-data; boundary={BOUNDARY}"), body).await
}

#[tokio::test]
async fn a_document_is_uploaded_with_its_order_and_read_by_whoever_says_why() {
    let house = House::new();
    house.apply_listed();
    let mut legal = house.visitor(Role::Legal).await;
    legal.get("/console/orders/new").await.is(StatusCode::OK).shows("multipart/form-data");
    let again = send(&mut legal, "", DOCUMENT, &[]).await.is(StatusCode::OK);
    again.shows("Choose what kind of document it is").shows("R-26");
    let large = vec![b'x'; (8 << 20) + 1];
    send(&mut legal, "application/pdf", &large, &[])
        .await
        .is(StatusCode::OK)
        .shows("A document has 1 to 8388608 bytes");
    let seen = send(&mut legal, "application/pdf", DOCUMENT, &[]).await.is(StatusCode::SEE_OTHER);
    let order = seen.location.clone().unwrap().split('?').next().unwrap().to_owned();
    legal
        .follow(seen)
        .await
        .is(StatusCode::OK)
        .shows("Read the document")
        .shows("sealed; each look is recorded");
    let path = format!("{order}/document");
    legal.send_form(&path, &[("reason", "short")]).await.is(StatusCode::OK).shows("10 to 1000 characters");
    let read =
        legal.send_form(&path, &[("reason", "to see what has to be produced")]).await.is(StatusCode::OK);
    assert_eq!(read.body, DOCUMENT, "byte for byte");
    // The kind that a person told, as a file and never as a page of ours; not the name or kind that the sender's machine told.
    assert_eq!(read.headers[header::CONTENT_TYPE], "application/pdf");
    let name = read.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(name.starts_with("attachment; filename=\"order-ord_") && name.ends_with(".pdf\""), "{name}");
    assert_eq!(read.headers[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn of_a_document_that_may_not_be_kept_the_hash_is_entered() {
    let house = House::new();
    house.apply_listed();
    let mut legal = house.visitor(Role::Legal).await;
    legal.get("/console/orders/new").await.is(StatusCode::OK);
    let sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let hash = [("document_sha256", sha256), ("document_bytes", "48213")];
    let both = send(&mut legal, "image/tiff", DOCUMENT, &hash).await.is(StatusCode::OK);
    both.shows("where it may not be kept");
    let seen = send(&mut legal, "image/tiff", b"", &hash).await.is(StatusCode::SEE_OTHER);
    let page = legal.follow(seen).await.is(StatusCode::OK).shows(sha256).shows("48213 bytes");
    page.hides("Read the document");
}
