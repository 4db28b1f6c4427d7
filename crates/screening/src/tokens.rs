//! The distinct tokens of all listed names, and the channels by which tokens near a given one are found. Each
//! branch of `tenantry_names::near` has its channel here, and each channel finds at least what its branch accepts:
//! equal text, equal number, shared dictionary class, short form and name, the same letters, the same sound key within a
//! script, close skeletons across scripts, and deletion neighbourhoods for typing errors. `near` itself makes the decision.

use crate::groups::{self, Bucket, Glance, GroupEntry, number_key, text_key};
use crate::tables::View;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use tenantry_names::{Form, Look, Near, Script, StoredForm, may_change, near, one_error, skeleton_deletions};

const TEXT: u8 = 1;
const NUMBER: u8 = 2;
const CLASS: u8 = 3;
const LETTERS: u8 = 4;
const SOUND: u8 = 5;
const ACROSS: u8 = 6;
const DELETED: u8 = 7;
const ACROSS_DROPPED: u8 = 8;
const PET_FORM: u8 = 9;
const STEM: u8 = 10;

/// Letters at the head of a token whose deletions are indexed; an error further back leaves the head as it is.
const HEAD: usize = 7;
/// Deletions of a head: none, one, or two of its letters.
const DELETIONS_MAX: usize = 1 + HEAD + HEAD * (HEAD - 1) / 2;
/// So many tokens are rather read all than looked up by their deletions.
const READ_ALL_MAX: usize = 40;
/// Tokens from this length on may hold two errors, shorter ones one.
const TWO_ERRORS_FROM: usize = 5;

/// Lengths a look tells apart.
pub(crate) const LENGTHS: usize = 256;

/// The token table with its channels, ready to be laid out.
pub(crate) struct Tokens {
    pub(crate) forms: Vec<StoredForm>,
    pub(crate) heap: Vec<u8>,
    /// Which letters a token has and how long it is: a cheap first look.
    pub(crate) looks: Vec<Look>,
    /// Numbers in order of length, and where each length from 0 to 255 begins.
    pub(crate) by_length: Vec<u32>,
    pub(crate) length_starts: Vec<u32>,
    pub(crate) scripts: Vec<u8>,
    pub(crate) key_starts: Vec<u32>,
    pub(crate) key_entries: Vec<GroupEntry>,
}

/// Collects distinct tokens.
#[derive(Default)]
pub(crate) struct Gathering {
    ids: HashMap<Form<'static>, u32>,
}

impl Gathering {
    /// The number of a token, new or known.
    pub(crate) fn id(&mut self, form: &Form<'static>) -> u32 {
        if let Some(id) = self.ids.get(form) {
            return *id;
        }
        let id = self.ids.len() as u32;
        self.ids.insert(form.clone(), id);
        id
    }

    /// Builds the channels. Tokens that sound alike come to lie side by side, since they are read together: the
    /// second value gives the new number of each.
    pub(crate) fn freeze(self) -> (Tokens, Vec<u32>) {
        let mut order: Vec<(Form, u32)> = self.ids.into_iter().collect();
        let place = |form: &Form| (form.script(), form.skeleton(), form.sound_key());
        order.sort_unstable_by(|(a, i), (b, j)| {
            place(a).cmp(&place(b)).then_with(|| a.ascii().cmp(b.ascii())).then(i.cmp(j))
        });
        let mut numbers = vec![0; order.len()];
        for (new, (_, old)) in order.iter().enumerate() {
            if let Some(number) = numbers.get_mut(*old as usize) {
                *number = new as u32;
            }
        }
        (Tokens::of(order.into_iter().map(|(form, _)| form)), numbers)
    }
}

