//! Splits a long listing by the beginnings of the names of one level. Asks no service.
//!
//! Names that begin alike are adjacent in every order that services use. So the listing continues to
//! the end of its current group of names, the groups after it become parts of their own, and the
//! groups before it are complete.

use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};

use crate::store::blob::request::list_blobs::LevelItem;

/// The expected length of a part, in pages, below which it is not divided. Each part costs one page
/// that is half full on average, and the request that asks how it can be split.
pub(super) const PART_PAGES: usize = 4;

/// The most parts of one split. Parts that are still long are split again when they are listed.
const PARTS_MAX: usize = 128;

/// The number of parts that are allowed whatever their expected lengths, which are only estimates.
const PARTS_FREE: usize = 16;

/// The position of a listing that is split.
#[derive(Debug, Clone, Copy)]
pub(super) struct SplitPosition<'a> {
    /// The beginning of the names that are listed.
    pub(super) scope: &'a str,
    /// The first name; `None` where an earlier run listed it.
    pub(super) first: Option<&'a str>,
    /// The last name so far.
    pub(super) last: &'a str,
    /// The pages up to the last name.
    pub(super) pages: usize,
}

/// The parts of a listing, by the beginnings of their names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// The names with which the listing continues.
    pub(super) own: Box<str>,
    /// The names of the parts after it, in their order.
    pub(super) following: Vec<Box<str>>,
}

/// Adjacent items whose names have a common beginning.
#[derive(Debug, Clone)]
struct Group {
    items: Range<usize>,
    prefix: Box<str>,
}

