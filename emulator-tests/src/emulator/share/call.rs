//! A call of the File service.

use std::sync::Arc;

use super::names;
use super::operations::ShareOperations;
use super::storage::FileShare;
use crate::emulator::behaviour::FileMode;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::Call;
use crate::emulator::service::names::invalid_name;

/// An authorized request of the File service.
pub type ShareCall<'a> = Call<'a, ShareOperations>;

impl ShareCall<'_> {
    /// The share addressed, or 404.
    pub fn share(&self) -> ServiceResult<Arc<FileShare>> {
        self.storage.share(self.target.share())
    }

    /// The time of the snapshot addressed.
    pub fn snapshot(&self) -> Option<&str> {
        self.query.filled("sharesnapshot")
    }

    /// Whether what the real service refuses is let pass for the sake of foreign clients.
    pub fn is_lenient(&self) -> bool {
        self.behaviour.file_mode == FileMode::Peer
    }

    /// The parts of the path addressed, checked.
    pub fn path(&self) -> ServiceResult<Vec<String>> {
        let keeps_dots = self.keeps_dots("x-ms-allow-trailing-dot")?;
        path_of(&self.target.parts, keeps_dots)
    }

    /// Whether a header keeps the dots at the end of names. Versions before 2022-11-02 remove them.
    pub fn keeps_dots(&self, name: &'static str) -> ServiceResult<bool> {
        Ok(self.version.since(2022, 11, 2) && self.flag(name)?)
    }

    /// A header that is `true` or `false`; absent means `false`.
    pub fn flag(&self, name: &'static str) -> ServiceResult<bool> {
        match self.head.header(name) {
            None | Some("") => Ok(false),
            Some(value) if value.eq_ignore_ascii_case("true") => Ok(true),
            Some(value) if value.eq_ignore_ascii_case("false") => Ok(false),
            Some(value) => Err(Refusal::invalid_header(name, value)),
        }
    }
}

/// The parts of a path as they are stored: without dots at the end of each unless they are kept.
pub fn path_of(parts: &[String], keeps_dots: bool) -> ServiceResult<Vec<String>> {
    let stored = |part: &String| {
        let is_relative = part == "." || part == "..";
        if keeps_dots || is_relative {
            part.clone()
        } else {
            part.trim_end_matches('.').to_owned()
        }
    };
    let parts: Vec<String> = parts.iter().map(stored).collect();
    names::check_path(&parts)?;
    if parts.iter().any(String::is_empty) {
        // A name of dots only.
        return Err(invalid_name());
    }
    Ok(parts)
}
