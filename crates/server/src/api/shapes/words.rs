//! Identifiers, instants and closed lists of words, as the OpenAPI document shows them. The words themselves are read
//! from the types that parse them, so they cannot differ.

use std::collections::BTreeMap;
use tenantry_model as model;
use tenantry_policy as policy;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Adds the shapes here to a document: parameters refer to them, and only bodies are followed by themselves.
pub(in crate::api) fn add(schemas: &mut Schemas) {
    add_ids(schemas);
    add_words(schemas);
    add_snake_words(schemas);
    schemas.insert(Day::name().into_owned(), Day::schema());
}

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).description(Some(description))
}

macro_rules! shape {
    ($name:ident, $doc:literal, $builder:expr) => {
        #[doc = $doc]
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::Object($builder.build()))
            }
        }

        impl ToSchema for $name {}
    };
}

macro_rules! words {
    ($($name:ident = $of:ty, $doc:literal;)+) => {
        fn add_words(schemas: &mut Schemas) {
            $(schemas.insert($name::name().into_owned(), $name::schema());)+
        }

        $(shape!($name, $doc, text($doc).enum_values(Some(<$of>::ALL.iter().map(|w| w.as_str()))));)+
    };
}

macro_rules! ids {
    ($($name:ident = $prefix:literal, $example:literal;)+) => {
        fn add_ids(schemas: &mut Schemas) {
            $(schemas.insert($name::name().into_owned(), $name::schema());)+
        }

        $(shape!(
            $name,
            "An identifier; pass it on exactly as it was issued.",
            text("An identifier; pass it on exactly as it was issued.")
                .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                .examples([concat!($prefix, "_", $example)])
        );)+
    };
}

macro_rules! snake_words {
    ($($name:ident = [$($word:literal),+], $doc:literal;)+) => {
        fn add_snake_words(schemas: &mut Schemas) {
            $(schemas.insert($name::name().into_owned(), $name::schema());)+
        }

        $(shape!($name, $doc, text($doc).enum_values(Some([$($word),+])));)+
    };
}

ids! {
    PartyId = "pty", "01k9yq3s7f8c5v6w2n4m9x1z0b";
    AccountId = "acc", "01k9yq3s7f0t4b8r5d2g6h9j3k";
    ApplicationId = "app", "01k9yq3s7fq2w4e6r8t0y1p3a5";
    FactId = "fct", "01k9yq3s7fd4f6g8h0j2k4z6x8";
    EvidenceId = "evd", "01k9yq3s7fc9v7b5n3m1a2s4d6";
    DecisionId = "dec", "01k9yq3s7fz8x6c4v2b0n1m3q5";
    CaseId = "cse", "01k9yq3s7fw7e5r3t1y9p0a2s4";
    OrderId = "ord", "01k9yq3s7fp5s3d1f9g7h2j4k6";
    MeasureId = "msr", "01k9yq3s7fh6j4k2g0f8d7s5a3";
    SnapshotId = "lst", "01k9yq3s7fn5m3b1v9c8x6z4q2";
    SignalListId = "sgl", "01k9yq3s7fn5m3b1v9c8x6z4q2";
    HoldId = "hld", "01k9yq3s7fb6n8m0q2w4e6r8t0";
    ErasureId = "ers", "01k9yq3s7fm9n7b5v3c1x0z2a4";
    StaffId = "stf", "01k9yq3s7fa1s3d5f7g9h0j2k4";
    EndpointId = "whe", "01k9yq3s7ft3y1r9e8w6q4z2x0";
    EventId = "evt", "01k9yq3s7fr2t0y8p7a5s3d1f9";
    DeliveryId = "dlv", "01k9yq3s7fe1w9q8z6x4c2v0b7";
}

