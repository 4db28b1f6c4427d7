//! `tenantry admin`: people and keys.

use super::deployment;
use crate::cli::Admin;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use anyhow::Result;
use std::fmt::Write as _;
use std::path::Path;
use tenantry_register::people::{ApiKeyView, NewApiKey, NewStaff};
use tenantry_server::http::api_key::ApiKey;

/// Keys read at a time.
const PAGE: u32 = 1_000;

pub(super) fn run(file: Option<&Path>, admin: Admin, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let register = deployment::open(&config)?;
    let call = deployment::operator();
    match admin {
        Admin::AddStaff { login, name, role } => {
            let id = register.add_staff(&call, NewStaff { login, name, role })?;
            let link = deployment::login_url(&config.server.public_url, &register.login_link(&call, id)?);
            let text = format!("added {id} as {role}\nlog-in link, works once: {link}");
            out.answer(&serde_json::json!({ "staff": id, "role": role, "login_link": link }), text)?;
        }
        Admin::Link { login } => {
            let staff = register.staff_by_login(&call, &login)?;
            let link =
                deployment::login_url(&config.server.public_url, &register.login_link(&call, staff.id)?);
            out.answer(&serde_json::json!({ "staff": staff.id, "login_link": link }), &link)?;
        }
        Admin::Staff => {
            let staff = register.staff(&call)?;
            let mut text = String::new();
            for one in &staff {
                let gone = if one.disabled_at.is_some() { ", no access" } else { "" };
                writeln!(text, "{} {:18} {} ({}){gone}", one.id, one.role.as_str(), one.login, one.name)?;
            }
            out.answer(&staff, text)?;
        }
        Admin::AddKey { label, scopes, reseller } => {
            let (id, secret) = register.create_api_key(&call, NewApiKey { label, scopes, reseller })?;
            let key = ApiKey::from_parts(id, secret).reveal();
            let text = format!("{id}\nAPI key, shown once: {key}");
            out.answer(&serde_json::json!({ "key": id, "api_key": key }), text)?;
        }
        Admin::Keys => {
            let mut keys: Vec<ApiKeyView> = Vec::new();
            loop {
                let page = register.api_keys(&call, keys.last().map(|key| key.id), PAGE)?;
                if page.is_empty() {
                    break;
                }
                keys.extend(page);
            }
            let mut text = String::new();
            for key in &keys {
                let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
                let gone = if key.revoked_at.is_some() { ", revoked" } else { "" };
                writeln!(text, "{} {} ({}){gone}", key.id, key.label, scopes.join(" "))?;
            }
            out.answer(&keys, text)?;
        }
        Admin::RevokeKey { id } => {
            register.revoke_api_key(&call, id)?;
            out.answer(&serde_json::json!({ "revoked": id }), format!("revoked {id}"))?;
        }
    }
    Ok(Exit::Yes)
}
