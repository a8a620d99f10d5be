//! Snapshots of blobs: how requests name them, and their labels in the names of copies: the time, as AzCopy writes it.

use azring_transport::http::Request;

use crate::Result;
use crate::entry::{LabelPlace, Snapshot, VERSION_MARK};
use crate::store::rest::malformed;

/// Gives every snapshot of a blob its own label. The snapshots of one blob come together, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Labels {
    blob: Box<str>,
    given: Vec<Box<str>>,
}

impl Labels {
    /// The snapshot of this id. `2011-03-09T01:42:34.9360000Z` is labelled `2011-03-09 014234`, or
    /// `2011-03-09 014234 936` where an earlier snapshot was made in the same second.
    pub(super) fn label(&mut self, blob: &str, id: Box<str>) -> Result<Snapshot> {
        if *self.blob != *blob {
            self.blob = blob.into();
            self.given.clear();
        }
        let label = candidates(&id)
            .ok_or_else(|| {
                malformed(format_args!(
                    "`{}` is not the time of a snapshot",
                    id.escape_debug()
                ))
            })?
            .into_iter()
            .find(|label| self.given.iter().all(|given| **given != **label))
            .ok_or_else(|| malformed("the listing has the same snapshot twice"))?;
        self.given.push(label.as_str().into());
        Ok(Snapshot {
            id,
            label: label.into(),
            place: LabelPlace::BeforeExtension,
        })
    }
}

/// The same request to a snapshot or to a version.
pub(super) fn query_on(request: Request, id: &str) -> Request {
    match id.strip_prefix(VERSION_MARK) {
        Some(version) => request.query("versionid", version),
        None => request.query("snapshot", id),
    }
}

/// The labels to the second, to the millisecond, and to the last digit.
fn candidates(id: &str) -> Option<[String; 3]> {
    let (date, rest) = id.split_once('T')?;
    let (time, fraction) = rest.strip_suffix('Z')?.split_once('.')?;
    let is_plain = |text: &str, separator| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == separator)
    };
    if !is_plain(date, b'-') || !is_plain(time, b':') || !is_plain(fraction, b'0') {
        return None;
    }
    let second = format!("{date} {}", time.replace(':', ""));
    let milli = format!("{second} {}", fraction.get(..3)?);
    let all = format!("{second} {fraction}");
    Some([second, milli, all])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_snapshots_of_the_same_second_get_more_than_it() {
        let mut labels = Labels::default();
        let mut label = |blob, id: &str| labels.label(blob, id.into()).unwrap().label;
        assert_eq!(
            &*label("a", "2011-03-09T01:42:34.9360000Z"),
            "2011-03-09 014234"
        );
        assert_eq!(
            &*label("a", "2011-03-09T01:42:34.9370000Z"),
            "2011-03-09 014234 937"
        );
        assert_eq!(
            &*label("a", "2011-03-09T01:42:34.9370001Z"),
            "2011-03-09 014234 9370001"
        );
        assert_eq!(
            &*label("a", "2011-03-09T01:42:35.9370000Z"),
            "2011-03-09 014235"
        );
        assert_eq!(
            &*label("b", "2011-03-09T01:42:34.9360000Z"),
            "2011-03-09 014234"
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for id in [
            "",
            "yesterday",
            "2011-03-09T../../x.0000000Z",
            "2011-03-09T01:42:34.9Z",
        ] {
            assert!(Labels::default().label("a", id.into()).is_err(), "{id}");
        }
    }
}
