//! Whether the signatures at both ends can serve for this run, asked before the first request.

use jiff::Timestamp;

use crate::location::{Location, SasAccess};
use crate::options::{EntityOperation, Options};
use crate::{Error, Result, Side};

/// Fails with [`Error::Credential`] when a credential is missing where the service needs one, or
/// when a signature certainly cannot serve.
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
    if place.lacks_credential() {
        let what = match place {
            Location::Table(_) => "a table",
            Location::Share(_)
            | Location::Blob(_)
            | Location::Local(_)
            | Location::Pipe
            | Location::Synthetic(_)
            | Location::Discard(_) => "a file share",
        };
        return Err(Error::Credential(format!(
            "`{place}` needs the account's key, a shared access signature or a login: {what} has no public access"
        )));
    }
    place.sas_fault(needs, now).map_or(Ok(()), |fault| {
        Err(Error::Credential(format!(
            "the shared access signature {fault}"
        )))
    })
}

/// A URL that may name a single object is asked about that object first, and perhaps never listed.
fn source_needs(options: &Options) -> Vec<SasAccess> {
    if let Location::Table(_) = options.source {
        return vec![SasAccess::ReadEntities];
    }
    let selection = &options.selection;
    let may_be_object =
        options.source.may_be_object() && selection.pattern.is_none() && !selection.recursive;
    let pattern = selection.pattern.as_deref().unwrap_or_default();
    // A pattern at a share is the name of one file.
    let is_named = matches!(options.source, Location::Share(_)) && !pattern.is_empty();
    let is_listed = !may_be_object && !is_named && !matches!(options.target, Location::Pipe);
    let mut needs = Vec::new();
    if is_listed {
        needs.push(SasAccess::List);
    }
    if !options.preview || is_named {
        needs.push(SasAccess::Read);
    }
    needs
}

fn target_needs(options: &Options) -> Vec<SasAccess> {
    let mut needs = Vec::new();
    if options.sync.is_some() {
        needs.push(SasAccess::List);
    }
    if options.preview {
        return needs;
    }
    if let Location::Table(_) = options.target {
        return vec![match options.table.entity_operation {
            EntityOperation::InsertOrSkip => SasAccess::AddEntities,
            EntityOperation::InsertOrMerge | EntityOperation::InsertOrReplace => {
                SasAccess::WriteEntities
            }
        }];
    }
    needs.push(options.upload.write_access(&options.target));
    // A sync sees in the listing what the target has.
    if !options.conflict.is_blind() && options.sync.is_none() {
        needs.push(SasAccess::Look);
    }
    needs
}
