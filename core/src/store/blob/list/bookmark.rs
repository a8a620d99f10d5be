//! Where a split listing goes on, as the text that a journal keeps: the page that it was on and the parts behind it.
//!
//! A listing that is not split is kept as the service's own marker, which no service begins with the letter that a
//! bookmark begins with: XML cannot carry it. The parts have most of their letters in common; each is written as the
//! number of bytes that it begins with like the one before, and what is different.

use std::fmt::Write as _;

use crate::store::rest::page::Marker;

/// Between two fields, and before the first.
const EDGE: char = '\0';

/// A page of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// How the names begin that are asked for.
    pub(super) prefix: Box<str>,
    /// How they begin up to the end of the part.
    pub(super) scope: Box<str>,
    /// What the service calls the page; `None`: the first one.
    pub(super) after: Option<Marker>,
}

impl Spot {
    /// The beginning of the part with this prefix.
    pub(super) fn beginning(prefix: &str) -> Self {
        Self {
            prefix: prefix.into(),
            scope: prefix.into(),
            after: None,
        }
    }
}

/// A page, and how the names begin of the parts behind its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bookmark {
    pub(super) spot: Spot,
    pub(super) behind: Vec<Box<str>>,
}

impl Bookmark {
    /// The text for a listing of `root`; `None` at its beginning.
    pub(super) fn write<'a>(
        root: &str,
        spot: &Spot,
        behind: impl ExactSizeIterator<Item = &'a str>,
    ) -> Option<Box<str>> {
        let after = spot.after.as_ref().map(|Marker(marker)| marker.as_str());
        if *spot.prefix == *root && *spot.scope == *root && behind.len() == 0 {
            return after.map(Into::into);
        }
        let Spot { prefix, scope, .. } = spot;
        let after = after.unwrap_or_default();
        let mut text = format!("{EDGE}{prefix}{EDGE}{scope}{EDGE}{after}");
        let mut before = &**scope;
        for part in behind {
            let same = before.bytes().zip(part.bytes());
            let count = same.take_while(|(one, other)| one == other).count();
            let count = part.floor_char_boundary(count);
            let _ = write!(text, "{EDGE}{count}:{}", &part[count..]);
            before = part;
        }
        Some(text.into())
    }

    /// Reads it again; `None` for what is no bookmark of a listing of `root`.
    pub(super) fn read(root: &str, text: &str) -> Option<Self> {
        let Some(fields) = text.strip_prefix(EDGE) else {
            let after = Some(Marker(text.into()));
            let spot = Spot {
                after,
                ..Spot::beginning(root)
            };
            let behind = Vec::new();
            return Some(Self { spot, behind });
        };
        let mut fields = fields.split(EDGE);
        let (prefix, scope, after) = (fields.next()?, fields.next()?, fields.next()?);
        let is_ours = prefix.starts_with(root) && scope.starts_with(prefix);
        let mut behind: Vec<Box<str>> = Vec::new();
        for field in fields {
            let (count, rest) = field.split_once(':')?;
            let before = behind.last().map_or(scope, |before| before);
            let part = format!("{}{rest}", before.get(..count.parse().ok()?)?);
            behind.push(part.into());
        }
        let is_ours = is_ours && behind.iter().all(|part| part.starts_with(root));
        is_ours.then_some(Self {
            spot: Spot {
                prefix: prefix.into(),
                scope: scope.into(),
                after: (!after.is_empty()).then(|| Marker(after.into())),
            },
            behind,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_listing_that_is_not_split_is_kept_as_the_services_own_marker() {
        let mut spot = Spot::beginning("vd/");
        assert_eq!(Bookmark::write("vd/", &spot, [].into_iter()), None);
        spot.after = Some(Marker("2!a".into()));
        let text = Bookmark::write("vd/", &spot, [].into_iter());
        assert_eq!(text.as_deref(), Some("2!a"));
        let behind = Vec::new();
        assert_eq!(
            Bookmark::read("vd/", "2!a"),
            Some(Bookmark { spot, behind })
        );
    }

    #[test]
    fn parts_are_written_by_what_is_different() {
        let spot = Spot::beginning("vd/a");
        let text = Bookmark::write("vd/", &spot, ["vd/bé", "vd/bè", "vd/b"].into_iter());
        let text = text.expect("it is split");
        assert_eq!(&*text, "\0vd/a\0vd/a\0\x003:bé\x004:è\x004:");
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
        ] {
            assert_eq!(Bookmark::read("vd/", text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_bookmark_reads_back_as_it_was_written(
            root in "[a-c/é]{0,2}",
            prefix in "[a-c/é:0😀]{0,3}",
            scope in "[a-c/é:0😀]{0,3}",
            after in proptest::option::of("[ -~]{1,5}"),
            behind in prop::collection::vec("[a-c/éè:0😀]{1,5}", 0..5),
        ) {
            let prefix = format!("{root}{prefix}");
            let spot = Spot {
                scope: format!("{prefix}{scope}").into(),
                prefix: prefix.into(),
                after: after.map(Marker),
            };
            let behind: Vec<Box<str>> = behind.iter().map(|part| format!("{root}{part}").into()).collect();
            match Bookmark::write(&root, &spot, behind.iter().map(|part| &**part)) {
                None => prop_assert_eq!(spot, Spot::beginning(&root)),
                Some(text) => prop_assert_eq!(Bookmark::read(&root, &text), Some(Bookmark { spot, behind })),
            }
        }
    }
}
