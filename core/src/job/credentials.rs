//! Whether the signatures at both ends can serve for what the run is to do, asked before the first request.

use jiff::Timestamp;

use crate::location::{BlobLocation, Location, SasAccess, SasGrant};
use crate::options::Options;
use crate::{Error, Result, Side};

/// Fails with [`Error::Credential`] when a signature certainly cannot serve. What only the service can know (a stored
/// access policy, a revoked key) passes.
pub(super) fn check(options: &Options) -> Result<()> {
    let now = Timestamp::now();
    if let Location::Blob(place) = &options.source {
        check_place(place, &source_needs(options, place), now)
            .map_err(|error| error.at(Side::Source))?;
    }
    if let Location::Blob(place) = &options.target {
        check_place(place, &target_needs(options), now).map_err(|error| error.at(Side::Target))?;
    }
    Ok(())
}

fn check_place(place: &BlobLocation, needs: &[SasAccess], now: Timestamp) -> Result<()> {
    let fault = SasGrant::of(place.account()).and_then(|grant| grant.fault(place, needs, now));
    fault.map_or(Ok(()), |fault| {
        Err(Error::Credential(format!(
            "the shared access signature {fault}"
        )))
    })
}

/// A URL that may be a single blob is looked at first, and perhaps never listed.
fn source_needs(options: &Options, place: &BlobLocation) -> Vec<SasAccess> {
    let selection = &options.selection;
    let may_be_blob = !place.directory.is_empty()
        && !place.is_directory
        && selection.pattern.is_none()
        && !selection.recursive;
    let is_listed = !may_be_blob && !matches!(options.target, Location::Pipe);
    let mut needs = Vec::new();
    if is_listed {
        needs.push(SasAccess::List);
    }
    if !options.preview {
        needs.push(SasAccess::Read);
    }
    needs
}

/// What a blob becomes that the user gave no type for follows from the source: it is not known yet.
fn target_needs(options: &Options) -> Vec<SasAccess> {
    if options.preview {
        return Vec::new();
    }
    let mut needs = vec![options.shape.write_access()];
    if !options.conflict.is_blind() {
        needs.push(SasAccess::Look);
    }
    needs
}
