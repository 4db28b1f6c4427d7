//! Invented individuals: a name in its language, a date of birth, papers, ways to reach and charge them.

use super::places::{self, Place};
use super::random::Seeded;
use super::sheet::{self, Sheet, text};
use super::tables::{Order, Part};
use anyhow::Result;
use tenantry_model::account::AccountRole;
use tenantry_model::evidence::{CheckMethod, CheckResult};
use tenantry_model::fact::{
    AccessKind, AddressUse, Claim, DocumentKind, FactValue, Gender, NameUse, PaymentMethod, Source,
};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::party::PartyKind;
use tenantry_model::time::{Date, PartialDate, Timestamp};

/// An invented person.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) place: Place,
    pub(super) name: String,
    pub(super) native_name: Option<String>,
    pub(super) gender: Gender,
    pub(super) born: PartialDate,
    pub(super) document: String,
    pub(super) email: String,
    pub(super) telephone: String,
    pub(super) payment: String,
}

/// What a person says and shows of their status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Papers {
    /// A passport, read and found good.
    Passport,
    /// A passport whose reading contradicts what was declared.
    PassportRefused,
    /// Nothing but their word.
    None,
}

impl Person {
    /// Somebody who lives at `place`.
    pub(super) fn at(place: Place, dice: &Seeded) -> Result<Self> {
        let language = place.language;
        let (gender, given) = if dice.chance(50) {
            (Gender::Female, dice.pick(language.female))
        } else {
            (Gender::Male, dice.pick(language.male))
        };
        let (start, end) = (dice.pick(language.family_starts), dice.pick(language.family_ends));
        let family = format!("{}{}", start.roman, end.roman);
        let native_family = format!("{}{}", start.native, end.native);
        let joined = |given: &str, family: &str, space: &str| match language.order {
            Order::GivenFirst => format!("{given}{space}{family}"),
            Order::FamilyFirst => format!("{family}{space}{given}"),
        };
        let native = |part: Part| !part.native.is_empty();
        let native_name = (native(given) && native(start))
            .then(|| joined(given.native, &native_family, language.native_space));
        let name = joined(given.roman, &family, " ");
        let born = PartialDate::new(
            i16::try_from(dice.between(1950, 2004)).unwrap_or(1980),
            i8::try_from(dice.between(1, 12)).ok(),
            i8::try_from(dice.between(1, 28)).ok(),
        )?;
        Ok(Self {
            email: format!("{}.{}@{}", ascii(given.roman), dice.digits(4), mail_host(&family)),
            telephone: place.telephone(dice),
            document: format!("X{}", dice.digits(8)),
            payment: payment_token(dice),
            place,
            name,
            native_name,
            gender,
            born,
        })
    }

    /// The person as a party with everything the pack asks of an individual.
    pub(super) fn sheet(
        &self,
        key: &str,
        roles: &[AccountRole],
        papers: Papers,
        claim: Claim,
        at: Timestamp,
        dice: &Seeded,
    ) -> Result<Sheet> {
        let mut sheet = Sheet::new(key, PartyKind::Individual, roles, at);
        self.names(&mut sheet, papers)?;
        self.residence(&mut sheet, dice)?;
        let born = FactValue::DateOfBirth { date: self.born };
        if papers == Papers::None {
            sheet.says(born);
        } else {
            sheet.shows("passport", born);
        }
        sheet.says(FactValue::StatusClaim { claim });
        self.contacts(&mut sheet)?;
        self.papers(&mut sheet, papers, at, dice)?;
        Ok(sheet)
    }

    /// Adds what is asked of the one who contracts: means of payment, place of use, and the address of the sign-up.
    pub(super) fn contracts(&self, sheet: &mut Sheet, dice: &Seeded) -> Result<()> {
        sheet.says(FactValue::PlaceOfUse { jurisdiction: self.place.jurisdiction });
        sheet.observes(payment(&self.payment, self.place.state)?);
        sheet.observes(FactValue::AccessFrom {
            ip: sheet::ip(places::address(dice)),
            access: AccessKind::SignUp,
            jurisdiction: Some(self.place.jurisdiction),
        });
        Ok(())
    }

