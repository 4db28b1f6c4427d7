//! Special measures: the list, one measure with whom it hits, a new one with its preview, and lifting one.

use super::accounts::account_link;
use super::approvals::second_person;
use super::desk::{Desk, Trouble, sentence};
use super::measure_form::{draft, extension, parse};
use super::session::{Sent, see_other};
use super::timeline::Names;
use super::words::{account_state, day, grouped, plain, short, when};
use crate::console::forms::{ExtendForm, LiftForm, MeasureForm};
use crate::console::views::lists::NotAssessed;
use crate::console::views::measures::{
    Candidate, HitExample, HitShare, MeasureChange, MeasureDraft, MeasureNewPage, MeasurePage,
    MeasurePreview, MeasureRow, MeasureWork, MeasuresPage, ResellerHit,
};
use crate::console::views::parts::{Badge, Bar, Choice, Count, Digest, Link, Tone};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::Path;
use std::collections::BTreeMap;
use tenantry_model::account::{AccountState, Capability};
use tenantry_model::id::MeasureId;
use tenantry_model::jurisdiction::CONTESTED;
use tenantry_model::measure::{Effect, Extension, ResellerReach};
use tenantry_model::time::Timestamp;
use tenantry_policy::measures::Certainty;
use tenantry_register::measures::{MeasureView, Phase, Preview, TargetView};
use tenantry_register::{Action, Reason, RegisterError};

/// Examples and candidates on the page.
const SHOWN_MAX: usize = 25;

pub(super) async fn list(desk: Desk) -> Reply {
    desk.answer(|desk| {
        let now = desk.now();
        let measures = desk.register().measures(&desk.call())?;
        let row = |measure: &MeasureView| MeasureRow {
            id: measure.id.to_string(),
            title: measure.title.clone(),
            effect: effect(&measure.effect),
            scope: scope(&measure.target).join("; "),
            state: phase(measure.phase),
            from: day(measure.effective_at, now),
            until: day(measure.expires_at, now),
        };
        Ok(page(&MeasuresPage {
            shell: desk.shell(Section::Measures),
            rows: measures.iter().map(row).collect(),
            propose: desk
                .may(Action::ProposeMeasure)
                .then(|| Link::new("/console/measures/new", "New measure")),
        }))
    })
    .await
}

pub(super) async fn one(desk: Desk, Path(id): Path<String>) -> Reply {
    desk.answer(move |desk| draw(desk, id.parse().map_err(|_| Trouble::NotHere)?, MeasureChange::default()))
        .await
}

pub(super) async fn lift(Path(id): Path<String>, sent: Sent<LiftForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    let here = id.parse::<MeasureId>().map(|id| format!("/console/measures/{id}")).unwrap_or_default();
    desk.at(&here)
        .answer(move |desk| {
            let id: MeasureId = id.parse().map_err(|_| Trouble::NotHere)?;
            let Ok(reason) = Reason::parse(&form.reason) else {
                let lift_problem = "Say in at least 10 characters why it is to be lifted.".to_owned();
                return draw(desk, id, MeasureChange { lift_problem, ..MeasureChange::default() });
            };
            desk.register().lift_measure(&desk.call_once(once).because(reason), id)?;
            Ok(see_other(&format!("/console/measures/{id}?done=asked-second")))
        })
        .await
}

pub(super) async fn extend(Path(id): Path<String>, sent: Sent<ExtendForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    let here = id.parse::<MeasureId>().map(|id| format!("/console/measures/{id}")).unwrap_or_default();
    desk.at(&here)
        .answer(move |desk| {
            let id: MeasureId = id.parse().map_err(|_| Trouble::NotHere)?;
            let again = |extend_problem| {
                let change = MeasureChange {
                    lift_problem: String::new(),
                    extend_problem,
                    until: form.until.clone(),
                    notice: form.notice.clone(),
                    noticed_on: form.noticed_on.clone(),
                    reason: form.reason.clone(),
                };
                draw(desk, id, change)
            };
            let new = match extension(&form) {
                Ok(new) => new,
                Err(problem) => return again(problem),
            };
            let Ok(reason) = Reason::parse(&form.reason) else {
                return again("Say in at least 10 characters why it is to be extended.".to_owned());
            };
            match desk.register().extend_measure(&desk.call_once(once).because(reason), id, new) {
                Ok(_) => Ok(see_other(&format!("/console/measures/{id}?done=asked-second"))),
                Err(error @ RegisterError::Invalid { .. }) => again(refusal(&error)),
                Err(error) => Err(error.into()),
            }
        })
        .await
}

pub(super) async fn new(desk: Desk) -> Reply {
    desk.answer(|desk| {
        if !desk.may(Action::ProposeMeasure) {
            return Err(RegisterError::Forbidden { action: Action::ProposeMeasure }.into());
        }
        Ok(draw_new(desk, MeasureDraft::default(), "", None, String::new()))
    })
    .await
}

