//! Where a split listing goes on, as the text that a journal keeps: the page that it was on and the parts behind it.
//!
//! A listing that is not split is kept as the service's own marker, which no service begins with the letter that a
//! bookmark begins with: XML cannot carry it. The parts have most of their letters in common; each is written as the
//! number of bytes that it begins with like the one before, and what is different. What lies between two names has those
//! behind it, each in a field of its own; parts one behind the other, cut by names, are one.

use std::fmt::Write as _;
use std::str::Split;

use super::NameRange;
use crate::store::rest::page::Marker;

/// Between two fields, and before the first.
const EDGE: char = '\0';

/// Before the first name of a part, and before the first name behind it.
const FROM: char = '<';
const UNTIL: char = '>';

/// A page of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PagePosition {
    /// How the names begin that are asked for.
    pub(crate) prefix: Box<str>,
    /// Those of the part.
    pub(crate) range: NameRange,
    /// What the service calls the page; `None`: the first one.
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

/// A page, and the parts behind its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bookmark {
    pub(crate) position: PagePosition,
    pub(crate) behind: Vec<NameRange>,
}

impl Bookmark {
    /// The text for a listing of `root`; `None` at its beginning.
    pub(crate) fn write<'a>(
        root: &str,
        position: &PagePosition,
        behind: impl Iterator<Item = &'a NameRange>,
    ) -> Option<Box<str>> {
        let mut behind = behind.peekable();
        let after = position
            .after
            .as_ref()
            .map(|Marker(marker)| marker.as_str());
        let is_all = *position.prefix == *root && position.range == NameRange::whole(root);
        if is_all && behind.peek().is_none() {
            return after.map(Into::into);
        }
        let PagePosition { prefix, range, .. } = position;
        let after = after.unwrap_or_default();
        let mut text = format!("{EDGE}{prefix}{EDGE}{}{EDGE}{after}", range.scope);
        write_ends(&mut text, range);
        let mut before = &*range.scope;
        while let Some(first) = behind.next() {
            let mut part = first.clone();
            while behind.next_if(|next| part.join(next)).is_some() {}
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

    /// Reads it again; `None` for what is no bookmark of a listing of `root`.
    pub(crate) fn read(root: &str, text: &str) -> Option<Self> {
        let Some(fields) = text.strip_prefix(EDGE) else {
            let after = Some(Marker(text.into()));
            let position = PagePosition {
                after,
                ..PagePosition::beginning(NameRange::whole(root))
            };
            let behind = Vec::new();
            return Some(Self { position, behind });
        };
        let mut fields = fields.split(EDGE);
        let (prefix, scope, after) = (fields.next()?, fields.next()?, fields.next()?);
        let is_ours = prefix.starts_with(root) && scope.starts_with(prefix);
        let range = read_ends(scope, &mut fields)?;
        let mut behind: Vec<NameRange> = Vec::new();
        while let Some(field) = fields.next() {
            let (count, rest) = field.split_once(':')?;
            let before = behind.last().map_or(scope, |before| &before.scope);
            let part = format!("{}{rest}", before.get(..count.parse().ok()?)?);
            behind.push(read_ends(&part, &mut fields)?);
        }
        let is_ours = is_ours && behind.iter().all(|part| part.scope.starts_with(root));
        is_ours.then_some(Self {
            position: PagePosition {
                prefix: prefix.into(),
                range,
                after: (!after.is_empty()).then(|| Marker(after.into())),
            },
            behind,
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

/// The part of this scope with what the next fields say of its ends.
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
        let behind = Vec::new();
        assert_eq!(
            Bookmark::read("vd/", "2!a"),
            Some(Bookmark { position, behind })
        );
    }

    #[test]
    fn parts_are_written_by_what_is_different() {
        let position = PagePosition::beginning(NameRange::whole("vd/a"));
        let behind = ["vd/bé", "vd/bè", "vd/b"].map(NameRange::whole);
        let text = Bookmark::write("vd/", &position, behind.iter());
        let text = text.expect("it is split");
        assert_eq!(&*text, "\0vd/a\0vd/a\0\x003:bé\x004:è\x004:");
    }

    #[test]
    fn what_is_cut_by_names_is_written_by_its_ends() {
        let mut first = NameRange::whole("vd/");
        let mut second = first.split_off("vd/b");
        let mut third = second.split_off("vd/c");
        let fourth = third.split_off("vd/d");
        let behind = [second, third, fourth, NameRange::whole("vd/x")];
        let text = Bookmark::write("vd/", &PagePosition::beginning(first), behind.iter());
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

    /// What the ends of a part are called behind its scope, if it has any.
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
            behind in prop::collection::vec(("[a-c/éè:0😀]{1,5}", ends()), 0..5),
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
            let mut behind: Vec<NameRange> = behind.iter().map(|(part, ends)| range(format!("{root}{part}"), ends)).collect();
            match Bookmark::write(&root, &position, behind.iter()) {
                None => prop_assert_eq!(position, PagePosition::beginning(NameRange::whole(&root))),
                Some(text) => {
                    behind.dedup_by(|next, part| part.join(next));
                    prop_assert_eq!(Bookmark::read(&root, &text), Some(Bookmark { position, behind }));
                }
            }
        }
    }
}
