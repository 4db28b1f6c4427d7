//! Candidates for the peer, which has no search of its own: the listed persons that share most with a name, counted in
//! rare words. Generous beside a search engine's fifty best, so that no alert of the peer is lost on the way.

use crate::peer::{Party, Peer};
use std::collections::HashMap;
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_names::{Name, NameKind};

/// Candidates the peer is asked about for each name.
const CANDIDATES: usize = 25;

/// Listed persons by the words of their names.
pub(crate) struct Overlap {
    /// The peer's number of each person.
    parties: Vec<usize>,
    words: HashMap<String, Vec<u32>>,
}

fn words(text: &str) -> Vec<String> {
    Name::analyse(text, NameKind::Person).forms().iter().map(|f| f.ascii().to_owned()).collect()
}

impl Overlap {
    pub(crate) fn of<'e>(entities: impl Iterator<Item = &'e ListedEntity>, peer: &mut Peer) -> Self {
        let mut out = Self { parties: Vec::new(), words: HashMap::new() };
        for entity in entities.filter(|e| e.schema == Schema::Person) {
            let number = out.parties.len() as u32;
            out.parties.push(peer.party(&Party(entity.clone())));
            let names = [Property::Name, Property::Alias, Property::WeakAlias, Property::PreviousName];
            for word in names.iter().flat_map(|p| entity.texts(*p)).flat_map(words) {
                let holders = out.words.entry(word).or_default();
                if holders.last() != Some(&number) {
                    holders.push(number);
                }
            }
        }
        out
    }

    fn candidates(&self, name: &str) -> Vec<u32> {
        let mut shared: HashMap<u32, u32> = HashMap::new();
        for word in words(name) {
            let holders = self.words.get(&word).map_or(&[][..], Vec::as_slice);
            let rarity = (self.parties.len() / holders.len().max(1)).max(1).ilog2() + 1;
            for holder in holders {
                *shared.entry(*holder).or_default() += rarity;
            }
        }
        let mut best: Vec<(u32, u32)> = shared.into_iter().map(|(person, weight)| (weight, person)).collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        best.into_iter().take(CANDIDATES).map(|(_, person)| person).collect()
    }

    /// How many of the parties the peer alerts on, when it has answered.
    pub(crate) fn alerts<'t>(
        &self,
        set: &str,
        asked: impl Iterator<Item = (Party, &'t str)>,
        peer: &mut Peer,
    ) -> Option<usize> {
        let scores = peer.answers(set);
        let (mut at, mut alerts) = (0, 0);
        for (party, name) in asked {
            let candidates = self.candidates(name);
            if matches!(peer, Peer::Asked { .. }) {
                let query = peer.party(&party);
                for person in &candidates {
                    peer.pair(set, query, self.parties[*person as usize]);
                }
            }
            let answers = scores.as_ref().map_or(&[][..], |s| &s[at..at + candidates.len()]);
            alerts += usize::from(answers.iter().any(|s| *s >= Peer::threshold()));
            at += candidates.len();
        }
        scores.map(|_| alerts)
    }
}