words! {
    SignalKind = model::signal::SignalKind, "What the entries of a signal list are.";
    PartyKind = model::party::PartyKind, "Individual or organisation.";
    Status = model::party::Status, "US person, foreign person, or not determined (15 CFR 7.301).";
    Control = model::party::Control, "A kind of control over an organisation.";
    AccountState = model::account::AccountState, "Where an account stands.";
    AccountRole = model::account::AccountRole, "What a party is to an account.";
    Capability = model::account::Capability, "What the control plane asks about.";
    FactKind = model::fact::FactKind, "Kind of a fact.";
    Source = model::fact::Source, "Where a fact comes from.";
    Strength = model::fact::Strength, "How well a fact is supported.";
    NameUse = model::fact::NameUse, "What a further name is.";
    AddressUse = model::fact::AddressUse, "What an address is used for.";
    EntityForm = model::fact::EntityForm, "Form of an organisation.";
    Claim = model::fact::Claim, "The status somebody claims; recorded and weighed, never enough.";
    PaymentMethod = model::fact::PaymentMethod, "Method of payment.";
    DocumentKind = model::fact::DocumentKind, "Kind of identity document.";
    AccessKind = model::fact::AccessKind, "Why somebody connected.";
    Ending = model::account::Ending, "Why an account ends.";
    Gender = model::fact::Gender, "Gender as a document states it.";
    CheckMethod = model::evidence::CheckMethod, "How something was checked.";
    CheckResult = model::evidence::CheckResult, "What came of a check.";
    CaseKind = model::case::CaseKind, "Why a case exists.";
    AppealGround = model::case::AppealGround, "On what ground somebody appeals.";
    CaseState = model::case::CaseState, "Where a case stands.";
    Verdict = model::case::Verdict, "What a reviewer concludes.";
    OrderKind = model::order::OrderKind, "A kind of legal process.";
    DocumentType = model::order::DocumentType, "The form in which a document arrived.";
    Keeping = model::order::Keeping, "Whether a document is kept, or only its SHA-256 and size.";
    EventType = model::event::EventType, "What an event tells.";
    ReasonCode = model::case::ReasonCode, "Why a reviewer concludes so.";
    MeasureState = model::measure::MeasureState, "Where a measure stands on its way through two persons.";
    ResellerReach = model::measure::ResellerReach, "Whether accounts below resellers are reached.";
    HoldKind = model::hold::HoldKind, "Why something is held.";
    HoldState = model::hold::HoldState, "Where a hold stands.";
    Silence = model::hold::Silence, "Whether the person concerned may learn of a hold.";
    ErasureState = model::erasure::ErasureState, "Where a batch of erasures stands.";
    ErasureFate = model::erasure::ErasureFate, "What became of one key of a batch.";
    ErasureObject = model::erasure::ErasureObject, "What a key protects records about.";
    Outcome = policy::decision::Outcome, "How a decision ends.";
    ProgrammeScope = policy::decision::Scope, "Whether the programme's duties apply to the account.";
    Duty = policy::decision::Duty, "What is asked of a party.";
    Effect = policy::rule::Effect, "What follows from a rule.";
    RuleCode = policy::rule::RuleCode, "A rule of the policy pack.";
    Priority = policy::rule::Priority, "How soon a case is to be looked at.";
    GateWord = policy::gate::Answer, "Go ahead, go ahead within the restricted allowance, or do not.";
    Certainty = policy::measures::Certainty, "Whether the facts settle that a measure reaches the account.";
    Timing = policy::measures::Timing, "Whether a measure bites now.";
    ReachEffect = policy::measures::ReachEffect, "Whether a measure prohibits or sets conditions.";
}

snake_words! {
    Whose = ["anybody", "free"], "Whose cases to list: everybody's, or those nobody holds.";
    Raised = ["still", "no_longer", "not_by_decision"], "Whether the decision in force still raises the concern.";
    Phase = ["proposed", "upcoming", "in_force", "expired", "rejected", "lifted"], "Where a measure stands in time.";
    DuePlace = ["held", "scheduled", "next"], "Where a key stands whose time is over.";
    Stage = ["pre_screen", "full", "verified"], "At which stage something is needed.";
    PointsTo = ["us", "foreign"], "Which way an indication of status points.";
    Weight = ["claim", "weak", "medium", "strong", "determinative"], "How much an indication of status weighs.";
}

shape!(
    Instant,
    "An instant in RFC 3339, UTC.",
    text("An instant in RFC 3339, UTC.")
        .format(Some(SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
        .examples(["2026-11-23T09:30:00Z"])
);
shape!(
    Day,
    "A calendar date that exists.",
    text("A calendar date that exists.")
        .format(Some(SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Date)))
        .examples(["2031-04-30"])
);
shape!(
    PartialDay,
    "A date of which the day, or month and day, may be unknown.",
    text("A date of which the day, or month and day, may be unknown.")
        .pattern(Some(r"^\d{4}(-\d{2}(-\d{2})?)?$"))
        .examples(["1984-05-17"])
);
shape!(
    Jurisdiction,
    "A country (ISO 3166-1 alpha-2), a part of one (ISO 3166-2), or a region in our table (`X-…`).",
    text("A country (ISO 3166-1 alpha-2), a part of one (ISO 3166-2), or a region in our table (`X-…`).")
        .pattern(Some("^[A-Z]{1,2}(-[A-Z0-9]{1,4})?$"))
        .examples(["DE"])
);
shape!(
    Share,
    "Per cent of a whole with up to four decimals.",
    text("Per cent of a whole with up to four decimals.")
        .pattern(Some(r"^\d{1,3}(\.\d{1,4})?$"))
        .examples(["62.5"])
);
shape!(
    Hex32,
    "32 bytes in lower-case hexadecimal.",
    text("32 bytes in lower-case hexadecimal.").pattern(Some("^[0-9a-f]{64}$"))
);
