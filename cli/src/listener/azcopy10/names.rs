//! The full names of objects at both ends, as a dry run of AzCopy 10 shows them.

use azring_core::entry::EntryName;
use azring_core::location::Location;
use azring_core::options::Options;
use azring_core::plan::subdirectory::subdirectory;

use super::JobKind;

/// The two ends of a job, without credentials.
pub(super) struct FullNames {
    source: Location,
    target: Location,
    /// The target of a folder that is copied with its name.
    folder: Location,
    kind: JobKind,
}

impl FullNames {
    pub(super) fn new(options: &Options, kind: JobKind) -> Self {
        let (source, target) = (options.source.clone(), options.target.clone());
        let nested = options
            .as_subdir
            .then(|| subdirectory(&source, &target).ok());
        Self {
            folder: nested.flatten().unwrap_or_else(|| target.clone()),
            source,
            target,
            kind,
        }
    }

    /// An object at the source, and at the target.
    pub(super) fn of(&self, name: &EntryName) -> (String, String) {
        if self.is_single(name) {
            return (whole(&self.source), self.single_target(name));
        }
        (below(&self.source, name), below(&self.folder, name))
    }

    /// An object that is removed: of the target of a sync, or of the place of a removal.
    pub(super) fn removed(&self, name: &EntryName) -> String {
        match self.kind {
            JobKind::Sync => below(&self.target, name),
            JobKind::Copy | JobKind::Remove | JobKind::SetProperties if self.is_single(name) => {
                whole(&self.source)
            }
            JobKind::Copy | JobKind::Remove | JobKind::SetProperties => below(&self.source, name),
        }
    }

    /// Whether the source may be this very object: its last part is the name.
    fn is_single(&self, name: &EntryName) -> bool {
        if let Location::Local(path) = &self.source {
            let last = path.file_name();
            return path.is_file()
                && last.is_some_and(|last| last.as_encoded_bytes() == name.as_bytes());
        }
        self.source.in_service().is_some_and(|place| {
            let last = place.directory.rsplit('/').next();
            place.may_be_object() && last.is_some_and(|last| last.as_bytes() == name.as_bytes())
        })
    }

    fn single_target(&self, name: &EntryName) -> String {
        let is_folder = if let Location::Local(path) = &self.target {
            path.is_dir()
        } else {
            let place = self.target.in_service();
            place.is_some_and(|place| !place.may_be_object())
        };
        if is_folder {
            below(&self.target, name)
        } else {
            whole(&self.target)
        }
    }
}

/// The location with its whole path.
fn whole(location: &Location) -> String {
    if let Location::Local(path) = location {
        let whole = std::path::absolute(path);
        return whole.as_deref().unwrap_or(path).display().to_string();
    }
    location.to_string()
}

/// The object of this name in the location.
fn below(location: &Location, name: &EntryName) -> String {
    if let (Some(place), Some(name)) = (location.in_service(), name.as_str()) {
        return place.object_url(&place.full_name(name));
    }
    let folder = whole(location);
    format!("{}/{name}", folder.trim_end_matches('/'))
}
