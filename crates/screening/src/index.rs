//! The index: immutable after [`Index::build`] or [`Index::open`]; swap it whole. All it knows lies in one run of bytes
//! ([`Index::bytes`]) that can be written to a file and opened again without reading a list.

use crate::build;
use crate::image::{Bytes, Image, ImageError, Section};
use crate::near_sets::NearSets;
use crate::tables::View;
use std::fmt;
use tenantry_model::listed::{ListedEntity, Schema, SnapshotHeader};

/// An immutable index over one or more list snapshots.
pub struct Index {
    image: Image,
    headers: Vec<SnapshotHeader>,
    pub(crate) sets: NearSets,
    /// Another index that is searched with this one.
    pub(crate) beside: Option<Box<Self>>,
}

/// What the index remembers of an entity for display; the full entry is in the snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entity<'i> {
    /// Identifier.
    pub id: &'i str,
    /// Name to show.
    pub caption: &'i str,
    /// Code of its list.
    pub list: &'i str,
    /// What it is.
    pub schema: Schema,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("headers", &self.headers)
            .field("entities", &self.len())
            .finish_non_exhaustive()
    }
}

impl Index {
    /// Builds the index. When two snapshots hold the same identifier, lookup by id finds the later one; both are
    /// searched.
    pub fn build(snapshots: &[(SnapshotHeader, &[ListedEntity])]) -> Self {
        let headers = snapshots.iter().map(|(header, _)| header.clone()).collect();
        Self { image: build::image(snapshots), headers, sets: NearSets::default(), beside: None }
    }

    /// Opens an index that [`Index::bytes`] gave before, without copying it: search reads it where it lies. The bytes must
    /// not change while the index lives.
    ///
    /// # Errors
    ///
    /// Refuses bytes that are damaged, or that another algorithm, layout or version wrote; build the index instead.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use tenantry_screening::{ImageError, Index};
    ///
    /// let written = Index::build(&[]).bytes().to_vec();
    /// assert!(Index::open(Arc::new(written)).is_ok());
    /// assert_eq!(Index::open(Arc::new(b"a picture")).unwrap_err(), ImageError::Foreign);
    /// ```
    pub fn open(bytes: Bytes) -> Result<Self, ImageError> {
        let image = Image::open(bytes)?;
        let headers = postcard::from_bytes(image.table(Section::Headers)).map_err(|_| ImageError::Damaged)?;
        Ok(Self { image, headers, sets: NearSets::default(), beside: None })
    }

    /// Both indexes, searched as one; for entries that must not lie in the same file. Since the score of a pair depends on
    /// the pair alone, the answers are those of one index over all snapshots.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.headers.extend(other.headers.iter().cloned());
        self.beside = Some(Box::new(match self.beside.take() {
            Some(before) => before.with(other),
            None => other,
        }));
        self
    }

    /// The index as bytes, without what was put beside it. The same snapshots give the same bytes on machines of the same kind.
    pub fn bytes(&self) -> &[u8] {
        self.image.bytes()
    }

    pub(crate) fn view(&self) -> View<'_> {
        View::of(&self.image)
    }

    /// What the snapshots say of themselves, in the order given to [`Index::build`].
    pub fn headers(&self) -> &[SnapshotHeader] {
        &self.headers
    }

    /// Number of entities.
    pub fn len(&self) -> usize {
        self.view().entities.len() + self.beside.as_ref().map_or(0, |b| b.len())
    }

    /// Whether there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// An entity by its identifier.
    pub fn entity(&self, id: &str) -> Option<Entity<'_>> {
        self.beside.as_ref().and_then(|b| b.entity(id)).or_else(|| self.own_entity(id))
    }

    fn own_entity(&self, id: &str) -> Option<Entity<'_>> {
        let view = self.view();
        let kept = |number: u32| view.entities.get(number as usize);
        let after = view.by_id.partition_point(|n| kept(*n).is_some_and(|e| view.text(e.id) <= id));
        let entity = kept(*view.by_id.get(after.checked_sub(1)?)?)?;
        let found = view.text(entity.id);
        (found == id).then(|| Entity {
            id: found,
            caption: view.text(entity.caption),
            list: self.list(entity.list),
            schema: entity.schema(),
        })
    }

    /// Code of a list by its position.
    pub(crate) fn list(&self, position: u16) -> &str {
        self.headers.get(usize::from(position)).map_or("", |h| &h.list)
    }
}
