//! The file by which a program proves to the agent of Azure Arc that it may have tokens.
//! <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>
//!
//! The agent's first answer names the file. A hostile listener in the agent's place could name any
//! file, so only those of the agent's own folder are read.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use hyper::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use rustix::fs::{Mode, OFlags};
use zeroize::Zeroizing;

use crate::{Error, Kind, Result};

/// The folder of the agent's files.
pub(super) const FOLDER: &str = "/var/opt/azcmagent/tokens";

/// The largest file of the agent, in bytes.
const KEY_BYTES_MAX: u64 = 4096;

/// The value of `Authorization` for the second request: what the file says that the first answer
/// names.
///
/// Fails with [`Kind::Login`] where the file is not one of the agent's.
pub(super) fn read(headers: &HeaderMap, folder: &Path) -> Result<HeaderValue> {
    let refused = |reason: String| Error::new(Kind::Login, reason);
    let path = named_file(headers, folder).map_err(refused)?;
    let cannot = |error: &std::io::Error| {
        let message = format!(
            "cannot read `{}`, which the agent of Azure Arc names: {}; the user must be a member of the group `himds`",
            path.display(),
            crate::error::plain_reason(error)
        );
        Error::new(Kind::Login, message)
    };
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file =
        rustix::fs::open(&path, flags, Mode::empty()).map_err(|error| cannot(&error.into()))?;
    let file = File::from(file);
    let is_small_file = file
        .metadata()
        .is_ok_and(|found| found.is_file() && found.len() <= KEY_BYTES_MAX);
    if !is_small_file {
        return Err(refused(format!(
            "`{}`, which the agent of Azure Arc names, is not a small file",
            path.display()
        )));
    }
    let mut key = Zeroizing::new(b"Basic ".to_vec());
    file.take(KEY_BYTES_MAX)
        .read_to_end(&mut key)
        .map_err(|error| cannot(&error))?;
    let mut value = HeaderValue::from_bytes(key.trim_ascii_end()).map_err(|_| {
        refused(format!(
            "`{}` does not hold a key of the agent",
            path.display()
        ))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The file that the first answer names: `Basic realm=/var/opt/azcmagent/tokens/NAME.key`.
fn named_file(headers: &HeaderMap, folder: &Path) -> std::result::Result<PathBuf, String> {
    let challenge = headers.get(WWW_AUTHENTICATE);
    let named = challenge
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once("realm="))
        .map(|(_, path)| path.trim().trim_matches('"'))
        .ok_or("the agent of Azure Arc does not name the file that proves the user's permission")?;
    let path = PathBuf::from(named);
    let is_key = path.extension().is_some_and(|ending| ending == "key");
    // `parent` does not resolve `..`, and the name has no slash.
    if path.parent() != Some(folder) || !is_key {
        return Err(format!(
            "the agent of Azure Arc names `{}`, which is not a file of its own folder `{}`: it is not read",
            named.escape_debug(),
            folder.display()
        ));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(path: &str) -> HeaderMap {
        let value = HeaderValue::try_from(format!("Basic realm={path}")).unwrap();
        [(WWW_AUTHENTICATE, value)].into_iter().collect()
    }

    #[test]
    fn only_small_files_of_the_agents_folder_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let inside = |name: &str| folder.path().join(name);
        std::fs::write(inside("a.key"), "canary\n").unwrap();
        std::fs::write(inside("large.key"), [b'x'; 5000]).unwrap();
        std::fs::write(inside("other.txt"), "x").unwrap();
        std::fs::create_dir(inside("folder.key")).unwrap();
        std::os::unix::fs::symlink("a.key", inside("link.key")).unwrap();
        let value = read(&challenge(inside("a.key").to_str().unwrap()), folder.path()).unwrap();
        assert_eq!(value, "Basic canary");
        assert!(!format!("{value:?}").contains("canary"));
        let other = tempfile::tempdir().unwrap();
        std::fs::write(other.path().join("a.key"), "x").unwrap();
        for path in [
            inside("large.key"),
            inside("other.txt"),
            inside("folder.key"),
            inside("link.key"),
            inside("missing.key"),
            other.path().join("a.key"),
            inside("x/../a.key"),
            folder.path().join("..").join("a.key"),
        ] {
            let error = read(&challenge(path.to_str().unwrap()), folder.path()).unwrap_err();
            assert_eq!(error.kind(), Kind::Login, "{}", path.display());
        }
        assert!(read(&HeaderMap::new(), folder.path()).is_err());
    }
}