impl Tokens {
    fn of<'t>(in_order: impl ExactSizeIterator<Item = Form<'t>>) -> Self {
        let mut keys: Vec<(u64, u32)> = Vec::with_capacity(in_order.len() * 32);
        let (mut forms, mut heap, mut looks) = (Vec::new(), Vec::new(), Vec::new());
        let mut scripts = Vec::new();
        for (id, form) in in_order.enumerate() {
            let id = id as u32;
            let script = form.script() as u8;
            if !scripts.contains(&script) {
                scripts.push(script);
            }
            own_keys(&form, &mut |key| keys.push((key, id)));
            keys.extend(form.pet_stem().map(|stem| (text_key(PET_FORM, stem), id)));
            keys.extend(form.stem().map(|stem| (text_key(STEM, stem), id)));
            keys.push((across(ACROSS, form.script(), form.skeleton()), id));
            let dropped = skeleton_deletions(form.skeleton());
            keys.extend(dropped.map(|s| (across(ACROSS_DROPPED, form.script(), s), id)));
            looks.push(form.look());
            forms.push(StoredForm::store(&form, &mut heap));
        }
        let glance = |id: u32| looks.get(id as usize).map_or(Glance::default(), |l| Glance::of(*l));
        let (key_starts, key_entries) = groups::freeze(keys, glance);
        let mut by_length: Vec<u32> = (0..looks.len() as u32).collect();
        let length = |id: &u32| looks.get(*id as usize).map_or(0, |l| l.length());
        by_length.sort_by_key(length);
        let length_starts = groups::starts(by_length.iter().map(length), LENGTHS);
        Self { forms, heap, looks, by_length, length_starts, scripts, key_starts, key_entries }
    }
}

/// Keys under which a token is filed and looked up alike, within one script or regardless of it.
fn own_keys(form: &Form, put: &mut impl FnMut(u64)) {
    put(text_key(TEXT, form.ascii()));
    if let Some(number) = form.number() {
        put(number_key(NUMBER, number.into()));
    }
    for class in form.same().into_iter().filter(|c| *c != 0) {
        put(number_key(CLASS, class.into()));
    }
    if form.sound_key() != 0 {
        put(sound(form));
    }
    if form.ascii().len() >= TWO_ERRORS_FROM {
        put(number_key(LETTERS, form.letters()));
    }
    deletions(ascii_errors(form.ascii()), form.ascii(), put);
}

fn sound(form: &Form) -> u64 {
    number_key(SOUND, form.sound_key() ^ (form.script() as u64) << 61)
}

fn across(channel: u8, script: Script, skeleton: u64) -> u64 {
    number_key(channel, skeleton ^ (script as u64) << 60)
}

/// Typing errors a token of this length may hold.
fn ascii_errors(ascii: &str) -> usize {
    if ascii.len() >= TWO_ERRORS_FROM { 2 } else { 1 }
}

/// The head of a token with up to `errors` (one or two) letters dropped, each as a key.
fn deletions(errors: usize, ascii: &str, put: &mut impl FnMut(u64)) {
    let length = ascii.len().min(HEAD);
    let head = ascii.bytes().take(HEAD).rev().fold(0_u64, |packed, b| packed << 8 | u64::from(b));
    put(number_key(DELETED, head));
    if ascii.len() < 2 {
        return;
    }
    for first in 0..length {
        let once = without(head, first);
        put(number_key(DELETED, once));
        if errors > 1 {
            for second in first..length - 1 {
                put(number_key(DELETED, without(once, second)));
            }
        }
    }
}

/// A packed head without its letter at `at`.
fn without(head: u64, at: usize) -> u64 {
    let low = (1_u64 << (8 * at)) - 1;
    head & low | head >> 8 & !low
}

/// Whether the typing errors allowed between tokens this long could turn one into the other.
fn could_be(a: Look, b: Look) -> bool {
    let errors = if a.length().min(b.length()) >= TWO_ERRORS_FROM { 2 } else { 1 };
    a.could_be(b, errors)
}

