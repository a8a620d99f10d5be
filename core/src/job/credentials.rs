//! Whether the signatures at both ends can serve for this run, asked before the first request.

use jiff::Timestamp;

use crate::location::{Location, SasAccess};
use crate::options::Options;
use crate::{Error, Result, Side};

/// Fails with [`Error::Credential`] when a signature certainly cannot serve.
///
/// What only the service can know (a stored access policy, a revoked key) is not a failure here.
pub(super) fn check(options: &Options) -> Result<()> {
    let now = Timestamp::now();
    check_place(&options.source, &source_needs(options), now)
        .map_err(|error| error.at(Side::Source))?;
    check_place(&options.target, &target_needs(options), now)
        .map_err(|error| error.at(Side::Target))
}

fn check_place(place: &Location, needs: &[SasAccess], now: Timestamp) -> Result<()> {
    place.sas_fault(needs, now).map_or(Ok(()), |fault| {
        Err(Error::Credential(format!(
            "the shared access signature {fault}"
        )))
    })
}

/// A URL that may name a single object is asked about that object first, and perhaps never listed.
fn source_needs(options: &Options) -> Vec<SasAccess> {
    let selection = &options.selection;
    let may_be_object =
        options.source.may_be_object() && selection.pattern.is_none() && !selection.recursive;
    let is_listed = !may_be_object && !matches!(options.target, Location::Pipe);
    let mut needs = Vec::new();
    if is_listed {
        needs.push(SasAccess::List);
    }
    if !options.preview {
        needs.push(SasAccess::Read);
    }
    needs
}

fn target_needs(options: &Options) -> Vec<SasAccess> {
    if options.preview {
        return Vec::new();
    }
    let mut needs = vec![options.upload.write_access()];
    if !options.conflict.is_blind() {
        needs.push(SasAccess::Look);
    }
    needs
}
