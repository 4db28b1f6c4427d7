//! Two people who agree at this terminal, one after the other, where the console is not there.

use anyhow::{Context as _, Result};
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use tenantry_model::id::ApprovalId;
use tenantry_register::approvals::{ApprovalView, Pending, Standing};
use tenantry_register::people::ComesFrom;
use tenantry_register::{Call, Reason, Register, RegisterError};

/// Both log in; then the first asks, and the second is shown what exactly and approves it. Answers the approved request. Where an
/// earlier attempt left the request waiting, that one is shown and approved.
pub(super) fn agree(
    register: &Register,
    reason: &Reason,
    ask: impl FnOnce(&Call) -> Result<ApprovalId, RegisterError>,
) -> Result<ApprovalId> {
    let first = log_in(register, "the first person, who asks")?.because(reason.clone());
    let second = log_in(register, "the second person, who approves")?.because(reason.clone());
    let approval = match ask(&first) {
        Err(waits @ RegisterError::State { .. }) => {
            let own = |request: &ApprovalView| {
                matches!(request.pending, Pending::RotateKeys { .. })
                    && request.reader == Standing::SecondPerson
            };
            let waiting = register.approvals(&second)?.into_iter().find(own);
            waiting.map(|request| request.id).ok_or(waits)?
        }
        asked => asked?,
    };
    let request = register.approval(&second, approval)?;
    tell(&format!("to be approved: {}\n", request.pending.object()))?;
    register.approve(&second, approval, request.content_hash)?;
    Ok(approval)
}

/// Who stands here, by log-in, password and one-time code.
fn log_in(register: &Register, who: &str) -> Result<Call> {
    tell(&format!("{who}\n"))?;
    let login = ask("Log-in: ")?;
    let password =
        if io::stdin().is_terminal() { rpassword::prompt_password("Password: ")? } else { ask("")? };
    let code = ask("One-time code: ")?;
    let session = register.log_in(&login, &password, &code, &ComesFrom::nowhere())?;
    let session = session.context("log-in, password or code is wrong, or the log-in is locked")?;
    let actor = register.session(&session.token)?.context("the session ended")?.actor;
    register.log_out(&session.token, &ComesFrom::nowhere())?;
    Ok(Call::by(actor))
}

fn ask(label: &str) -> Result<String> {
    tell(label)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// To standard error, so that the answer stays alone on standard output.
fn tell(text: &str) -> Result<()> {
    let mut error = io::stderr().lock();
    error.write_all(text.as_bytes()).and_then(|()| error.flush())?;
    Ok(())
}
