//! Versions of blobs: one of them as an entry, and how the name of its copy is labelled.
//!
//! <https://learn.microsoft.com/azure/storage/blobs/versioning-overview>

use super::request::head_blob;
use super::single::{entry, read_found};
use super::snapshot::query_on;
use crate::Result;
use crate::entry::{Entry, LabelPlace, Snapshot, VERSION_MARK};
use crate::location::BlobLocation;
use crate::store::Tools;
use crate::store::rest::missing::send_or_missing;

/// The version of this id, as part of an entry. `2023-11-14T09:15:30.1234567Z` is labelled
/// `2023-11-14 091530 1234567`, or `2023-11-14T09-15-30.1234567Z` before the name, as AzCopy 10 does.
pub(super) fn snapshot(version: &str, place: LabelPlace) -> Snapshot {
    let label = match place {
        LabelPlace::BeforeExtension => {
            let time = version.trim_end_matches('Z').replace(':', "");
            time.replace(['T', '.'], " ")
        }
        LabelPlace::BeforeName => version.replace(':', "-"),
        LabelPlace::Nowhere => String::new(),
    };
    Snapshot {
        id: format!("{VERSION_MARK}{version}").into(),
        label: label.into(),
        place,
    }
}

/// The version of this id of the blob of this full name, as an entry of this name. `None` where it does not exist.
pub(super) async fn find(
    tools: &Tools,
    place: &BlobLocation,
    (full_name, name): (&str, &str),
    version: &str,
    label: LabelPlace,
) -> Result<Option<Entry>> {
    let snapshot = snapshot(version, label);
    let request = query_on(head_blob::request(place, full_name), &snapshot.id);
    let Some(reply) = send_or_missing(tools, &request).await? else {
        return Ok(None);
    };
    let (properties, carried) = read_found(&reply)?;
    Ok(Some(Entry {
        snapshot: Some(Box::new(snapshot)),
        ..entry(name, properties, carried)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_of_a_version_has_all_digits_of_its_time() {
        let version = "2023-11-14T09:15:30.1234567Z";
        let label = |place| snapshot(version, place).label.to_string();
        assert_eq!(
            label(LabelPlace::BeforeExtension),
            "2023-11-14 091530 1234567"
        );
        assert_eq!(
            label(LabelPlace::BeforeName),
            "2023-11-14T09-15-30.1234567Z"
        );
        assert_eq!(label(LabelPlace::Nowhere), "");
    }
}
