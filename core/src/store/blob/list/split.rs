//! Splits a listing that has become long, by the beginnings of the names of one level. Asks no service.
//!
//! Names that begin alike lie together, in whatever order a service lists. So the group that the
//! listing is in goes on to its end; the groups after it are listed as parts of their own, and those
//! before it are done.

use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};

use crate::store::blob::request::list_blobs::LevelItem;

/// A part this long is not made smaller, in pages as far as they can be foretold. What a part costs beside its names
/// is the last page, which is half full on the average, and asking where it could be split.
pub(super) const PART_PAGES: usize = 4;

/// Parts that one listing is split into at once. Those that are still long are split again when their turn comes.
const PARTS_MAX: usize = 128;

/// So many parts may be shorter than a page: they may be longer than can be foretold.
const PARTS_FREE: usize = 16;

/// Where a listing stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand<'a> {
    /// How the names begin that are listed.
    pub(super) scope: &'a str,
    /// The first of them; `None` if it was an earlier run that listed it.
    pub(super) first: Option<&'a str>,
    /// The last of them so far.
    pub(super) last: &'a str,
    /// The pages that it took to get there.
    pub(super) pages: usize,
}

/// What a listing is split into.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// How the names begin that it goes on with.
    pub(super) own: Box<str>,
    /// How those of the parts behind it begin, in their order.
    pub(super) behind: Vec<Box<str>>,
}

/// Items one after the other that have the beginning of their names in common.
#[derive(Debug, Clone)]
struct Group {
    items: Range<usize>,
    prefix: Box<str>,
}

/// Splits a listing between these items, which are all that there is in its scope; `None` if that is not to be.
pub(super) fn split(stand: Stand<'_>, items: &[LevelItem]) -> Option<Split> {
    let is_within = |name: &str| name.starts_with(stand.scope) && !name.contains('\0');
    if !items.iter().all(|item| is_within(&item.name)) {
        return None;
    }
    let at = items.iter().rposition(|item| is_in(stand.last, item))?;
    // What `pages` are to the items resume_point, the pages of a group are to its items.
    let is_long = |count: usize, pages: usize| count * stand.pages > pages * (at + 1);
    let mut own = Group {
        items: 0..items.len(),
        prefix: stand.scope.into(),
    };
    let mut levels = Vec::new();
    while levels.is_empty() || is_long(own.items.len(), PART_PAGES) {
        let Some(mut groups) = grouped(items, &own, Some(stand)) else {
            break;
        };
        let here = groups.iter().position(|group| group.items.contains(&at))?;
        levels.push(groups.split_off(here + 1));
        own = groups.pop()?;
    }
    if own.items.len() == 1 && items[at].is_prefix {
        own.prefix = items[at].name.clone();
    }
    let mut behind: Vec<Group> = levels.into_iter().rev().flatten().collect();
    let count = items.len() - own.items.end;
    if behind.len() > PARTS_FREE && !is_long(count, behind.len()) {
        return None;
    }
    divide(items, &mut behind, |group| {
        is_long(group.items.len(), PART_PAGES)
    });
    Some(Split {
        own: own.prefix,
        behind: behind.into_iter().map(|group| group.prefix).collect(),
    })
}

/// Divides the groups that are too long, the longest first.
fn divide(items: &[LevelItem], groups: &mut Vec<Group>, is_long: impl Fn(&Group) -> bool) {
    let mut whole: Vec<Box<str>> = Vec::new();
    while groups.len() < PARTS_MAX {
        let candidates = groups.iter().enumerate();
        let longest = candidates
            .filter(|(_, group)| is_long(group) && !whole.contains(&group.prefix))
            .max_by_key(|(_, group)| group.items.len());
        let Some((index, group)) = longest else {
            return;
        };
        match grouped(items, group, None) {
            Some(smaller) if groups.len() + smaller.len() <= PARTS_MAX + 1 => {
                groups.splice(index..=index, smaller);
            }
            _ => whole.push(group.prefix.clone()),
        }
    }
}

