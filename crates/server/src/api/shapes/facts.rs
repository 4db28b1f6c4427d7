//! The statement of a fact: one object per kind, told apart by `kind`.

use super::words::{
    AccessKind, AddressUse, Claim, Day, DocumentKind, EntityForm, Gender, Jurisdiction, NameUse, PartialDay,
    PaymentMethod,
};
use std::borrow::Cow;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// A statement about a party.
pub struct FactValue;

/// Fields of a kind of fact: name, schema, whether it must be there.
type Fields = Vec<(&'static str, RefOr<Schema>, Presence)>;

#[derive(Clone, Copy, PartialEq)]
enum Presence {
    Needed,
    Optional,
}

impl PartialSchema for FactValue {
    fn schema() -> RefOr<Schema> {
        let one_of = kinds().into_iter().fold(OneOfBuilder::new(), |all, (kind, meaning, fields)| {
            all.item(object(kind, meaning, fields))
        });
        RefOr::T(Schema::OneOf(
            one_of.description(Some("A statement about a party; `kind` says which.")).build(),
        ))
    }
}

impl ToSchema for FactValue {
    fn name() -> Cow<'static, str> {
        "FactValue".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        fn add<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            schemas.push((T::name().into_owned(), T::schema()));
        }
        add::<NameUse>(schemas);
        add::<AddressUse>(schemas);
        add::<Jurisdiction>(schemas);
        add::<EntityForm>(schemas);
        add::<Claim>(schemas);
        add::<PartialDay>(schemas);
        add::<Gender>(schemas);
        add::<PaymentMethod>(schemas);
        add::<AccessKind>(schemas);
        add::<DocumentKind>(schemas);
        add::<Day>(schemas);
    }
}

fn object(kind: &'static str, meaning: &str, fields: Fields) -> ObjectBuilder {
    let tag = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some([kind]));
    let start = ObjectBuilder::new()
        .title(Some(kind))
        .description(Some(meaning))
        .property("kind", tag)
        .required("kind")
        .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::<Schema>::FreeForm(
            false,
        )));
    fields.into_iter().fold(start, |object, (name, schema, presence)| {
        let object = object.property(name, schema);
        if presence == Presence::Needed { object.required(name) } else { object }
    })
}

fn of<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

fn text(meaning: &str) -> RefOr<Schema> {
    RefOr::T(Schema::Object(
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .min_length(Some(1))
            .max_length(Some(400))
            .description(Some(meaning))
            .build(),
    ))
}

fn kinds() -> Vec<(&'static str, &'static str, Fields)> {
    use Presence::{Needed, Optional};
    let place = || vec![("jurisdiction", of::<Jurisdiction>(), Needed)];
    vec![
        ("legal_name", "Full legal name.", vec![("text", text("The name."), Needed)]),
        (
            "other_name",
            "A trade name, former name, alias, or the name in another script.",
            vec![("usage", of::<NameUse>(), Needed), ("text", text("The name."), Needed)],
        ),
        (
            "address",
            "An address.",
            vec![
                ("usage", of::<AddressUse>(), Needed),
                ("street", text("Street and number, or what stands for them."), Needed),
                ("locality", text("Town and postal code."), Optional),
                ("jurisdiction", of::<Jurisdiction>(), Needed),
            ],
        ),
        ("place_of_use", "Where the account will be used from.", place()),
        ("organised_under", "Under whose law an organisation is organised.", place()),
        ("organisation_form", "Form of an organisation.", vec![("form", of::<EntityForm>(), Needed)]),
        ("citizenship", "A citizenship.", place()),
        ("permanent_residence", "A lawful permanent residence.", place()),
        ("located_in", "Where the party is.", place()),
        ("status_claim", "The status the party claims.", vec![("claim", of::<Claim>(), Needed)]),
        ("date_of_birth", "A date of birth.", vec![("date", of::<PartialDay>(), Needed)]),
        ("gender", "Gender as a document states it.", vec![("gender", of::<Gender>(), Needed)]),
        ("email", "An e-mail address.", vec![("address", text("The address."), Needed)]),
        (
            "telephone",
            "A telephone number in E.164.",
            vec![("number", text("The number, `+` first."), Needed)],
        ),
        (
            "payment",
            "A means of payment by the token of a payment processor; never a card number.",
            vec![
                ("method", of::<PaymentMethod>(), Needed),
                ("token", text("The token, the wallet or the account."), Needed),
                ("issuer", text("Who issued it."), Optional),
                ("issuer_jurisdiction", of::<Jurisdiction>(), Optional),
            ],
        ),
        (
            "financial_institution",
            "The institution behind a payment.",
            vec![("text", text("Its name."), Needed), ("jurisdiction", of::<Jurisdiction>(), Optional)],
        ),
        (
            "access_from",
            "An address somebody connected from.",
            vec![
                ("ip", text("An IPv4 or IPv6 address."), Needed),
                ("access", of::<AccessKind>(), Needed),
                ("jurisdiction", of::<Jurisdiction>(), Optional),
            ],
        ),
        (
            "national_id",
            "A national identification number.",
            vec![("jurisdiction", of::<Jurisdiction>(), Needed), ("number", text("The number."), Needed)],
        ),
        (
            "identity_document",
            "An identity document.",
            vec![
                ("document", of::<DocumentKind>(), Needed),
                ("jurisdiction", of::<Jurisdiction>(), Needed),
                ("number", text("Its number."), Needed),
                ("expires_on", of::<Day>(), Optional),
            ],
        ),
        (
            "registration_number",
            "A number in a register of companies.",
            vec![("jurisdiction", of::<Jurisdiction>(), Needed), ("number", text("The number."), Needed)],
        ),
        ("headquarters", "Where an organisation has its head office.", place()),
        (
            "ultimate_parent",
            "The parent at the top of a group.",
            vec![("text", text("Its name."), Needed), ("jurisdiction", of::<Jurisdiction>(), Optional)],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_fact_has_its_shape() {
        let described: Vec<_> = kinds().into_iter().map(|(kind, _, _)| kind).collect();
        let known: Vec<_> = tenantry_model::fact::FactKind::ALL.iter().map(|k| k.as_str()).collect();
        assert_eq!(described, known);
    }
}