/// Splits a listing between these items, which are all items of its scope; `None` where it stays whole.
pub(super) fn split(position: SplitPosition<'_>, items: &[LevelItem]) -> Option<Split> {
    let is_within = |name: &str| name.starts_with(position.scope) && !name.contains('\0');
    if !items.iter().all(|item| is_within(&item.name)) {
        return None;
    }
    let at = items.iter().rposition(|item| is_in(position.last, item))?;
    // A group is expected to have as many pages for each item as the listing had so far.
    let is_long = |count: usize, pages: usize| count * position.pages > pages * (at + 1);
    let mut own = Group {
        items: 0..items.len(),
        prefix: position.scope.into(),
    };
    let mut levels = Vec::new();
    while levels.is_empty() || is_long(own.items.len(), PART_PAGES) {
        let Some(mut groups) = grouped(items, &own, Some(position)) else {
            break;
        };
        let here = groups.iter().position(|group| group.items.contains(&at))?;
        levels.push(groups.split_off(here + 1));
        own = groups.pop()?;
    }
    if own.items.len() == 1 && items[at].is_prefix {
        own.prefix = items[at].name.clone();
    }
    let mut following: Vec<Group> = levels.into_iter().rev().flatten().collect();
    let count = items.len() - own.items.end;
    if following.len() > PARTS_FREE && !is_long(count, following.len()) {
        return None;
    }
    divide(items, &mut following, |group| {
        is_long(group.items.len(), PART_PAGES)
    });
    Some(Split {
        own: own.prefix,
        following: following.into_iter().map(|group| group.prefix).collect(),
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

/// Divides a group by the first character after the common beginning of its names. `position` is that
/// of a listing which is in the group. `None` where the character does not separate the items.
fn grouped(
    items: &[LevelItem],
    group: &Group,
    position: Option<SplitPosition<'_>>,
) -> Option<Vec<Group>> {
    let own = &items[group.items.clone()];
    let common = common_beginning(own);
    // An object whose name is the common beginning comes before all longer names, and a prefix cannot
    // select it alone. Where folders are objects, it may be the object of a folder whose contents are an
    // item here.
    let is_listed =
        position.is_some_and(|at| at.last.len() > common.len() && at.last.starts_with(common));
    let is_there = |item: &LevelItem| {
        let rest = &item.name[common.len()..];
        rest.is_empty() || (rest == "/" && !common.is_empty())
    };
    if !is_listed && own.iter().any(is_there) {
        return None;
    }
    let (groups, letters) = by_letter(own, group.items.start, common.len())?;
    let has = |range: RangeInclusive<char>| letters.iter().any(|letter| range.contains(letter));
    // UTF-16 sorts these in the other order than UTF-8. A level may be sorted by either.
    if has('\u{e000}'..='\u{ffff}') && has('\u{10000}'..=char::MAX) {
        return None;
    }
    // The same holds for a hierarchy: it may list a folder before a name that continues the folder's name
    // with ` `, `-` or `.`, for instance. The first name of the listing shows which comes first.
    if has('/'..='/') && has('\0'..='.') {
        let first = position.and_then(|position| position.first)?;
        if !first.starts_with(&*groups.first()?.prefix) {
            return None;
        }
    }
    (!groups.is_empty()).then_some(groups)
}

/// The items by the character at `offset` of their names, and these characters. The first item may end
/// there. `None` where a character comes again after another one, or where a later item ends there.
///
/// `first` is the number of the first item in its level.
fn by_letter(
    items: &[LevelItem],
    first: usize,
    offset: usize,
) -> Option<(Vec<Group>, HashSet<char>)> {
    let mut groups: Vec<Group> = Vec::new();
    let mut letters = HashSet::new();
    for (item, at) in items.iter().zip(first..) {
        let Some(letter) = item.name[offset..].chars().next() else {
            if at == first {
                continue;
            }
            return None;
        };
        let end = offset + letter.len_utf8();
        match groups.last_mut() {
            Some(last) if last.prefix.ends_with(letter) => last.items.end = at + 1,
            _ if !letters.insert(letter) => return None,
            _ => groups.push(Group {
                items: at..at + 1,
                prefix: item.name[..end].into(),
            }),
        }
    }
    Some((groups, letters))
}

/// Whether the name is this item or below it.
fn is_in(name: &str, item: &LevelItem) -> bool {
    if item.is_prefix {
        name.starts_with(&*item.name)
    } else {
        *name == *item.name
    }
}

/// The common beginning of all names.
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

    fn position(last: &str, pages: usize) -> SplitPosition<'_> {
        SplitPosition {
            scope: "",
            first: None,
            last,
            pages,
        }
    }

    fn split_into(
        position: SplitPosition<'_>,
        items: &[LevelItem],
    ) -> Option<(String, Vec<String>)> {
        let Split { own, following } = split(position, items)?;
        Some((own.into(), following.into_iter().map(Into::into).collect()))
    }

    #[test]
    fn the_rest_is_grouped_by_the_first_letter_that_differs() {
        let level = folders(&["da/", "db1/", "db2", "db3/", "dc/", "e", "é/"]);
        let parts = |own: &str, following: &[&str]| {
            let following = following.iter().map(|&part| part.to_owned());
            Some((own.to_owned(), following.collect()))
        };
        // Three pages for the first folder: a group of as many folders is divided again.
        assert_eq!(
            split_into(position("da/x", 3), &level),
            parts("da/", &["db1", "db2", "db3", "dc", "e", "é"])
        );
        assert_eq!(
            split_into(position("db2", 3), &level),
            parts("db", &["dc", "e", "é"])
        );
        assert_eq!(split_into(position("é/x", 9), &level), parts("é/", &[]));
    }

    #[test]
    fn items_that_cannot_be_separated_stay_together() {
        for (last, level) in [
            // The position is not in the level, or the level is not in the scope.
            ("x", &["a/", "b/"][..]),
            // The same letter comes back.
            ("a/x", &["a/", "b/", "a1/"]),
            ("a/x", &["a/", "b\0/"]),
            // Either may come first.
            ("\u{ff00}/x", &["\u{ff00}/", "😀/"]),
            ("a-/x", &["a-/", "a/"]),
        ] {
            let parts = split_into(position(last, 9), &folders(level));
            let nothing = (String::new(), Vec::new());
            assert!(parts.is_none_or(|parts| parts == nothing), "{level:?}");
        }
        // The folder itself may be an object.
        let level = folders(&["a/", "b/", "b1/", "b2/"]);
        let parts = split_into(position("a/x", 9), &level);
        assert_eq!(parts, Some(("a/".to_owned(), vec!["b".to_owned()])));
    }

    #[test]
    fn parts_that_would_be_shorter_than_a_page_are_not_made() {
        let letters: Vec<String> = ('一'..)
            .take(100)
            .map(|letter| format!("{letter}/"))
            .collect();
        let level = folders(&letters.iter().map(String::as_str).collect::<Vec<_>>());
        let at = |number: usize| format!("{}x", letters[number]);
        assert_eq!(split(position(&at(9), 2), &level), None);
        let far = split(position(&at(9), 20), &level).expect("each has two pages");
        assert_eq!(far.following.len(), 90);
        // A few parts are allowed whatever their lengths.
        assert!(split(position(&at(90), 2), &level).is_some());
    }
}
