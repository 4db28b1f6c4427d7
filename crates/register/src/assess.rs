//! The assessment: one dossier, one world, one decision. The same function serves an application, a changed fact, a new
//! list, a new measure and the replay of an old decision.
//!
//! An assessment changes nothing. [`crate::outcome`] writes it down, and refuses to when the world or the links it rests on
//! have changed since.

use crate::RegisterError;
use crate::core::Core;
use crate::dossier::{Dossier, DossierParty, DossierReseller};
use crate::linked::standing_of;
use crate::named;
use crate::outcome::concern;
use crate::query::{is_name, linking_values, names_cut, screening_query};
use crate::rules::screened_in_trouble;
use crate::signals::is_from_lists;
use crate::world::{MEASURES_LIST, World};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use tenantry_linkage::{Candidate, HOLDERS_GENERIC, Link, Standing, Token, TokenKind, link};
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::case::Verdict;
use tenantry_model::id::{AccountId, FactId, MeasureId, PartyId, SignalListId, SnapshotId};
use tenantry_model::party::{Interest, PartyKind};
use tenantry_model::time::Timestamp;
use tenantry_policy::decide;
use tenantry_policy::decision::Decision;
use tenantry_policy::input::{
    ChainLink, Dates, DecisionInput, HitStanding, HitSummary, LinkSummary, PartyInput, Screening, Signal,
};
use tenantry_policy::measures::PartyView;
use tenantry_policy::rule::RuleCode;
use tenantry_screening::{Attribute, Hit, Note, Options, Point, Query, Score};
use tenantry_store::repo::party;
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// Most hits raised per party at one time; further ones are raised when these are settled.
pub(crate) const HITS_MAX: usize = 20;
/// Most hits looked for per party. Where there are as many, there may be more, and nothing opens.
const SEARCH_MAX: usize = 1_000;
/// Holders of one token that are counted: from [`HOLDERS_GENERIC`] on a value says nothing, and counting may stop.
const HOLDERS_MAX: u32 = HOLDERS_GENERIC + 1;

/// A token of a party.
pub(crate) type PartyToken = (PartyId, Token);

/// What an assessment found.
#[derive(Debug, Clone)]
pub(crate) struct Assessment {
    pub(crate) decision: Decision,
    pub(crate) inputs: Inputs,
    pub(crate) hits: BTreeMap<PartyId, Vec<FoundHit>>,
    pub(crate) links: Vec<Link>,
    pub(crate) tokens: Vec<PartyToken>,
    /// Accounts that held one of the tokens when the links were made.
    pub(crate) holders: Holders,
    pub(crate) generation: u64,
    pub(crate) screened_with: [u8; 32],
    texts: OnceLock<Arc<Texts>>,
}

/// A decision and its inputs as they are stored, in the body of the leaf.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) record: Vec<u8>,
    pub(crate) inputs: String,
}

impl Assessment {
    /// The stored form, made at the first call. Whoever is going to write the assessment down calls it before the unit, because
    /// everybody waits for the thread that runs units.
    pub(crate) fn texts(&self) -> Arc<Texts> {
        let texts = self.texts.get_or_init(|| {
            let inputs = serde_json::to_string(&self.inputs).unwrap_or_default();
            Arc::new(Texts { record: self.decision.to_bytes(), inputs })
        });
        Arc::clone(texts)
    }

    /// The same assessment with what reviewers dismissed of it. Only what is withheld during a review depends on that, so an account
    /// from which nothing is withheld is decided once.
    pub(crate) fn knowing(mut self, world: &World, dossier: &Dossier, dismissed: &[[u8; 32]]) -> Self {
        if self.decision.withheld_meanwhile.is_empty() || dismissed.is_empty() {
            return self;
        }
        let settled: Vec<Signal> = self
            .decision
            .cases
            .iter()
            .filter(|draft| dismissed.contains(&concern(&self, draft)))
            .map(|draft| Signal::Dismissed { party: draft.party, rules: draft.rules.clone() })
            .collect();
        if !settled.is_empty() {
            self.inputs.signals.extend(settled);
            self.decision = decide_from(world, dossier, &self.inputs);
            self.texts = OnceLock::new();
        }
        self
    }
}

