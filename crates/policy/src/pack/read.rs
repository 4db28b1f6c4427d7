//! Reading a pack: shape by TOML and serde with line and column, content by the checks below.

use super::{
    FieldRule, Header, Pack, Provisional, ResellerChecksRule, Retention, Rule, SecondPerson, Switch,
    Thresholds, Timer, UnderReview,
};
use crate::PackError;
use crate::limits::PACK_BYTES_MAX;
use crate::rule::RuleCode;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ops::Range;
use tenantry_model::case::CaseKind;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::time::Date;

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: String,
    version: String,
    title: String,
    jurisdiction: Jurisdiction,
    status: String,
    note: String,
    effective_from: Date,
    #[serde(default)]
    effective_until: Option<Date>,
    thresholds: Thresholds,
    provisional: Provisional,
    #[serde(default)]
    under_review: Option<UnderReview>,
    #[serde(default)]
    reseller_checks: Option<ResellerChecksRule>,
    case_due_days: BTreeMap<CaseKind, u32>,
    timers: BTreeMap<String, Timer>,
    retention: BTreeMap<String, Retention>,
    fields: Vec<FieldRule>,
    rules: Vec<Rule>,
    second_person: Vec<SecondPerson>,
}

pub(super) fn parse(text: &str) -> Result<Pack, PackError> {
    if text.len() > PACK_BYTES_MAX {
        return Err(PackError::TooLarge { length: text.len(), length_max: PACK_BYTES_MAX });
    }
    let file: File = toml::from_str(text).map_err(|error| shape(text, &error))?;
    check_header(&file)?;
    check_thresholds(&file)?;
    check_entries(&file)?;
    let rules = rules(file.rules, &file.timers)?;
    Ok(Pack {
        header: Header {
            id: file.id,
            version: file.version,
            title: file.title,
            jurisdiction: file.jurisdiction,
            status: file.status,
            note: file.note,
            effective_from: file.effective_from,
            effective_until: file.effective_until,
        },
        thresholds: file.thresholds,
        fields: file.fields,
        provisional: file.provisional,
        under_review: file.under_review,
        reseller_checks: file.reseller_checks,
        timers: file.timers,
        retention: file.retention,
        rules,
        second_person: file.second_person,
        case_due_days: file.case_due_days,
        hash: Sha256::digest(text.as_bytes()).into(),
    })
}

fn shape(text: &str, error: &toml::de::Error) -> PackError {
    let Range { start, .. } = error.span().unwrap_or_default();
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let problem = error.message().lines().collect::<Vec<_>>().join("; ");
    PackError::Shape { line, column, problem }
}

fn check_header(file: &File) -> Result<(), PackError> {
    for (what, text) in [
        ("id", &file.id),
        ("version", &file.version),
        ("title", &file.title),
        ("status", &file.status),
        ("note", &file.note),
    ] {
        filled(what, text)?;
    }
    if file.effective_until.is_some_and(|until| until < file.effective_from) {
        return Err(value("effective_until", "lies before effective_from"));
    }
    Ok(())
}

fn check_thresholds(file: &File) -> Result<(), PackError> {
    let thresholds = &file.thresholds;
    if !(1..=1_000).contains(&thresholds.match_review.value) {
        return Err(value("thresholds.match_review", "must lie between 1 and 1000 per mille"));
    }
    for (name, share) in [
        ("thresholds.beneficial_owner", thresholds.beneficial_owner.value),
        ("thresholds.listed_aggregate", thresholds.listed_aggregate.value),
        ("thresholds.unexplained_ownership", thresholds.unexplained_ownership.value),
    ] {
        if share.ppm() == 0 {
            return Err(value(name, "must be more than 0 percent"));
        }
    }
    if thresholds.shared_instrument_accounts.value == 0 {
        return Err(value("thresholds.shared_instrument_accounts", "must be at least 1"));
    }
    for (name, requirement, citation) in [
        ("beneficial_owner", &thresholds.beneficial_owner.requirement, &thresholds.beneficial_owner.citation),
        ("listed_aggregate", &thresholds.listed_aggregate.requirement, &thresholds.listed_aggregate.citation),
        (
            "unexplained_ownership",
            &thresholds.unexplained_ownership.requirement,
            &thresholds.unexplained_ownership.citation,
        ),
        ("match_review", &thresholds.match_review.requirement, &thresholds.match_review.citation),
        (
            "shared_instrument_accounts",
            &thresholds.shared_instrument_accounts.requirement,
            &thresholds.shared_instrument_accounts.citation,
        ),
        (
            "recent_ownership_change_days",
            &thresholds.recent_ownership_change_days.requirement,
            &thresholds.recent_ownership_change_days.citation,
        ),
    ] {
        cited(&format!("thresholds.{name}"), requirement, citation)?;
    }
    Ok(())
}