pub(super) async fn propose(sent: Sent<MeasureForm>) -> Reply {
    let Sent { desk, form, once } = sent;
    desk.at("/console/measures/new")
        .answer(move |desk| {
            let again = |preview, problem| draw_new(desk, draft(&form), &form.withheld, preview, problem);
            let new = match parse(&form) {
                Ok(new) => new,
                Err(problem) => return Ok(again(None, problem)),
            };
            if form.then != "propose" {
                return match desk.register().preview_measure(&desk.call(), new) {
                    Ok(preview) => Ok(again(Some(preview_view(desk, &preview)), String::new())),
                    Err(error @ RegisterError::Invalid { .. }) => Ok(again(None, refusal(&error))),
                    Err(error) => Err(error.into()),
                };
            }
            let Ok(reason) = Reason::parse(&form.reason) else {
                return Ok(again(None, "Say in at least 10 characters why you propose it.".to_owned()));
            };
            match desk.register().propose_measure(&desk.call_once(once).because(reason), new) {
                Ok(proposed) => {
                    Ok(see_other(&format!("/console/measures/{}?done=proposed", proposed.measure)))
                }
                Err(error @ RegisterError::Invalid { .. }) => Ok(again(None, refusal(&error))),
                Err(error) => Err(error.into()),
            }
        })
        .await
}

/// What the register said of a field, with the field.
fn refusal(error: &RegisterError) -> String {
    match error {
        RegisterError::Invalid { pointer, detail } => {
            format!(
                "{}: {detail}.",
                super::words::title(&plain(pointer.trim_start_matches('/')).replace('/', ", "))
            )
        }
        other => sentence(other),
    }
}

fn draw_new(
    desk: &Desk,
    draft: MeasureDraft,
    withheld: &str,
    preview: Option<MeasurePreview>,
    problem: String,
) -> Reply {
    let chosen: Vec<&str> = withheld.split(' ').collect();
    let capability = |capability: &Capability| {
        let choice = Choice::new(capability.as_str(), &plain(capability.as_str()));
        if chosen.contains(&capability.as_str()) { choice.chosen() } else { choice }
    };
    page(&MeasureNewPage {
        shell: desk.shell(Section::Measures),
        problem,
        draft,
        capabilities: Capability::ALL.iter().map(capability).collect(),
        regions: CONTESTED.iter().map(|region| (region.code.to_owned(), region.name.to_owned())).collect(),
        preview,
    })
}

fn draw(desk: &Desk, id: MeasureId, change: MeasureChange) -> Result<Reply, Trouble> {
    let (register, call, now) = (desk.register(), desk.call(), desk.now());
    let measure = register.measure(&call, id)?;
    let names = Names::of(desk);
    let looks = desk.may(Action::ProposeMeasure) || desk.may(Action::ApproveMeasure);
    let alive = matches!(measure.phase, Phase::Proposed | Phase::Upcoming | Phase::InForce);
    let preview = if looks && alive {
        Some(preview_view(desk, &register.preview_of_measure(&call, id)?))
    } else {
        None
    };
    let mut scope = scope(&measure.target);
    scope.push(match measure.reach {
        ResellerReach::WholeChain => "and every account below one that matches".to_owned(),
        ResellerReach::DirectAccounts => "only accounts whose own parties match".to_owned(),
    });
    let proposed = when(measure.proposed_at, now);
    Ok(page(&MeasurePage {
        shell: desk.shell(Section::Measures),
        id: id.to_string(),
        title: measure.title.clone(),
        state: phase(measure.phase),
        effect: effect(&measure.effect),
        scope,
        basis: measure.citation.clone(),
        determined: measure.determined_on.to_string(),
        from: when(measure.effective_at, now),
        until: when(measure.expires_at, now),
        extensions: measure.extensions.iter().map(|extension| put_off(extension, now)).collect(),
        proposed: format!("by {}, {} UTC", names.staff(measure.proposed_by), proposed.shown),
        content: Digest::new(&measure.content_hash.to_string()),
        preview,
        work: work(desk, &measure, &names, change)?,
    }))
}

fn put_off(extension: &Extension, now: Timestamp) -> String {
    format!(
        "from {} by {}, of {}",
        day(extension.instead_of, now).shown,
        extension.notice,
        extension.noticed_on
    )
}