    fn names(&self, sheet: &mut Sheet, papers: Papers) -> Result<()> {
        match papers {
            Papers::None => sheet.says(sheet::name(&self.name)?),
            Papers::Passport | Papers::PassportRefused => sheet.shows("passport", sheet::name(&self.name)?),
        }
        if let Some(native) = &self.native_name {
            sheet.says(FactValue::OtherName { usage: NameUse::NativeScript, text: text(native)? });
        }
        Ok(())
    }

    fn residence(&self, sheet: &mut Sheet, dice: &Seeded) -> Result<()> {
        sheet.says(FactValue::Address {
            usage: AddressUse::Residential,
            street: text(&self.place.street(dice))?,
            locality: Some(text(self.place.town)?),
            jurisdiction: self.place.jurisdiction,
        });
        Ok(())
    }

    fn contacts(&self, sheet: &mut Sheet) -> Result<()> {
        sheet.check(
            "contact",
            CheckMethod::ContactConfirmed,
            CheckResult::Pass,
            "One-time code sent to the e-mail address came back.",
        )?;
        sheet.shows("contact", sheet::email(&self.email)?);
        sheet.says(sheet::telephone(&self.telephone)?);
        Ok(())
    }

    fn papers(&self, sheet: &mut Sheet, papers: Papers, at: Timestamp, dice: &Seeded) -> Result<()> {
        let (result, what) = match papers {
            Papers::None => {
                sheet.says(FactValue::Citizenship { jurisdiction: self.place.state });
                return Ok(());
            }
            Papers::Passport => {
                (CheckResult::Pass, "Passport, data page read by machine; name and dates agree.")
            }
            Papers::PassportRefused => (
                CheckResult::Fail,
                "Passport, data page read by machine; check digits wrong and name differs.",
            ),
        };
        sheet.check("passport", CheckMethod::DocumentExamined, result, what)?;
        sheet.shows("passport", FactValue::Citizenship { jurisdiction: self.place.state });
        sheet.reads(
            Source::Document,
            "passport",
            FactValue::IdentityDocument {
                document: DocumentKind::Passport,
                jurisdiction: self.place.state,
                number: text(&self.document)?,
                expires_on: Some(expiry(at, dice)?),
            },
        );
        sheet.reads(Source::Document, "passport", FactValue::Gender { gender: self.gender });
        Ok(())
    }
}

/// A payment by card, seen by the processor.
pub(super) fn payment(token: &str, issued_in: Jurisdiction) -> Result<FactValue> {
    Ok(FactValue::Payment {
        method: PaymentMethod::Card,
        token: sheet::token(token)?,
        issuer: Some(text("demo-processor")?),
        issuer_jurisdiction: Some(issued_in),
    })
}

/// A token as a processor would give it; never a card number.
pub(super) fn payment_token(dice: &Seeded) -> String {
    format!("pm_demo_{:016x}", dice.next())
}

/// A name reserved for examples (RFC 2606) that looks like a mail host of its own.
pub(super) fn mail_host(label: &str) -> String {
    format!("{}.example", ascii(label))
}

/// Lower-case letters and digits of a text; `mail` when there are none.
pub(super) fn ascii(text: &str) -> String {
    let kept: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    if kept.is_empty() { "mail".to_owned() } else { kept }
}

fn expiry(at: Timestamp, dice: &Seeded) -> Result<Date> {
    let (year, _, _) = at.date().parts();
    let years = i16::try_from(dice.between(4, 10)).unwrap_or(5);
    let month = i8::try_from(dice.between(1, 12)).unwrap_or(1);
    Ok(Date::new(year.saturating_add(years), month, 15)?)
}
