//! The gate: fails closed, follows every change, and tells its age.

use super::given::{Deployment, example, person};
use tenantry_server::http::problem::Code;

#[tokio::test]
async fn the_gate_knows_what_was_just_decided_by_id_and_by_reference() {
    let deployment = Deployment::new();
    let applied = deployment.apply(&example()).await;
    let account = applied["account"].as_str().unwrap();
    let by_id = deployment.get(&format!("/v1/gate/{account}?action=provision")).await.json();
    let by_reference = deployment.get("/v1/gate/customer-20417?action=provision").await.json();
    assert_eq!(by_id, by_reference);
    assert_eq!((&by_id["account"], &by_id["action"]), (&applied["account"], &"provision".into()));
    let view = deployment.get(&format!("/v1/accounts/{account}")).await.json();
    assert_eq!(view["gate"]["provision"], by_id["answer"]);
}

#[tokio::test]
async fn what_is_unknown_or_stale_is_denied() {
    let deployment = Deployment::new();
    deployment.apply(&person(1)).await;
    for account in ["nobody", "acc_00000000000000000000000001", "%20", "a%2Fb", "person-1%00"] {
        let answer = deployment.get(&format!("/v1/gate/{account}?action=access")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        assert_eq!((&answer["answer"], &answer["reasons"][0]), (&"deny".into(), &"account_unknown".into()));
    }
    deployment.clock.advance_micros(20_000_000);
    let stale = deployment.get("/v1/gate/person-1?action=access").await.json();
    assert_eq!((&stale["answer"], &stale["reasons"][0]), (&"deny".into(), &"gate_stale".into()));
    assert!(stale["age_ms"].as_i64().unwrap() >= 20_000);
    let ready = deployment.get("/readyz").await;
    assert_eq!(ready.status, 503, "{}", ready.text());
    deployment.register.follow_gate().unwrap();
    let fresh = deployment.get("/v1/gate/person-1?action=access").await.json();
    assert_ne!(fresh["reasons"][0], "gate_stale");
    let ready = deployment.get("/readyz").await;
    assert_eq!(ready.status, 200, "{}", ready.text());
}

#[tokio::test]
async fn a_question_without_a_known_action_is_refused() {
    let deployment = Deployment::new();
    for path in ["/v1/gate/a", "/v1/gate/a?action=", "/v1/gate/a?action=fly", "/v1/gate/a?action=mail&x=1"] {
        deployment.get(path).await.problem(Code::QueryInvalid);
    }
}
