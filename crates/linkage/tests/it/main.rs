//! Linking by tokens: tiers, discounts, evidence against, and order.

use proptest::prelude::*;
use std::collections::BTreeMap;
use tenantry_linkage::{
    Candidate, HOLDERS_GENERIC, HOLDERS_SHARED, Link, Standing, Tier, Token, TokenKind, link,
};
use tenantry_model::id::AccountId;

fn token(kind: TokenKind, value: u8) -> Token {
    Token { kind, digest: [value; 32] }
}

fn candidate(account: u8, tokens: &[Token]) -> Candidate {
    let standing = if account.is_multiple_of(2) { Standing::Ordinary } else { Standing::ClosedForCause };
    Candidate { account: AccountId::from_bytes([account; 16]), tokens: tokens.to_vec(), standing }
}

fn links(new: &[Token], theirs: &[Token], holders: u32) -> Vec<Link> {
    let counts = new.iter().map(|token| (*token, holders)).collect();
    link(new, &[candidate(1, theirs)], &counts)
}

#[track_caller]
fn check(new: &[Token], theirs: &[Token], holders: u32, expect: Option<Tier>) {
    assert_eq!(links(new, theirs, holders).first().map(|l| l.tier), expect, "{new:?} {holders}");
}

#[test]
fn crt16_tiers_by_kind_and_number_of_holders() {
    let passport = token(TokenKind::DocumentNumber, 1);
    let phone = token(TokenKind::Phone, 1);
    let address = token(TokenKind::AccessAddress, 1);
    for (one, alone, shared) in [
        (passport, Some(Tier::Strong), Some(Tier::Medium)),
        (phone, Some(Tier::Medium), Some(Tier::Weak)),
        (address, Some(Tier::Weak), None),
    ] {
        check(&[one], &[one], 1, alone);
        check(&[one], &[one], HOLDERS_SHARED - 1, alone);
        check(&[one], &[one], HOLDERS_SHARED, shared);
        check(&[one], &[one], HOLDERS_GENERIC - 1, shared);
        check(&[one], &[one], HOLDERS_GENERIC, None);
    }
}

#[test]
fn unknown_frequency_is_generic() {
    let passport = token(TokenKind::DocumentNumber, 1);
    assert!(link(&[passport], &[candidate(1, &[passport])], &BTreeMap::new()).is_empty());
}

#[test]
fn weak_evidence_stays_weak_however_much_there_is() {
    let many: Vec<Token> = (0..40).map(|n| token(TokenKind::AccessAddress, n)).collect();
    check(&many, &many, 1, Some(Tier::Weak));
}

#[test]
fn different_values_of_which_an_actor_has_one_speak_against() {
    let card = token(TokenKind::Payment, 1);
    let (ours, theirs) = (token(TokenKind::NationalId, 1), token(TokenKind::NationalId, 2));
    let found = links(&[card, ours], &[card, theirs], 1);
    assert_eq!(found[0].tier, Tier::Medium);
    assert_eq!(found[0].evidence_against, [TokenKind::NationalId]);
    assert!(found[0].score_per_mille < links(&[card], &[card], 1)[0].score_per_mille);
}

/// Who comes back after a refusal gives another name; what else is the same counts as much as before.
#[test]
fn another_name_does_not_speak_against() {
    let card = token(TokenKind::Payment, 1);
    let (ours, theirs) = (token(TokenKind::NameAndBirthDate, 1), token(TokenKind::NameAndBirthDate, 2));
    assert_eq!(links(&[card, ours], &[card, theirs], 1), links(&[card], &[card], 1));
    check(&[ours], &[ours], 1, Some(Tier::Medium));
}

#[test]
fn tokens_do_not_print_their_digest() {
    assert_eq!(format!("{:?}", token(TokenKind::Email, 7)), "Token(Email)");
}

proptest! {
    #[test]
    fn order_and_repeats_do_not_matter(values in prop::collection::vec((0..6u8, 0..4u8), 1..12), turn in 0..12usize) {
        let kinds = [TokenKind::DocumentNumber, TokenKind::NationalId, TokenKind::Email, TokenKind::Phone, TokenKind::StreetAddress, TokenKind::Wallet];
        let tokens: Vec<Token> = values.iter().map(|(kind, value)| token(kinds[usize::from(*kind)], *value)).collect();
        let counts: BTreeMap<Token, u32> = tokens.iter().map(|t| (*t, u32::from(t.digest[0]) * 3 + 1)).collect();
        let candidates: Vec<Candidate> = tokens.chunks(3).zip(1..).map(|(chunk, n)| candidate(n, chunk)).collect();
        let mut turned = tokens.clone();
        turned.rotate_left(turn % tokens.len());
        turned.push(tokens[0]);
        let mut other = candidates.clone();
        other.reverse();
        prop_assert_eq!(link(&tokens, &candidates, &counts), link(&turned, &other, &counts));
    }
}
