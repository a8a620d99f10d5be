//! Paths that are no files: standard streams, pipes and devices.
//!
//! A pipe as a source is read like standard input, and a disk like a file. `/dev/null` as a
//! destination discards everything. Any other special file is refused here, before anything is
//! opened.

use std::path::Path;

use azring_core::Side;
use azring_core::location::{Discard, Location};

use super::ends::EndParameters;
use super::pipe;
use crate::environment::Environment;
use crate::file_kind::FileKind;
use crate::parameter as row;
use crate::parsed::{ParsedArgs, local};
use crate::usage_error::UsageError;

/// The names of standard input.
const INPUT: &[&str] = &["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// The names of standard output.
const OUTPUT: &[&str] = &["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// The location of a special path; `None` for a file or a folder.
pub(super) fn location(
    args: &ParsedArgs,
    end: &EndParameters,
    path: &Path,
    environment: &Environment,
) -> Result<Option<Location>, UsageError> {
    let is_one_of = |names: &[&str]| names.iter().any(|name| path == Path::new(name));
    let kind = (environment.file_kind)(path);
    match end.side {
        Side::Source if is_one_of(INPUT) || kind == FileKind::Pipe => {
            pipe::location(args, end).map(Some)
        }
        Side::Source => match kind {
            FileKind::CharacterDevice => Err(refused(
                end,
                args,
                path,
                "an endless device: copy a part of it through a pipe, for example `head -c 1G DEVICE | azring ...`",
            )),
            FileKind::Socket => Err(refused(end, args, path, "a socket, which cannot be read")),
            FileKind::Ordinary | FileKind::Pipe | FileKind::BlockDevice => Ok(None),
        },
        Side::Target if is_one_of(OUTPUT) => pipe::location(args, end).map(Some),
        Side::Target if path == Path::new("/dev/null") => {
            Ok(Some(Location::Discard(Discard { compares: false })))
        }
        Side::Target => match kind {
            FileKind::Pipe => Err(refused(
                end,
                args,
                path,
                "a pipe: give `-`, which is standard output, and redirect that",
            )),
            FileKind::BlockDevice => Err(refused(
                end,
                args,
                path,
                "a disk, which is never overwritten: give `-`, which is standard output, and redirect that",
            )),
            FileKind::CharacterDevice | FileKind::Socket => Err(refused(
                end,
                args,
                path,
                "a device or a socket: a destination is a folder or a file (`/dev/null` discards the data, to measure)",
            )),
            FileKind::Ordinary => Ok(None),
        },
    }
}

fn refused(end: &EndParameters, args: &ParsedArgs, path: &Path, what: &str) -> UsageError {
    UsageError::meaning(format!(
        "`{}`: `{}` is {what}",
        end.place.spelled(args.dialect()),
        path.display()
    ))
}

/// Whether the source is a disk, which becomes a page blob by default.
pub(super) fn is_disk(source: &Location, environment: &Environment) -> bool {
    matches!(source, Location::Local(path) if (environment.file_kind)(path) == FileKind::BlockDevice)
}

/// Opens the pipe that the source names as standard input. Waits until a program writes to it.
pub(crate) fn attach_source(args: &ParsedArgs, source: &Location) -> Result<(), UsageError> {
    if !matches!(source, Location::Pipe) || args.raw(&row::SOURCE).is_none_or(|raw| raw == "-") {
        return Ok(());
    }
    let Some(path) = local(args, &row::SOURCE)? else {
        return Ok(());
    };
    if INPUT.iter().any(|name| path == Path::new(name)) {
        return Ok(());
    }
    let opened = std::fs::File::open(&path).and_then(|file| {
        rustix::stdio::dup2_stdin(&file)?;
        Ok(())
    });
    opened.map_err(|error| {
        UsageError::meaning(format!(
            "`{}`: cannot open `{}`: {}",
            row::SOURCE.spelled(args.dialect()),
            path.display(),
            crate::usage_error::reason(&error)
        ))
    })
}
