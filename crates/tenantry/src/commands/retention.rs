//! `tenantry hold` and `tenantry erase`. What needs two people is asked for and approved in the console; here it is placed,
//! shown, scheduled and, once approved, carried out.

use super::deployment::{self, operator};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::{Erase, Hold};
use anyhow::Result;
use std::fmt::Write as _;
use std::path::Path;
use tenantry_model::hold::Silence;
use tenantry_register::holds::{HoldView, NewHold};

pub(super) fn hold(file: Option<&Path>, asked: Hold, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let register = deployment::open(&config)?;
    match asked {
        Hold::Place { accounts, kind, authority, reference, open, record_types } => {
            let silence = if open { Silence::Open } else { Silence::Silent };
            let new = NewHold {
                kind,
                silence,
                authority,
                reference,
                matter: String::new(),
                accounts,
                parties: Vec::new(),
                records_from: None,
                records_until: None,
                record_types,
                owner: None,
                review_at: None,
            };
            let placed = register.place_hold(&operator(), new)?;
            out.answer(&placed, line(&placed))?;
        }
        Hold::Renew { id } => {
            let renewed = register.renew_hold(&operator(), id)?;
            out.answer(&renewed, line(&renewed))?;
        }
        Hold::List => {
            let holds = register.holds(&operator(), None)?;
            let text: Vec<String> = holds.iter().map(line).collect();
            out.answer(&holds, text.join("\n"))?;
        }
    }
    Ok(Exit::Yes)
}

fn line(hold: &HoldView) -> String {
    let until =
        hold.expires_at.map_or_else(|| "until released".to_owned(), |at| format!("until {}", at.date()));
    format!(
        "{} {} {} {until}, review {}, keeps {} keys, {} ({})",
        hold.id,
        hold.state,
        hold.kind,
        hold.review_at.date(),
        hold.keys,
        hold.authority,
        hold.reference,
    )
}

pub(super) fn erase(file: Option<&Path>, asked: &Erase, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    let register = deployment::open(&config)?;
    let mut text = String::new();
    match asked {
        Erase::Due => {
            let due = register.due_for_erasure(&operator())?;
            for line in &due {
                let holds: Vec<String> = line.holds.iter().map(ToString::to_string).collect();
                let kept =
                    if holds.is_empty() { String::new() } else { format!(", held by {}", holds.join(" ")) };
                let (object, date) = (line.object, line.due_at.date());
                writeln!(text, "{object} class {} since {date} under {}{kept}", line.class, line.basis)?;
            }
            if due.is_empty() {
                text.push_str("nothing is due");
            }
            out.answer(&due, text)?;
        }
        Erase::Schedule => {
            let batches = register.schedule_erasures(&operator())?;
            for id in &batches {
                writeln!(text, "{id} scheduled; one person asks for it in the console, another approves")?;
            }
            if batches.is_empty() {
                text.push_str("nothing new is due");
            }
            out.answer(&serde_json::json!({ "scheduled": batches }), text)?;
        }
        Erase::Run => {
            let carried = register.carry_out_approved(&operator())?;
            let text = format!(
                "{} batches done: {} keys destroyed, {} held, {} no longer due",
                carried.done.len(),
                carried.erased,
                carried.held,
                carried.not_due,
            );
            out.answer(&carried, text)?;
        }
        Erase::List => {
            let batches = register.erasures(&operator(), None)?;
            for batch in &batches {
                let (id, state, from) = (batch.id, batch.state, batch.erase_from.date());
                writeln!(text, "{id} {state}, {} keys, not before {from}", batch.items.len())?;
            }
            if batches.is_empty() {
                text.push_str("nothing was ever scheduled");
            }
            out.answer(&batches, text)?;
        }
    }
    Ok(Exit::Yes)
}