fn check_entries(file: &File) -> Result<(), PackError> {
    for kind in CaseKind::ALL {
        // Packs in force before there were appeals do not name them.
        if *kind != CaseKind::Appeal && !file.case_due_days.contains_key(kind) {
            return Err(value(
                &format!("case_due_days.{kind}"),
                "is missing; every kind of case needs its days",
            ));
        }
    }
    for (name, timer) in &file.timers {
        cited(&format!("timers.{name}"), &timer.requirement, &timer.citation)?;
    }
    for (name, class) in &file.retention {
        cited(&format!("retention.{name}"), &class.requirement, &class.citation)?;
    }
    for (at, field) in file.fields.iter().enumerate() {
        let name = format!("fields entry {}", at + 1);
        cited(&name, &field.requirement, &field.citation)?;
        filled(&name, &field.why)?;
        if field.any_of.is_empty() || field.kinds.is_empty() || field.roles.is_empty() {
            return Err(value(&name, "needs at least one of each: any_of, kinds, roles"));
        }
    }
    for (at, row) in file.second_person.iter().enumerate() {
        cited(&format!("second_person entry {}", at + 1), &row.requirement, &row.citation)?;
    }
    if let Some(rule) = &file.reseller_checks {
        cited("reseller_checks", &rule.requirement, &rule.citation)?;
    }
    if let Some(rule) = &file.under_review {
        cited("under_review", &rule.requirement, &rule.citation)?;
        if !(file.thresholds.match_review.value..=1_000).contains(&rule.match_grave) {
            let problem = "must lie between thresholds.match_review and 1000 per mille";
            return Err(value("under_review.match_grave", problem));
        }
        if !rule.rules.iter().all(|code| code.can_be_grave()) {
            let problem = "names `listed_match`, `measure_may_reach` and `reseller_standing` only: weaker evidence never acts";
            return Err(value("under_review.rules", problem));
        }
    }
    cited("provisional", &file.provisional.requirement, &file.provisional.citation)
}

fn rules(given: Vec<Rule>, timers: &BTreeMap<String, Timer>) -> Result<BTreeMap<RuleCode, Rule>, PackError> {
    let mut rules = BTreeMap::new();
    for rule in given {
        let code = rule.code;
        let name = format!("rule {code}");
        cited(&name, &rule.requirement, &rule.citation)?;
        filled(&name, &rule.text)?;
        let (least, most) = (code.effect_min(), code.effect_max());
        if !(least..=most).contains(&rule.effect) {
            let [effect, least, most] = [rule.effect, least, most].map(crate::rule::Effect::as_str);
            return Err(PackError::Effect { code: code.as_str(), effect, least, most });
        }
        if rule.state == Switch::Off && !code.is_red_flag() {
            return Err(value(&name, "cannot be switched off; only red flags can"));
        }
        if code.is_red_flag() != rule.flag.is_some() {
            return Err(value(&name, "red flags, and only they, carry a `flag` table"));
        }
        if rule.effect > crate::rule::Effect::Note && rule.remedy.trim().is_empty() {
            return Err(value(&name, "needs a remedy: say what would change it"));
        }
        if rules.insert(code, rule).is_some() {
            return Err(PackError::Twice { what: "rule", name: code.to_string() });
        }
    }
    // Packs were adopted before these rules were known: without them nothing follows from what they find.
    let is_due = |code: &RuleCode| match code {
        RuleCode::VerificationOverdue => timers.contains_key("verification"),
        RuleCode::ReverificationDue | RuleCode::RefusalQuestioned | RuleCode::FlagWithoutList => false,
        other => !other.is_red_flag(),
    };
    match RuleCode::ALL.iter().find(|code| is_due(code) && !rules.contains_key(code)) {
        Some(code) => Err(PackError::RuleMissing { code: code.as_str() }),
        None => Ok(rules),
    }
}

fn cited(what: &str, requirement: &str, citation: &str) -> Result<(), PackError> {
    if requirement.trim().is_empty() || citation.trim().is_empty() {
        return Err(value(what, "needs a requirement id and a citation"));
    }
    Ok(())
}

fn filled(what: &str, text: &str) -> Result<(), PackError> {
    if text.trim().is_empty() { Err(value(what, "must not be empty")) } else { Ok(()) }
}

fn value(what: &str, problem: &'static str) -> PackError {
    PackError::Value { what: what.to_owned(), problem }
}