/// A hit with the digest of what it rests on, on both sides.
#[derive(Debug, Clone)]
pub(crate) struct FoundHit {
    pub(crate) hit: Hit,
    pub(crate) standing: HitStanding,
    pub(crate) basis: [u8; 32],
}

/// Everything a decision was made from, by identifier: enough to make it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inputs {
    pub(crate) now: Timestamp,
    pub(crate) algorithm: String,
    pub(crate) snapshots: Vec<SnapshotId>,
    /// The versions of signal lists in force that could be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) signal_lists: Vec<SignalListId>,
    pub(crate) measures: Vec<MeasureId>,
    pub(crate) parties: Vec<InputParty>,
    pub(crate) interests: Vec<Interest>,
    pub(crate) chain: Vec<InputReseller>,
    pub(crate) links: Vec<LinkSummary>,
    pub(crate) signals: Vec<Signal>,
    /// Since when clocks run; none in records of the time before they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dates: Option<Dates>,
}

impl Inputs {
    /// Whether everything could be evaluated when exactly the facts of this dossier were decided on.
    pub(crate) fn were_complete_for(&self, dossier: &Dossier) -> bool {
        let unevaluated = self.signals.iter().any(|signal| matches!(signal, Signal::NotEvaluated { .. }));
        !unevaluated && self.are_facts_of(dossier)
    }

    /// Whether exactly the facts of this dossier were decided on.
    fn are_facts_of(&self, dossier: &Dossier) -> bool {
        let before = self.parties.iter().map(|party| (party.id, &party.facts));
        let facts = |party: &DossierParty| party.facts.iter().map(|fact| fact.id).collect::<Vec<_>>();
        let now: Vec<_> = dossier.parties.iter().map(|party| (party.id, facts(party))).collect();
        before.eq(now.iter().map(|(id, facts)| (*id, facts)))
    }
}

/// What an earlier decision has to say in a new one.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// That it refused the account for good.
    pub(crate) refused: Option<Signal>,
    /// What signal lists said.
    pub(crate) from_lists: Vec<Signal>,
}

impl Before {
    pub(crate) fn of(state: AccountState, previous: Option<&(Decision, Inputs)>, dossier: &Dossier) -> Self {
        let signals = previous.map(|(_, inputs)| inputs.signals.as_slice()).unwrap_or_default();
        Self {
            refused: refused_before(state, previous, dossier),
            from_lists: signals.iter().filter(|signal| is_from_lists(signal)).cloned().collect(),
        }
    }
}

/// What is said when an account stands refused or suspended for good and its parties, their facts or owners are not what it was
/// refused on. It is said again until the account opens or is refused anew.
fn refused_before(
    state: AccountState,
    previous: Option<&(Decision, Inputs)>,
    dossier: &Dossier,
) -> Option<Signal> {
    let (decision, inputs) = previous?;
    if !matches!(state, AccountState::Refused | AccountState::Suspended) {
        return None;
    }
    let said = inputs.signals.iter().find(|signal| matches!(signal, Signal::RefusedBefore { .. }));
    let mut rules: Vec<RuleCode> = decision.reasons.iter().map(|reason| reason.rule).collect();
    // A measure that may reach an account refuses it where a reviewer found that it does.
    rules.retain(|rule| rule.refuses_for_good() || *rule == RuleCode::MeasureMayReach);
    rules.dedup();
    let roles = |party: &DossierParty| (party.id, party.roles.clone());
    let same = inputs.are_facts_of(dossier)
        && inputs.interests == dossier.interests
        && inputs.parties.iter().map(|p| (p.id, p.roles.clone())).eq(dossier.parties.iter().map(roles));
    if same || rules.is_empty() {
        return said.cloned();
    }
    Some(Signal::RefusedBefore { at: decision.decided_for, rules })
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputParty {
    pub(crate) id: PartyId,
    pub(crate) kind: PartyKind,
    pub(crate) roles: Vec<AccountRole>,
    pub(crate) facts: Vec<FactId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) former_names: Vec<FactId>,
    pub(crate) hits: Vec<HitSummary>,
    /// How many hits nobody has looked at were left out, where there were more than [`HITS_MAX`] in all. A record that had so many
    /// and does not say it was made when the best were kept whatever a reviewer had found of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) left_out: Option<u32>,
    /// Facts in force and former names that the search did not read whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) names_cut: Vec<FactId>,
    /// That no name is known. A record that does not say so is of somebody with a name, or was made when that counted as screened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unnamed: Option<Unnamed>,
}

