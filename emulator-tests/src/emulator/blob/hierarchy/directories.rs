//! The directories of a hierarchical account. Each is stored as an empty blob with the mark
//! `hdi_isfolder`, which its metadata has for clients too.

use std::ops::Bound;
use std::sync::Arc;

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::state::{Blob, Content, Slot};
use crate::emulator::blob::storage::ContainerState;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::ContentProperties;

/// The metadata of a directory.
const MARK: &str = "hdi_isfolder";

/// Whether a blob of a hierarchical account is a directory.
pub fn is_directory(blob: &Blob) -> bool {
    let is_mark = |(name, value): &(String, String)| {
        name.eq_ignore_ascii_case(MARK) && value.eq_ignore_ascii_case("true")
    };
    matches!(blob.content, Content::Block(_))
        && blob.content.length() == 0
        && blob.metadata.iter().any(is_mark)
}

/// `file` or `directory`, which versions from 2020-10-02 on show of each object of a hierarchical account.
pub fn resource_type(call: &BlobCall<'_>, blob: &Blob) -> Option<&'static str> {
    let is_shown = call.account.is_hierarchical && call.version.since(2020, 10, 2);
    is_shown.then(|| {
        if is_directory(blob) {
            "directory"
        } else {
            "file"
        }
    })
}

/// New metadata of a blob: a directory stays one.
pub fn with_mark(
    call: &BlobCall<'_>,
    blob: &Blob,
    mut metadata: Vec<(String, String)>,
) -> Vec<(String, String)> {
    if call.account.is_hierarchical && is_directory(blob) {
        metadata.retain(|(name, _)| !name.eq_ignore_ascii_case(MARK));
        metadata.push((MARK.to_owned(), "true".to_owned()));
    }
    metadata
}

/// Makes the directories above the addressed blob, before `blob` (or a block of one) is stored there.
///
/// Refuses a file in the place of a directory, and the reverse. What code the service answers then is not
/// documented for its Blob API; this one is that of other conflicts of types.
pub fn make_parents(
    call: &BlobCall<'_>,
    state: &mut ContainerState,
    blob: Option<&Blob>,
) -> ServiceResult<()> {
    if !call.account.is_hierarchical {
        return Ok(());
    }
    let name = call.target.blob();
    let base = |state: &ContainerState, name: &str| {
        let base = state.blobs.get(name).and_then(|slot| slot.base.as_ref());
        base.map(is_directory)
    };
    let becomes_directory = blob.is_some_and(is_directory);
    let is_other = base(state, name).is_some_and(|is_one| is_one != becomes_directory);
    let has_file_above = above(name).any(|above| base(state, above) == Some(false));
    if is_other || has_file_above {
        return Err(Refusal::new(
            409,
            "ResourceTypeMismatch",
            "The specified resource type does not match the type of the existing resource.",
        ));
    }
    make_missing(state, name, call.now);
    Ok(())
}

/// Makes the missing directories above a name.
pub fn make_missing(state: &mut ContainerState, name: &str, now: Moment) {
    for above in above(name) {
        let is_there = (state.blobs.get(above)).is_some_and(|slot| slot.base.is_some());
        if !is_there {
            state.slot(above).base = Some(directory(now));
        }
    }
}

/// Refuses to delete a directory that has anything.
pub fn check_empty(call: &BlobCall<'_>, state: &ContainerState) -> ServiceResult<()> {
    if !call.account.is_hierarchical {
        return Ok(());
    }
    let within = format!("{}/", call.target.blob());
    let from = Bound::Included(within.clone());
    let mut slots = state.blobs.range::<String, _>((from, Bound::Unbounded));
    let is_filled = |slot: &Slot| slot.base.is_some() || slot.staged.is_some();
    let mut below = slots
        .by_ref()
        .take_while(|(name, _)| name.starts_with(&within));
    if below.any(|(_, slot)| is_filled(slot)) {
        return Err(Refusal::new(
            409,
            "DirectoryIsNotEmpty",
            "This operation is not permitted on a non-empty directory.",
        ));
    }
    Ok(())
}

/// The refusal of a call that is not for directories.
pub fn not_on_directory() -> Refusal {
    Refusal::new(
        400,
        "OperationNotSupportedOnDirectory",
        "The requested operation is not supported on a directory.",
    )
}

/// The names of the directories above a name, the highest first.
fn above(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').map(|(at, _)| &name[..at])
}

fn directory(now: Moment) -> Blob {
    let properties = ContentProperties {
        content_type: "application/octet-stream".to_owned(),
        ..ContentProperties::default()
    };
    let mark = (MARK.to_owned(), "true".to_owned());
    Blob::new(Content::Block(Arc::default()), properties, vec![mark], now)
}
