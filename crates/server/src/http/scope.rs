//! What an API key may be used for. Scopes narrow a key; they never widen what its role may do, which the
//! register decides.

use serde::{Deserialize, Serialize};

macro_rules! scopes {
    ($($(#[$meta:meta])* $name:ident = $word:literal;)+) => {
        /// One thing an API key may be used for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        pub enum Scope { $($(#[$meta])* #[serde(rename = $word)] $name,)+ }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The word in documents and commands.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

scopes! {
    /// Ask the gate.
    GateAsk = "gate:ask";
    /// Read applications and their decisions.
    ApplicationsRead = "applications:read";
    /// Hand in applications and what they still need.
    ApplicationsWrite = "applications:write";
    /// Read parties and which facts are held, values masked.
    PartiesRead = "parties:read";
    /// Record facts about parties.
    PartiesWrite = "parties:write";
    /// Reveal values of facts; every reveal is a record.
    PartiesReveal = "parties:reveal";
    /// Read accounts, roles on them and their standing.
    AccountsRead = "accounts:read";
    /// Change roles on accounts, report closure.
    AccountsWrite = "accounts:write";
    /// Read measures and previews.
    MeasuresRead = "measures:read";
    /// Propose measures; a person approves.
    MeasuresPropose = "measures:propose";
    /// Read cases.
    CasesRead = "cases:read";
    /// Open cases and add notes; a person decides.
    CasesWrite = "cases:write";
    /// Read which list snapshots are in force and search them.
    ListsRead = "lists:read";
    /// Import list snapshots.
    ListsWrite = "lists:write";
    /// Read checkpoints, tiles and proofs.
    LedgerRead = "ledger:read";
    /// Produce evidence packages.
    EvidenceRead = "evidence:read";
    /// Read webhook endpoints and deliveries.
    WebhooksRead = "webhooks:read";
    /// Register webhook endpoints and replay deliveries.
    WebhooksWrite = "webhooks:write";
}

impl Scope {
    /// The scope a word names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == word)
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u32);

impl Scopes {
    /// Every scope there is.
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// Is the scope in the set?
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u32) != 0
    }

    /// The scopes in the set, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | 1 << scope as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_exactly_what_was_put_in() {
        assert!(Scope::ALL.len() <= 32);
        for one in Scope::ALL {
            let set: Scopes = [*one].into_iter().collect();
            assert_eq!(set.iter().collect::<Vec<_>>(), [*one]);
            assert_eq!(Scope::parse(one.as_str()), Some(*one));
            assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
        }
        assert_eq!(Scopes::all().iter().count(), Scope::ALL.len());
        assert_eq!(Scopes::default().iter().count(), 0);
    }
}
