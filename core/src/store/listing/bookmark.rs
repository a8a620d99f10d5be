//! The position of a split listing as text, which a journal keeps: its page and the parts after it.
//!
//! A listing that is not split is written as the service's own marker. A bookmark begins with a
//! character that no marker has, because XML cannot carry it. The beginnings of the parts are similar,
//! so each is written as the number of bytes that it shares with the one before, and its other bytes.
//! The first name of a part and the first name after it follow, each in a field, where the part has
//! them. Adjacent parts that were cut by names are written as one.

use std::fmt::Write as _;
use std::str::Split;

use super::NameRange;
use crate::store::rest::page::Marker;

/// The separator of fields, also before the first one.
const EDGE: char = '\0';

/// The marks of a part's first name and of the first name after the part.
const FROM: char = '<';
const UNTIL: char = '>';

/// A page of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PagePosition {
    /// The beginning of the names that are requested.
    pub(crate) prefix: Box<str>,
    /// The names of the part.
    pub(crate) range: NameRange,
    /// The service's marker of the page; `None` for the first page.
    pub(crate) after: Option<Marker>,
}

impl PagePosition {
    /// The beginning of a part.
    pub(crate) fn beginning(range: NameRange) -> Self {
        Self {
            prefix: range.scope.clone(),
            range,
            after: None,
        }
    }
}

/// A page of a listing, and the parts after its own part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bookmark {
    pub(crate) position: PagePosition,
    pub(crate) following: Vec<NameRange>,
}

impl Bookmark {
    /// The text for a listing of `root`; `None` at its beginning.
    pub(crate) fn write<'a>(
        root: &str,
        position: &PagePosition,
        following: impl Iterator<Item = &'a NameRange>,
    ) -> Option<Box<str>> {
        let mut following = following.peekable();
        let after = position
            .after
            .as_ref()
            .map(|Marker(marker)| marker.as_str());
        let is_all = *position.prefix == *root && position.range == NameRange::whole(root);
        if is_all && following.peek().is_none() {
            return after.map(Into::into);
        }
        let PagePosition { prefix, range, .. } = position;
        let after = after.unwrap_or_default();
        let mut text = format!("{EDGE}{prefix}{EDGE}{}{EDGE}{after}", range.scope);
        write_ends(&mut text, range);
        let mut before = &*range.scope;
        while let Some(first) = following.next() {
            let mut part = first.clone();
            while following.next_if(|next| part.join(next)).is_some() {}
            let scope = &*first.scope;
            let same = before.bytes().zip(scope.bytes());
            let count = same.take_while(|(one, other)| one == other).count();
            let count = scope.floor_char_boundary(count);
            let _ = write!(text, "{EDGE}{count}:{}", &scope[count..]);
            write_ends(&mut text, &part);
            before = scope;
        }
        Some(text.into())
    }

    /// Reads the text; `None` where it is no bookmark of a listing of `root`.
    pub(crate) fn read(root: &str, text: &str) -> Option<Self> {
        let Some(fields) = text.strip_prefix(EDGE) else {
            let after = Some(Marker(text.into()));
            let position = PagePosition {
                after,
                ..PagePosition::beginning(NameRange::whole(root))
            };
            let following = Vec::new();
            return Some(Self {
                position,
                following,
            });
        };
        let mut fields = fields.split(EDGE);
        let (prefix, scope, after) = (fields.next()?, fields.next()?, fields.next()?);
        let is_ours = prefix.starts_with(root) && scope.starts_with(prefix);
        let range = read_ends(scope, &mut fields)?;
        let mut following: Vec<NameRange> = Vec::new();
        while let Some(field) = fields.next() {
            let (count, rest) = field.split_once(':')?;
            let before = following.last().map_or(scope, |before| &before.scope);
            let part = format!("{}{rest}", before.get(..count.parse().ok()?)?);
            following.push(read_ends(&part, &mut fields)?);
        }
        let is_ours = is_ours && following.iter().all(|part| part.scope.starts_with(root));
        is_ours.then_some(Self {
            position: PagePosition {
                prefix: prefix.into(),
                range,
                after: (!after.is_empty()).then(|| Marker(after.into())),
            },
            following,
        })
    }
}

fn write_ends(text: &mut String, range: &NameRange) {
    for (mark, name) in [(FROM, &range.from), (UNTIL, &range.until)] {
        if let Some(name) = name {
            let _ = write!(text, "{EDGE}{mark}{name}");
        }
    }
}

