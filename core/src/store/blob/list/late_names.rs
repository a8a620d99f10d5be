//! Brings names into the order of their bytes that a service may sort by UTF-16 code units.
//!
//! The two orders differ only between characters outside the first Unicode plane and those from U+E000 to
//! U+FFFF. In both, the names that have the same characters up to one from U+E000 on, and such a one then,
//! follow each other. So these names are held until another one comes.

use crate::entry::Entry;

/// The first character at which the orders may differ. Characters outside the first plane have the code
/// units from U+D800 to U+DFFF.
const FIRST: char = '\u{e000}';

/// The most entries that are held. More of them are passed on as they were listed: a listing by UTF-16
/// then is in no order that can be compared, and the comparison says so.
const HELD_MAX: usize = 100_000;

/// The entries that are held.
#[derive(Default)]
pub(super) struct LateNames {
    /// What the names of these entries have before the late character; `None` where the last name had none.
    beginning: Option<String>,
    held: Vec<Entry>,
    /// There were too many names with this beginning.
    is_too_long: bool,
}

impl LateNames {
    /// Takes the next entries of the listing; returns those whose place is known, in the order of their bytes.
    pub(super) fn order(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut ordered = Vec::with_capacity(entries.len());
        for entry in entries {
            let beginning = beginning(entry.name.as_str().unwrap_or_default());
            if beginning != self.beginning.as_deref() {
                self.beginning = beginning.map(str::to_owned);
                self.is_too_long = false;
                ordered.append(&mut self.rest());
            }
            if self.beginning.is_none() || self.is_too_long {
                ordered.push(entry);
                continue;
            }
            self.held.push(entry);
            if self.held.len() > HELD_MAX {
                self.is_too_long = true;
                ordered.append(&mut self.held);
            }
        }
        ordered
    }

    /// The entries that are still held, in the order of their bytes.
    pub(super) fn rest(&mut self) -> Vec<Entry> {
        let mut held = std::mem::take(&mut self.held);
        held.sort_by(|one, other| one.name.cmp(&other.name));
        held
    }
}

/// What a name has before its first late character; `None` where it has none.
fn beginning(name: &str) -> Option<&str> {
    name.find(|letter| letter >= FIRST).map(|at| &name[..at])
}

/// Whether a service may sort these two names in another order than that of their bytes, for their late
/// characters.
pub(super) fn may_differ(one: &str, other: &str) -> bool {
    beginning(one).is_some_and(|beginning_of_one| beginning(other) == Some(beginning_of_one))
}