/// Why somebody without a name was not screened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unnamed {
    /// Neither a fact in force nor a former one is a name.
    NoName,
}

impl InputParty {
    /// Whether there are hits that wait until others are settled.
    pub(crate) fn has_left_out(&self) -> bool {
        self.left_out.is_some_and(|hits| hits > 0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputReseller {
    pub(crate) account: AccountId,
    pub(crate) state: AccountState,
    pub(crate) parties: Vec<InputParty>,
}

/// Whether an assessment looks at the state of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    /// It does: a list that is missing or stale ends in a review.
    AsTheyAre,
    /// The very same facts were decided on when the lists were in order. That holds: to learn nothing newer undoes nothing.
    WereInOrder,
}

/// Accounts per token.
pub(crate) type Holders = BTreeMap<Token, BTreeSet<AccountId>>;

impl Core {
    /// Assesses a dossier at `now` in `world`. `before` is what the decision in force has to say.
    pub(crate) fn assess(
        self: &Arc<Self>,
        world: &World,
        dossier: &Dossier,
        lists: Lists,
        before: Before,
        now: Timestamp,
    ) -> Result<Assessment, RegisterError> {
        let (mut signals, troubles) = match lists {
            Lists::AsTheyAre => (self.signals(world, now), self.list_troubles(world, now)),
            Lists::WereInOrder => (world.signals.not_evaluated(), Vec::new()),
        };
        let owners = dossier.owners_changed.iter();
        signals.extend(owners.map(|(party, at)| Signal::OwnershipChanged { party: *party, at: *at }));
        signals.extend(before.refused);
        signals.extend(world.signals.raise(&dossier.parties, &before.from_lists));
        // A pack of before this rule says nothing of it, and nobody is decided on anew for what it does not say.
        if world.pack.rule(RuleCode::FlagWithoutList).is_some() {
            signals.extend(world.signals.without_list(&dossier.parties));
        }
        let (mut hits, mut left_out) = (BTreeMap::new(), BTreeMap::new());
        for party in &dossier.parties {
            let (kept, others) = kept(self.screen(world, party, now), |found| found.standing);
            hits.insert(party.id, kept);
            left_out.extend(others.map(|others| (party.id, others)));
        }
        let tokens = self.tokens(&dossier.parties);
        let (links, holders) = self.links(dossier.account, &tokens)?;
        let links_used: Vec<LinkSummary> = links.iter().map(summary_of_link).collect();
        let mut inputs = inputs(world, dossier, &hits, &links_used, signals, now);
        for party in &mut inputs.parties {
            party.left_out = left_out.get(&party.id).copied();
        }
        let decision = decide_from(world, dossier, &inputs);
        Ok(Assessment {
            decision,
            inputs,
            hits,
            links,
            tokens,
            holders,
            generation: world.generation,
            screened_with: screened_in_trouble(&world.screened_with, &troubles),
            texts: OnceLock::new(),
        })
    }

    fn screen(&self, world: &World, party: &DossierParty, now: Timestamp) -> Vec<FoundHit> {
        let Some(query) = query_of(party) else { return Vec::new() };
        search(world, &query, now)
            .into_iter()
            .map(|hit| {
                let basis = basis(&self.vault, &query, &hit);
                FoundHit { standing: standing(party, &hit, &basis), basis, hit }
            })
            .collect()
    }

    fn tokens(&self, parties: &[DossierParty]) -> Vec<PartyToken> {
        let mut tokens = Vec::new();
        for party in parties {
            for (kind, value) in linking_values(&party.facts) {
                let digest = self.vault.token(kind.as_str(), value.expose().as_bytes());
                tokens.push((party.id, Token { kind, digest }));
            }
        }
        tokens.sort_unstable_by_key(|(party, token)| (*token, *party));
        tokens.dedup();
        tokens
    }

    fn links(
        self: &Arc<Self>,
        own: AccountId,
        tokens: &[PartyToken],
    ) -> Result<(Vec<Link>, Holders), RegisterError> {
        let ours: BTreeSet<Token> = tokens.iter().map(|(_, token)| *token).collect();
        let wanted = ours.clone();
        let vault = Arc::clone(&self.vault);
        let (holders, candidates) = self.store.read(move |tx| {
            let holders = holders_of(tx, own, &wanted)?;
            let candidates = candidates(tx, &vault, &holders)?;
            Ok::<_, RegisterError>((holders, candidates))
        })?;
        let ours: Vec<Token> = ours.into_iter().collect();
        let counts = holders
            .iter()
            .map(|(token, accounts)| (*token, u32::try_from(accounts.len()).unwrap_or(u32::MAX)))
            .collect();
        Ok((link(&ours, &candidates, &counts), holders))
    }
}

/// The accounts other than `own` that hold each token.
pub(crate) fn holders_of(
    tx: &mut dyn Tx,
    own: AccountId,
    tokens: &BTreeSet<Token>,
) -> Result<Holders, RegisterError> {
    let mut holders = Holders::new();
    for token in tokens {
        let mut accounts: BTreeSet<AccountId> =
            party::holders(tx, token.kind.as_str(), &token.digest, HOLDERS_MAX)?.into_iter().collect();
        accounts.remove(&own);
        if !accounts.is_empty() {
            holders.insert(*token, accounts);
        }
    }
    Ok(holders)
}

fn candidates(tx: &mut dyn Tx, vault: &Vault, holders: &Holders) -> Result<Vec<Candidate>, RegisterError> {
    let telling = holders.values().filter(|accounts| accounts.len() < HOLDERS_GENERIC as usize);
    let accounts: BTreeSet<AccountId> = telling.flatten().copied().collect();
    let mut candidates = Vec::with_capacity(accounts.len());
    for account in accounts {
        let row = tenantry_store::repo::account::find(tx, account)?;
        let standing = match row {
            Some(row) => standing_of(tx, vault, &row)?,
            None => Standing::Ordinary,
        };
        let tokens = party::tokens_of(tx, account)?
            .into_iter()
            .filter_map(|(kind, digest)| TokenKind::from_text(&kind).map(|kind| Token { kind, digest }))
            .collect();
        candidates.push(Candidate { account, tokens, standing });
    }
    Ok(candidates)
}

fn search(world: &World, query: &Query, now: Timestamp) -> Vec<Hit> {
    let threshold = Score::new(world.pack.thresholds.match_review.value);
    // Whom a measure named that has ended is dropped, and must take no place: `kept` knows by the number that there are more.
    let limit = SEARCH_MAX + named::persons(&world.measures);
    let mut hits = world.index.search(query, &Options { threshold, limit });
    hits.retain(|hit| hit.list != MEASURES_LIST || named::asks(&world.measures, &hit.entity, now));
    hits.truncate(SEARCH_MAX);
    hits
}

fn query_of(party: &DossierParty) -> Option<Query> {
    screening_query(party.kind, &party.facts, &party.former_names)
}

fn cut_names_of(party: &DossierParty) -> Vec<FactId> {
    names_cut(party.kind, party.facts.iter().chain(&party.former_names))
}

fn unnamed(party: &DossierParty) -> Option<Unnamed> {
    let mut all = party.facts.iter().chain(&party.former_names);
    (!all.any(|fact| is_name(fact.value.kind()))).then_some(Unnamed::NoName)
}

/// All hits that a reviewer settled and the best of the others, with how many of these were left out where that is to be said.
fn kept<T>(found: Vec<T>, standing: impl Fn(&T) -> HitStanding) -> (Vec<T>, Option<u32>) {
    let all = found.len();
    let mut raised = 0;
    let kept: Vec<T> = found
        .into_iter()
        .filter(|hit| {
            let new = standing(hit) == HitStanding::New;
            raised += usize::from(new);
            !new || raised <= HITS_MAX
        })
        .collect();
    let unseen = usize::from(all == SEARCH_MAX);
    let left_out = u32::try_from(all - kept.len() + unseen).unwrap_or(u32::MAX);
    (kept, (all > HITS_MAX).then_some(left_out))
}

/// Keyed digest of what a hit relied on: the attributes that both sides have, how they compare, and their values on both sides. A
/// finding holds while all of it is unchanged, whatever else is learned about either side.
fn basis(vault: &Vault, query: &Query, hit: &Hit) -> [u8; 32] {
    let mut bytes = zeroize::Zeroizing::new(hit.entity.as_bytes().to_vec());
    let given = serde_json::to_value(query).unwrap_or_default();
    let relied_on = |p: &&Point| !matches!(p.note, Note::MissingInQuery | Note::MissingInList);
    for point in hit.explanation.points.iter().filter(relied_on) {
        let ours: Vec<_> = fields(point.attribute).iter().map(|field| given.get(field)).collect();
        let both = (point.attribute, point.note, point.bits, point.listed.as_str(), ours);
        bytes.extend_from_slice(&serde_json::to_vec(&both).unwrap_or_default());
    }
    let rules = serde_json::to_vec(&hit.explanation.hard_rules).unwrap_or_default();
    bytes.extend_from_slice(&rules);
    vault.token("basis", &bytes)
}

/// Where a query keeps an attribute.
const fn fields(attribute: Attribute) -> &'static [&'static str] {
    match attribute {
        Attribute::Name => &["schema", "names"],
        Attribute::BirthDate => &["birth_date"],
        Attribute::Country => &["nationalities", "countries"],
        Attribute::Gender => &["gender"],
        Attribute::Identifier => &["identifiers"],
        Attribute::Wallet => &["wallets"],
        Attribute::Email => &["emails"],
        Attribute::Domain => &["domains"],
        Attribute::Phone => &["phones"],
        Attribute::Address => &["addresses"],
    }
}

fn standing(party: &DossierParty, hit: &Hit, basis: &[u8; 32]) -> HitStanding {
    let finding = party.findings.iter().find(|f| f.list == hit.list && f.entity == hit.entity);
    match finding.map(|f| (f.verdict, f.basis == *basis)) {
        // A confirmation stands until somebody finds otherwise; a dismissal only while its basis does.
        Some((Verdict::Confirm, _)) => HitStanding::Confirmed,
        Some((Verdict::Dismiss, true)) => HitStanding::Dismissed,
        _ => HitStanding::New,
    }
}

fn summary_of_hit(found: &FoundHit) -> HitSummary {
    HitSummary {
        list: found.hit.list.clone(),
        entity: found.hit.entity.clone(),
        score_per_mille: found.hit.score.per_mille(),
        hard_rule: found.hit.explanation.hard_rules.first().map(rule_code),
        standing: found.standing,
    }
}

fn rule_code(rule: &tenantry_screening::HardRule) -> String {
    use tenantry_screening::HardRule as Rule;
    let code = match rule {
        Rule::SameIdentifier { .. } => "same_identifier",
        Rule::SameWallet { .. } => "same_wallet",
        Rule::SameEmail { .. } => "same_email",
    };
    code.to_owned()
}

const fn summary_of_link(link: &Link) -> LinkSummary {
    LinkSummary { other: link.other, tier: link.tier, standing: link.standing }
}

fn inputs(
    world: &World,
    dossier: &Dossier,
    hits: &BTreeMap<PartyId, Vec<FoundHit>>,
    links: &[LinkSummary],
    signals: Vec<Signal>,
    now: Timestamp,
) -> Inputs {
    let input_party = |party: &DossierParty| InputParty {
        id: party.id,
        kind: party.kind,
        roles: party.roles.clone(),
        facts: party.facts.iter().map(|f| f.id).collect(),
        former_names: party.former_names.iter().map(|f| f.id).collect(),
        left_out: None,
        names_cut: Vec::new(),
        unnamed: None,
        hits: hits.get(&party.id).into_iter().flatten().map(summary_of_hit).collect(),
    };
    let reseller = |link: &DossierReseller| InputReseller {
        account: link.account,
        state: link.state,
        parties: link
            .parties
            .iter()
            .map(|party| InputParty { hits: named::confirmed(&party.findings), ..input_party(party) })
            .collect(),
    };
    Inputs {
        now,
        algorithm: tenantry_screening::ALGORITHM.to_owned(),
        snapshots: world.snapshots.iter().map(|s| s.id).collect(),
        signal_lists: world.signals.ids(),
        measures: world.measures.iter().map(|m| m.id).collect(),
        parties: dossier
            .parties
            .iter()
            .map(|party| {
                let (names_cut, unnamed) = (cut_names_of(party), unnamed(party));
                InputParty { names_cut, unnamed, ..input_party(party) }
            })
            .collect(),
        interests: dossier.interests.clone(),
        chain: dossier.chain.iter().map(reseller).collect(),
        links: links.to_vec(),
        signals,
        dates: Some(dossier.dates),
    }
}

/// Decides from recorded inputs and the facts of the dossier: the step that a replay repeats.
pub(crate) fn decide_from(world: &World, dossier: &Dossier, inputs: &Inputs) -> Decision {
    let (now, checks) = (inputs.now, world.pack.reseller_checks());
    let screened: BTreeMap<PartyId, &InputParty> = inputs.parties.iter().map(|p| (p.id, p)).collect();
    let measures = named::with_confirmed(&world.measures, inputs);
    let mut input = DecisionInput::new(&world.pack, now, dossier.account);
    input.parties = dossier
        .parties
        .iter()
        .map(|party| PartyInput {
            id: party.id,
            kind: party.kind,
            roles: party.roles.clone(),
            facts: party.facts.clone(),
            hits: screened.get(&party.id).map(|input| named::listed(&input.hits)).unwrap_or_default(),
            screening: screened.get(&party.id).map_or(Screening::Evaluated, |input| how_screened(input)),
        })
        .collect();
    input.dates = inputs.dates.unwrap_or_default();
    input.interests.clone_from(&dossier.interests);
    input.reseller_chain = dossier
        .chain
        .iter()
        .map(|link| ChainLink {
            account: link.account,
            state: link.state,
            parties: link
                .parties
                .iter()
                .map(|p| PartyView::from_facts(p.id, p.kind, &p.roles, &p.facts, checks, now))
                .collect(),
        })
        .collect();
    input.measures = &measures;
    input.links.clone_from(&inputs.links);
    input.signals.clone_from(&inputs.signals);
    decide(&input)
}

/// Hits that were left out are reviewed when those raised are; where none is raised, they are reason enough.
fn how_screened(input: &InputParty) -> Screening {
    let raised = input.hits.iter().any(|hit| hit.standing == HitStanding::New);
    if input.has_left_out() && !raised {
        return Screening::Failed { what: "too_many_hits".to_owned() };
    }
    if input.unnamed.is_some() {
        return Screening::Unnamed;
    }
    if input.names_cut.is_empty() {
        return Screening::Evaluated;
    }
    Screening::InPart { facts: input.names_cut.clone() }
}

/// Screens again exactly what was screened, for a replay.
pub(crate) fn rescreen_for_replay(
    world: &World,
    party: &DossierParty,
    input: &mut InputParty,
    now: Timestamp,
) {
    let recorded = std::mem::take(&mut input.hits);
    // A record that names none was made of names that were read whole, or before that was asked.
    if !input.names_cut.is_empty() {
        input.names_cut = cut_names_of(party);
    }
    let Some(query) = query_of(party) else {
        input.left_out = None;
        return;
    };
    let mut found: Vec<HitSummary> = search(world, &query, now)
        .iter()
        .map(|hit| HitSummary {
            list: hit.list.clone(),
            entity: hit.entity.clone(),
            score_per_mille: hit.score.per_mille(),
            hard_rule: hit.explanation.hard_rules.first().map(rule_code),
            // What a reviewer had found by then is a recorded input, not something to compute.
            standing: recorded
                .iter()
                .find(|r| r.list == hit.list && r.entity == hit.entity)
                .map_or(HitStanding::New, |r| r.standing),
        })
        .collect();
    if input.left_out.is_none() {
        found.truncate(HITS_MAX);
        input.hits = found;
        return;
    }
    (input.hits, input.left_out) = kept(found, |hit| hit.standing);
}