/// The part of this scope, with its ends from the next fields.
fn read_ends(scope: &str, fields: &mut Split<'_, char>) -> Option<NameRange> {
    let mut end = |mark| {
        let mut ahead = fields.clone();
        let name: Box<str> = ahead.next()?.strip_prefix(mark)?.into();
        *fields = ahead;
        Some(name)
    };
    let (from, until) = (end(FROM), end(UNTIL));
    let mut names = from.iter().chain(&until);
    names
        .all(|name| name.starts_with(scope))
        .then(|| NameRange {
            scope: scope.into(),
            from: from.clone(),
            until: until.clone(),
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_listing_that_is_not_split_is_kept_as_the_services_own_marker() {
        let mut position = PagePosition::beginning(NameRange::whole("vd/"));
        assert_eq!(Bookmark::write("vd/", &position, [].into_iter()), None);
        position.after = Some(Marker("2!a".into()));
        let text = Bookmark::write("vd/", &position, [].into_iter());
        assert_eq!(text.as_deref(), Some("2!a"));
        let following = Vec::new();
        assert_eq!(
            Bookmark::read("vd/", "2!a"),
            Some(Bookmark {
                position,
                following
            })
        );
    }

    #[test]
    fn parts_are_written_by_what_is_different() {
        let position = PagePosition::beginning(NameRange::whole("vd/a"));
        let following = ["vd/bé", "vd/bè", "vd/b"].map(NameRange::whole);
        let text = Bookmark::write("vd/", &position, following.iter());
        let text = text.expect("it is split");
        assert_eq!(&*text, "\0vd/a\0vd/a\0\x003:bé\x004:è\x004:");
    }

    #[test]
    fn what_is_cut_by_names_is_written_by_its_ends() {
        let mut first = NameRange::whole("vd/");
        let mut second = first.split_off("vd/b");
        let mut third = second.split_off("vd/c");
        let fourth = third.split_off("vd/d");
        let following = [second, third, fourth, NameRange::whole("vd/x")];
        let text = Bookmark::write("vd/", &PagePosition::beginning(first), following.iter());
        let text = text.expect("it is split");
        assert_eq!(&*text, "\0vd/\0vd/\0\0>vd/b\x003:\0<vd/b\x003:x");
    }

    #[test]
    fn what_was_not_written_here_is_no_bookmark() {
        for text in [
            "\0",
            "\0vd/",
            "\0vd/\0vd/",
            "\0a\0a\0m",
            "\0vd/b\0vd/a\0m",
            "\0vd/a\0vd/a\0m\0x:b",
            "\0vd/a\0vd/a\0m\x009:b",
            "\0vd/a\0vd/a\0m\0b",
            "\0vd/a\0vd/a\0m\x000:b",
            "\0vd/é\0vd/é\0m\x004:b",
            "\0vd/a\0vd/a\0m\0<vd/b",
            "\0vd/a\0vd/a\0m\0>vd/b",
            "\0vd/\0vd/\0m\0>vd/b\0<vd/a",
            "\0vd/\0vd/\0m\x003:b\0<vd/a",
        ] {
            assert_eq!(Bookmark::read("vd/", text), None, "{text:?}");
        }
    }

    /// What the ends of a part are called following its scope, if it has any.
    fn ends() -> impl Strategy<Value = (Option<String>, Option<String>)> {
        let end = || proptest::option::of("[a<>:0é]{0,2}");
        (end(), end())
    }

    proptest! {
        #[test]
        fn a_bookmark_reads_back_as_it_was_written(
            root in "[a-c/é]{0,2}",
            prefix in "[a-c/é:0😀]{0,3}",
            scope in "[a-c/é:0😀]{0,3}",
            after in proptest::option::of("[ -~]{1,5}"),
            ends in ends(),
            following in prop::collection::vec(("[a-c/éè:0😀]{1,5}", ends()), 0..5),
        ) {
            let prefix = format!("{root}{prefix}");
            let range = |scope: String, ends: &(Option<String>, Option<String>)| {
                let name = |end: &String| format!("{scope}{end}").into();
                NameRange {
                    from: ends.0.as_ref().map(name),
                    until: ends.1.as_ref().map(name),
                    scope: scope.as_str().into(),
                }
            };
            let position = PagePosition {
                range: range(format!("{prefix}{scope}"), &ends),
                prefix: prefix.into(),
                after: after.map(Marker),
            };
            let mut following: Vec<NameRange> = following.iter().map(|(part, ends)| range(format!("{root}{part}"), ends)).collect();
            match Bookmark::write(&root, &position, following.iter()) {
                None => prop_assert_eq!(position, PagePosition::beginning(NameRange::whole(&root))),
                Some(text) => {
                    following.dedup_by(|next, part| part.join(next));
                    prop_assert_eq!(Bookmark::read(&root, &text), Some(Bookmark { position, following }));
                }
            }
        }
    }
}