/// The items of a group by the letter behind what all of them have in common, for a listing that stands among them or,
/// without one, has not begun. `None` where they cannot be told apart by it.
fn grouped(items: &[LevelItem], group: &Group, stand: Option<Stand<'_>>) -> Option<Vec<Group>> {
    let own = &items[group.items.clone()];
    let common = common_beginning(own);
    // What is called exactly so comes before everything that is called longer, and could not be asked for alone. Where
    // folders are objects that includes the folder of that name, of which only what is in it is an item.
    let is_passed = stand
        .is_some_and(|stand| stand.last.len() > common.len() && stand.last.starts_with(common));
    let is_there = |item: &LevelItem| {
        let rest = &item.name[common.len()..];
        rest.is_empty() || (rest == "/" && !common.is_empty())
    };
    if !is_passed && own.iter().any(is_there) {
        return None;
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut letters = HashSet::new();
    for (item, at) in own.iter().zip(group.items.clone()) {
        let Some(letter) = item.name[common.len()..].chars().next() else {
            if at == group.items.start {
                continue;
            }
            return None;
        };
        let end = common.len() + letter.len_utf8();
        match groups.last_mut() {
            Some(last) if last.prefix.ends_with(letter) => last.items.end = at + 1,
            _ if !letters.insert(letter) => return None,
            _ => groups.push(Group {
                items: at..at + 1,
                prefix: item.name[..end].into(),
            }),
        }
    }
    let has = |range: RangeInclusive<char>| letters.iter().any(|letter| range.contains(letter));
    // UTF-16 sorts these the other way round than UTF-8; a level is not trusted to be sorted as the blobs are.
    if has('\u{e000}'..='\u{ffff}') && has('\u{10000}'..=char::MAX) {
        return None;
    }
    // So it is with a hierarchy, which may list a folder before what is called like it and goes on with ` `, `-` or `.`,
    // for instance. There, what the listing began with tells what comes first.
    if has('/'..='/') && has('\0'..='.') {
        let first = stand.and_then(|stand| stand.first)?;
        if !first.starts_with(&*groups.first()?.prefix) {
            return None;
        }
    }
    (!groups.is_empty()).then_some(groups)
}

/// The name lies in this item.
fn is_in(name: &str, item: &LevelItem) -> bool {
    if item.is_prefix {
        name.starts_with(&*item.name)
    } else {
        *name == *item.name
    }
}

/// What all the names begin with.
fn common_beginning(items: &[LevelItem]) -> &str {
    let Some((first, others)) = items.split_first() else {
        return "";
    };
    let mut common = &*first.name;
    for other in others {
        let same = common.bytes().zip(other.name.bytes());
        let count = same.take_while(|(one, other)| one == other).count();
        common = &common[..common.floor_char_boundary(count)];
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(names: &[&str]) -> Vec<LevelItem> {
        let item = |name: &&str| LevelItem {
            name: (*name).into(),
            is_prefix: name.ends_with('/'),
        };
        names.iter().map(item).collect()
    }

    fn stand(last: &str, pages: usize) -> Stand<'_> {
        Stand {
            scope: "",
            first: None,
            last,
            pages,
        }
    }

    fn split_into(stand: Stand<'_>, items: &[LevelItem]) -> Option<(String, Vec<String>)> {
        let Split { own, behind } = split(stand, items)?;
        Some((own.into(), behind.into_iter().map(Into::into).collect()))
    }

    #[test]
    fn what_lies_behind_is_grouped_by_the_first_letter_that_differs() {
        let level = folders(&["da/", "db1/", "db2", "db3/", "dc/", "e", "é/"]);
        let told = |own: &str, behind: &[&str]| {
            let behind = behind.iter().map(|&part| part.to_owned());
            Some((own.to_owned(), behind.collect()))
        };
        // Three pages for the first folder: a group of as many folders is divided again.
        assert_eq!(
            split_into(stand("da/x", 3), &level),
            told("da/", &["db1", "db2", "db3", "dc", "e", "é"])
        );
        assert_eq!(
            split_into(stand("db2", 3), &level),
            told("db", &["dc", "e", "é"])
        );
        assert_eq!(split_into(stand("é/x", 9), &level), told("é/", &[]));
    }

    #[test]
    fn what_cannot_be_told_apart_stays_together() {
        for (last, level) in [
            // The place is not in the level, or the level not in the scope.
            ("x", &["a/", "b/"][..]),
            // The same letter comes back.
            ("a/x", &["a/", "b/", "a1/"]),
            ("a/x", &["a/", "b\0/"]),
            // Either may come first.
            ("\u{ff00}/x", &["\u{ff00}/", "😀/"]),
            ("a-/x", &["a-/", "a/"]),
        ] {
            let told = split_into(stand(last, 9), &folders(level));
            let nothing = (String::new(), Vec::new());
            assert!(told.is_none_or(|told| told == nothing), "{level:?}");
        }
        // The folder itself may be an object.
        let level = folders(&["a/", "b/", "b1/", "b2/"]);
        let told = split_into(stand("a/x", 9), &level);
        assert_eq!(told, Some(("a/".to_owned(), vec!["b".to_owned()])));
    }

    #[test]
    fn parts_that_would_be_shorter_than_a_page_are_not_made() {
        let letters: Vec<String> = ('一'..)
            .take(100)
            .map(|letter| format!("{letter}/"))
            .collect();
        let level = folders(&letters.iter().map(String::as_str).collect::<Vec<_>>());
        let at = |number: usize| format!("{}x", letters[number]);
        assert_eq!(split(stand(&at(9), 2), &level), None);
        let far = split(stand(&at(9), 20), &level).expect("each has two pages");
        assert_eq!(far.behind.len(), 90);
        // A few may be longer than can be foretold.
        assert!(split(stand(&at(90), 2), &level).is_some());
    }
}
