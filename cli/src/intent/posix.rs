//! What is kept of a POSIX file system, from the parsed arguments.

use azring_core::location::Location;
use azring_core::options::{LinkForm, Links, PosixForm, PosixOptions, PropertyOptions};

use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// The most bytes of metadata that a service stores.
const METADATA_BYTES_MAX: usize = 8 << 10;

/// What becomes of symbolic links.
pub(super) fn links(args: &ParsedArgs) -> Result<Links, UsageError> {
    let form = match read::choice(args, &row::LINK_FORM)? {
        Some("rclone") => LinkForm::Suffix,
        _ => LinkForm::Metadata,
    };
    Ok(match read::choice(args, &row::LINKS)? {
        Some("skip") => Links::Skip,
        Some("follow") => Links::Follow,
        Some("keep") => Links::Keep(form),
        Some("unsafe") => Links::Unsafe(form),
        _ => Links::Files,
    })
}

/// What is kept of files and folders.
pub(super) fn posix(args: &ParsedArgs) -> Result<PosixOptions, UsageError> {
    Ok(PosixOptions {
        form: match read::choice(args, &row::POSIX)? {
            Some("amlfs") => Some(PosixForm::Lustre),
            Some("rclone") => Some(PosixForm::Rclone),
            Some(_) => Some(PosixForm::AzCopy),
            None => None,
        },
        keeps_special_bits: args.has(&row::KEEP_SPECIAL_BITS),
        folder_marks: args.has(&row::FOLDER_MARKS),
    })
}

/// Checks that metadata that is given leaves room for what is added to it.
pub(super) fn check_room(
    args: &ParsedArgs,
    given: &PropertyOptions,
    posix: PosixOptions,
) -> Result<(), UsageError> {
    let given = given.metadata.iter().flatten();
    let bytes: usize = given.map(|(name, value)| name.len() + value.len()).sum();
    let room = METADATA_BYTES_MAX - PosixForm::BYTES_MAX;
    if posix.form.is_none() || bytes <= room {
        return Ok(());
    }
    Err(UsageError::meaning(format!(
        "`{}` has {bytes} bytes: a service stores {METADATA_BYTES_MAX}, of which `{}` needs up to {}",
        row::METADATA.spelled(args.dialect()),
        row::POSIX.spelled(args.dialect()),
        PosixForm::BYTES_MAX
    )))
}

/// Refuses what has no meaning in this copy. That the ends allow the parameters was checked before.
pub(super) fn check(
    args: &ParsedArgs,
    source: &Location,
    target: &Location,
) -> Result<(), UsageError> {
    let spelled = |parameter: &Parameter| parameter.spelled(args.dialect());
    if args.has(&row::KEEP_SPECIAL_BITS) && !args.has(&row::POSIX) {
        return Err(UsageError::meaning(format!(
            "`{}` is only for downloads of blobs that restore POSIX properties: give `{}` too",
            spelled(&row::KEEP_SPECIAL_BITS),
            spelled(&row::POSIX)
        )));
    }
    if args.has(&row::FOLDER_MARKS) {
        check_marks(args, source)?;
    }
    let links = links(args)?;
    if args.has(&row::LINK_FORM) && !links.keeps() {
        return Err(UsageError::meaning(format!(
            "`{}` is only for copies that keep links: give `{}` too",
            spelled(&row::LINK_FORM),
            row::LINKS.with_value("keep", args.dialect())
        )));
    }
    if links == Links::Files {
        return Ok(());
    }
    let name = spelled(&row::LINKS);
    let has_share = [source, target]
        .iter()
        .any(|end| matches!(end, Location::Share(_)));
    if links.keeps() && has_share {
        return Err(UsageError::meaning(format!(
            "`{name}` with `keep` or `unsafe` is not supported with Azure Files: an SMB share keeps no symbolic links, and \
             azring does not make those of an NFS share. Give `skip` or `follow`"
        )));
    }
    if links.keeps() && args.has(&row::MOVE) {
        return Err(UsageError::meaning(format!(
            "`{name}` has no meaning in a move, which deletes only what can be read again: a link would be followed"
        )));
    }
    let is_local = matches!(source, Location::Local(_));
    if !links.keeps() && !is_local && !args.has(&row::SYNC) {
        return Err(UsageError::meaning(format!(
            "`{name}` of a download is `keep` or `unsafe`: a service has no links to follow or to skip"
        )));
    }
    Ok(())
}

/// Refuses marks of folders in copies that neither store nor restore any.
fn check_marks(args: &ParsedArgs, source: &Location) -> Result<(), UsageError> {
    let name = row::FOLDER_MARKS.spelled(args.dialect());
    if args.has(&row::SYNC) && !matches!(source, Location::Local(_)) {
        return Err(UsageError::meaning(format!(
            "`{name}` has a meaning only in a sync from a local folder: another sync is about objects with data"
        )));
    }
    if args.has(&row::MOVE) {
        return Err(UsageError::meaning(format!(
            "`{name}` has no meaning in a move, which deletes no folders"
        )));
    }
    let is_upload = matches!(source, Location::Local(_));
    if !is_upload && !args.has(&row::POSIX) {
        return Err(UsageError::meaning(format!(
            "`{name}` is only for downloads with `{}`: the folders of marks are always made, and without it they have \
             no properties to restore",
            row::POSIX.spelled(args.dialect())
        )));
    }
    if is_upload && !args.has(&row::S) && !args.has(&row::SYNC) {
        return Err(UsageError::meaning(format!(
            "`{name}` is only for uploads with `{}`: without it no folder is copied",
            row::S.spelled(args.dialect())
        )));
    }
    Ok(())
}