fn work(
    desk: &Desk,
    measure: &MeasureView,
    names: &Names,
    change: MeasureChange,
) -> Result<MeasureWork, Trouble> {
    if let Some(approval) = measure.approval {
        return match desk.register().approval(&desk.call(), approval) {
            Ok(request) => Ok(MeasureWork::Approve(Box::new(second_person(desk, &request, names)))),
            Err(RegisterError::NotFound { .. }) => {
                Ok(MeasureWork::Read("A second person was asked; your role cannot be it.".to_owned()))
            }
            Err(error) => Err(error.into()),
        };
    }
    let alive = matches!(measure.phase, Phase::Upcoming | Phase::InForce);
    if alive && desk.may(Action::LiftMeasure) {
        return Ok(MeasureWork::Change(Box::new(change)));
    }
    let text = match measure.phase {
        Phase::Proposed => "It was proposed and nobody is asked to approve it any more.",
        Phase::Upcoming => "It is approved and will be in force from its date on.",
        Phase::InForce => "It is in force. A compliance officer can ask for it to be lifted or extended.",
        Phase::Expired => "Its time is over.",
        Phase::Rejected => "The second person refused it.",
        Phase::Lifted => "It was lifted before its end.",
    };
    Ok(MeasureWork::Read(text.to_owned()))
}

fn phase(phase: Phase) -> Badge {
    match phase {
        Phase::Proposed => Badge::new(Tone::Warn, "proposed"),
        Phase::Upcoming => Badge::new(Tone::Info, "upcoming"),
        Phase::InForce => Badge::new(Tone::Good, "in force"),
        Phase::Expired => Badge::new(Tone::Quiet, "over"),
        Phase::Rejected => Badge::new(Tone::Quiet, "rejected"),
        Phase::Lifted => Badge::new(Tone::Quiet, "lifted"),
    }
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Prohibit => "prohibits accounts".to_owned(),
        Effect::Condition { withheld } => {
            let words: Vec<String> = withheld.iter().map(|capability| plain(capability.as_str())).collect();
            format!("withholds {}", words.join(", "))
        }
    }
}

fn scope(target: &TargetView) -> Vec<String> {
    match target {
        TargetView::Jurisdiction { jurisdictions } => {
            let one =
                |jurisdiction: &tenantry_model::jurisdiction::Jurisdiction| match jurisdiction.contested() {
                    Some(region) => format!("jurisdiction {jurisdiction}, {}", region.name),
                    None => format!("jurisdiction {jurisdiction}"),
                };
            jurisdictions.iter().map(one).collect()
        }
        TargetView::Person { persons, confirmed } => {
            vec![format!("persons named: {persons}, confirmed among customers: {confirmed}")]
        }
    }
}

fn preview_view(desk: &Desk, preview: &Preview) -> MeasurePreview {
    let now = desk.now();
    let then = &preview.on_effective_date;
    let count = |value: u64, label: &str| Count {
        label: label.to_owned(),
        value: grouped(value),
        href: String::new(),
    };
    let mut by_state: BTreeMap<AccountState, (u64, u64)> = BTreeMap::new();
    for (state, accounts) in &then.certain_by_state {
        by_state.entry(*state).or_default().0 += accounts;
    }
    for (state, accounts) in &then.possible_by_state {
        by_state.entry(*state).or_default().1 += accounts;
    }
    let all = (then.certain + then.possible).max(1);
    let share = |(state, (certain, possible)): (AccountState, (u64, u64))| HitShare {
        state: account_state(state),
        certain: grouped(certain),
        possible: grouped(possible),
        share: Bar {
            percent: u8::try_from((certain + possible) * 100 / all).unwrap_or(100),
            tone: Tone::Info,
        },
    };
    MeasurePreview {
        at: when(now, now),
        totals: vec![
            count(then.certain, "certainly hit on its date"),
            count(then.possible, "possibly, for a reviewer"),
            count(preview.now.certain, "certainly hit today"),
            count(preview.downstream, "below resellers"),
            count(preview.accounts, "accounts looked at"),
        ],
        by_state: by_state.into_iter().map(share).collect(),
        by_reseller: preview
            .by_reseller
            .iter()
            .take(SHOWN_MAX)
            .map(|row| ResellerHit {
                reseller: account_link(row.account, &row.reference),
                accounts: grouped(row.reached),
            })
            .collect(),
        examples: preview
            .examples
            .iter()
            .take(SHOWN_MAX)
            .map(|example| HitExample {
                account: account_link(example.account, &example.reference),
                why: plain(example.why.as_str()),
                state: account_state(example.state),
                certainty: match example.certainty {
                    Certainty::Certain => Badge::new(Tone::Bad, "certain"),
                    Certainty::Possible => Badge::new(Tone::Warn, "possible"),
                },
            })
            .collect(),
        candidates: preview
            .candidates
            .iter()
            .take(SHOWN_MAX)
            .map(|candidate| Candidate {
                account: account_link(candidate.account, &candidate.reference),
                party: Link::new(
                    &format!("/console/parties/{}", candidate.party),
                    &format!("party {}", short(&candidate.party.to_string())),
                ),
                score: format!("0.{:03}", candidate.score_per_mille.min(999)),
            })
            .collect(),
        not_assessed: (preview.not_assessed > 0).then(|| NotAssessed {
            count: grouped(preview.not_assessed),
            accounts: preview.not_assessed_accounts.iter().map(ToString::to_string).collect(),
        }),
    }
}
