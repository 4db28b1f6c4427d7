//! A snapshot is one version of one list: an immutable set of entries with a digest.
//!
//! A [`Reading`] is a snapshot with what was wrong in the files it was read from. Nothing here judges whether a
//! reading may replace the version in force; [`acceptable`](crate::acceptable) does.

use crate::draft::Draft;
use crate::limits::{ENTITIES_MAX, NOTICES_MAX};
use crate::{ListsError, pack};
use std::collections::HashMap;
use tenantry_model::listed::{ListedEntity, SnapshotHeader};
use tenantry_model::time::Date;

/// One version of one list. Entries keep the order of the publisher's file; identifiers are unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    header: SnapshotHeader,
    entities: Vec<ListedEntity>,
}

impl Snapshot {
    /// A snapshot of these entries. A repeated identifier gets a suffix (`-2`, `-3`, ...), so no entry is lost.
    pub fn new(
        list: &str,
        title: &str,
        published_on: Option<Date>,
        mut entities: Vec<ListedEntity>,
    ) -> Result<Self, ListsError> {
        if entities.len() > ENTITIES_MAX {
            return Err(ListsError::TooLarge { what: "number of entries", limit: ENTITIES_MAX as u64 });
        }
        make_unique(&mut entities);
        let header = SnapshotHeader {
            list: list.to_owned(),
            title: title.to_owned(),
            published_on,
            entities: entities.len() as u64,
            digest: pack::digest(&pack::body(&entities)),
        };
        Ok(Self { header, entities })
    }

    /// What the snapshot says of itself.
    pub fn header(&self) -> &SnapshotHeader {
        &self.header
    }

    /// The entries, in the order of the publisher's file.
    pub fn entities(&self) -> &[ListedEntity] {
        &self.entities
    }

    /// Gives up the snapshot for its entries.
    pub fn into_entities(self) -> Vec<ListedEntity> {
        self.entities
    }

    /// The packed form: see the [`pack`] module for its layout.
    pub fn pack(&self) -> Vec<u8> {
        pack::pack(self)
    }

    /// Opens a packed form and checks both its digests.
    pub fn unpack(bytes: &[u8]) -> Result<Self, ListsError> {
        pack::unpack(bytes)
    }

    pub(crate) fn from_parts(header: SnapshotHeader, entities: Vec<ListedEntity>) -> Self {
        Self { header, entities }
    }
}

/// How far a notice reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// The record was used, but something in it was not understood or is incomplete.
    Doubtful,
    /// The record was set aside: nothing of it is in the snapshot.
    SetAside,
    /// The file ends before its end.
    Truncated,
}

/// Something wrong in a publisher's file, with the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Name of the file within the list.
    pub file: String,
    /// Line, from 1; 0 when unknown.
    pub line: u64,
    /// How far it reaches.
    pub kind: NoticeKind,
    /// What is wrong, for people.
    pub why: String,
}

/// A snapshot and what was wrong in the files it was read from.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The entries that could be read.
    pub snapshot: Snapshot,
    /// What was wrong, in the order it was met, at most [`NOTICES_MAX`].
    pub notices: Vec<Notice>,
    /// Records seen in all files, those set aside included.
    pub records: u64,
    /// Records set aside.
    pub set_aside: u64,
}

/// Gathers entries and notices while a file is read.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    pub(crate) entities: Vec<Draft>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) records: u64,
    pub(crate) set_aside: u64,
}

impl Gathering {
    pub(crate) fn notice(&mut self, file: &str, line: u64, kind: NoticeKind, why: impl Into<String>) {
        self.set_aside += u64::from(kind == NoticeKind::SetAside);
        // Truncation decides whether the list is used at all: it is never dropped.
        if self.notices.len() < NOTICES_MAX || kind == NoticeKind::Truncated {
            self.notices.push(Notice { file: file.to_owned(), line, kind, why: why.into() });
        }
    }

    /// Counts one record: an entry, or set aside for this reason.
    pub(crate) fn record(&mut self, file: &str, line: u64, entity: Option<Draft>, why: &str) {
        self.records += 1;
        match entity {
            Some(entity) => self.entities.push(entity),
            None => self.notice(file, line, NoticeKind::SetAside, why),
        }
    }

    pub(crate) fn finish(
        self,
        list: &str,
        title: &str,
        published_on: Option<Date>,
    ) -> Result<Reading, ListsError> {
        let entities = self.entities.into_iter().map(Draft::finish).collect::<Result<_, _>>()?;
        Ok(Reading {
            snapshot: Snapshot::new(list, title, published_on, entities)?,
            notices: self.notices,
            records: self.records,
            set_aside: self.set_aside,
        })
    }
}

fn make_unique(entities: &mut [ListedEntity]) {
    let mut uses: HashMap<String, u64> = entities.iter().map(|entity| (entity.id.clone(), 0)).collect();
    for entity in entities {
        let seen = uses.get(&entity.id).copied().unwrap_or(0);
        uses.insert(entity.id.clone(), seen + 1);
        if seen == 0 {
            continue;
        }
        let mut number = seen + 1;
        let mut id = format!("{}-{number}", entity.id);
        while uses.contains_key(&id) {
            number += 1;
            id = format!("{}-{number}", entity.id);
        }
        uses.insert(entity.id.clone(), number);
        uses.insert(id.clone(), 1);
        entity.id = id;
    }
}