impl View<'_> {
    /// Tokens with exactly this text, in any script.
    pub(crate) fn exactly(&self, ascii: &str) -> impl Iterator<Item = u32> {
        self.keys.get(text_key(TEXT, ascii)).filter(move |id| self.ascii(*id) == ascii.as_bytes())
    }

    /// The token at a glance.
    pub(crate) fn look(&self, id: u32) -> Option<Look> {
        self.looks.get(id as usize).copied()
    }

    /// Calls `found` for every token near `form`, once each, looking into other scripts too. `seen` tells (and remembers)
    /// whether a token was met.
    pub(crate) fn near(
        &self,
        form: &Form,
        mut seen: impl FnMut(u32) -> bool,
        mut found: impl FnMut(u32, Near),
    ) {
        let mut judge = |id: u32| {
            if !seen(id)
                && let Some(near) = self.form(id).and_then(|f| near(form, &f))
            {
                found(id, near);
            }
        };
        self.mistyped(form, &mut judge);
        let mut others = |key: u64| self.keys.get(key).for_each(&mut judge);
        others(text_key(TEXT, form.ascii()));
        if let Some(number) = form.number() {
            others(number_key(NUMBER, number.into()));
        }
        for class in form.same().into_iter().filter(|c| *c != 0) {
            others(number_key(CLASS, class.into()));
        }
        if form.sound_key() != 0 {
            others(sound(form));
        }
        if form.ascii().len() >= TWO_ERRORS_FROM {
            others(number_key(LETTERS, form.letters()));
        }
        form.pet_stem().into_iter().for_each(|stem| others(text_key(STEM, stem)));
        form.stem().into_iter().for_each(|stem| others(text_key(PET_FORM, stem)));
        let (look, skeleton) = (form.look(), form.skeleton());
        for script in self.scripts().filter(|s| *s != form.script()) {
            let close = |id: &u32| self.look(*id).is_some_and(|l| look.could_sound(l));
            let mut channel = |channel: u8, s: u64| {
                self.keys.get(across(channel, script, s)).filter(close).for_each(&mut judge);
            };
            channel(ACROSS, skeleton);
            channel(ACROSS_DROPPED, skeleton);
            for dropped in skeleton_deletions(skeleton) {
                channel(ACROSS, dropped);
                // One consonant on each side: only where enough is left.
                if may_change(skeleton) {
                    channel(ACROSS_DROPPED, dropped);
                }
            }
        }
    }

    /// Calls `found` for every token of these lengths and of its own script that two tokens written together are near, unless
    /// by dictionary: what is written together is no word of one.
    pub(crate) fn near_joined(
        &self,
        joined: &Form,
        lengths: RangeInclusive<usize>,
        mut seen: impl FnMut(u32) -> bool,
        mut found: impl FnMut(u32, Near),
    ) {
        let mut judge = |id: u32| {
            if !seen(id)
                && let Some(near) = self.form(id).and_then(|f| near(joined, &f))
            {
                found(id, near);
            }
        };
        let few = self.of_lengths(lengths);
        if few.len() <= READ_ALL_MAX {
            let look = joined.look();
            let close = |id: &&u32| self.look(**id).is_some_and(|l| could_be(look, l));
            few.iter().filter(close).copied().for_each(&mut judge);
        } else {
            self.mistyped(joined, &mut judge);
            self.keys.get(number_key(LETTERS, joined.letters())).for_each(&mut judge);
        }
        if joined.sound_key() != 0 {
            self.keys.get(sound(joined)).for_each(&mut judge);
        }
    }

    /// Calls `judge` for every token that could be `form` mistyped.
    fn mistyped(&self, form: &Form, judge: &mut impl FnMut(u32)) {
        let (look, errors) = (form.look(), ascii_errors(form.ascii()));
        let close = |id: &u32| self.look(*id).is_some_and(|l| could_be(look, l));
        self.sharing_deletions(form.ascii(), errors, look, |id| {
            if close(&id) {
                judge(id);
            }
        });
    }

    /// Calls `found` for the tokens that share a deletion and have the looks. All places are looked up before any is read, so
    /// that the reads overlap.
    fn sharing_deletions(&self, ascii: &str, errors: usize, look: Look, found: impl FnMut(u32)) {
        let mut buckets = [Bucket::default(); DELETIONS_MAX];
        let mut free = buckets.iter_mut();
        deletions(errors, ascii, &mut |key| {
            if let Some(bucket) = free.next() {
                *bucket = self.keys.bucket(key);
            }
        });
        let glance = Glance::of(look);
        buckets.iter().flat_map(|bucket| bucket.close(glance, errors)).for_each(found);
    }

    /// Tokens at most one typing error from `ascii`.
    pub(crate) fn one_error(&self, ascii: &str, mut found: impl FnMut(u32)) {
        let look = Look::of(ascii);
        let mut judge = |id: u32| {
            if self.look(id).is_some_and(|l| look.could_be(l, 1))
                && one_error(ascii.as_bytes(), self.ascii(id))
            {
                found(id);
            }
        };
        self.sharing_deletions(ascii, 1, look, &mut judge);
        self.exactly(ascii).for_each(&mut judge);
    }
}
