//! A path of this machine as a location.

use std::path::PathBuf;

use super::url::{shown, usage};
use super::{Access, Location, ServiceKind};
use crate::Result;

/// Reads a path of this machine. It takes no credential and no type of service.
pub(super) fn read(text: &str, access: &Access, kind: Option<ServiceKind>) -> Result<Location> {
    if text.is_empty() {
        return Err(usage("a location is empty: give a path or a URL"));
    }
    if text.contains('\0') {
        return Err(usage("a path contains a NUL character"));
    }
    if is_windows_path(text) {
        return Err(usage(format!(
            "`{}` is a Windows path: give a local path, for example `/data/myfolder`",
            shown(text)
        )));
    }
    let given = match (access, kind) {
        (Access { key: Some(_), .. }, _) => "an account key",
        (Access { sas: Some(_), .. }, _) => "a shared access signature",
        (_, Some(_)) => "the type of a service",
        _ => return Ok(Location::Local(PathBuf::from(text))),
    };
    Err(usage(format!(
        "`{}` is a local path, but {given} is given for it",
        shown(text)
    )))
}

/// A drive letter (`C:\x`, `C:`), or a share (`\\server\share`).
fn is_windows_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_drive = bytes.len() >= 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && (bytes.len() == 2 || matches!(bytes[2], b'\\' | b'/'));
    has_drive || text.starts_with("\\\\")
}
