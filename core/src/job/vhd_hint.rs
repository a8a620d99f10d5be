//! Hints about disks of virtual machines, before their upload starts.
//!
//! There are two: a disk becomes a block blob, as with AzCopy, although no machine can start from
//! that (reported once, for the first disk); and an image becomes a page blob that Azure will
//! refuse as a disk.

use std::cell::Cell;

use crate::entry::{Entry, EntryName, Layout};
use crate::options::Options;
use crate::plan::disk_image::DiskFlaw;
use crate::plan::route::Route;

/// Reports the first disk that is uploaded as a block blob.
#[derive(Debug)]
pub(super) struct VhdHint {
    is_upload: bool,
    /// Disks become page blobs by their names.
    as_pages: bool,
    is_due: Cell<bool>,
}

impl VhdHint {
    /// The hint is due where files are uploaded and the user chose no blob type.
    pub(super) fn new(options: &Options, route: Route) -> Self {
        let is_upload = route.reads_files && route.writes_blobs;
        Self {
            is_upload,
            as_pages: is_upload
                && options.upload.disks_as_pages
                && options.upload.blob_type.is_none(),
            is_due: Cell::new(
                is_upload && options.upload.blob_type.is_none() && !options.upload.disks_as_pages,
            ),
        }
    }

    /// The entry as what it becomes: a disk may become a page blob by its name.
    pub(super) fn with_layout(&self, entry: Entry) -> Entry {
        let is_disk = self.as_pages && entry.kind == Layout::Plain && is_disk_by_name(&entry.name);
        Entry {
            kind: if is_disk { Layout::Pages } else { entry.kind },
            ..entry
        }
    }

    /// The hint about this object, if one is due.
    pub(super) fn about(&self, name: &EntryName) -> Option<String> {
        (is_named_vhd(name) && self.is_due.replace(false)).then(|| {
            format!(
                "`{name}` becomes a block blob, as no blob type was given: the disk of a virtual machine in Azure must be a \
                 page blob"
            )
        })
    }

    /// Whether the edges of images that become page blobs are read.
    pub(super) fn inspects_images(&self) -> bool {
        self.is_upload
    }
}

/// The notice about an image that Azure will refuse as a disk.
pub(super) fn about_flaw(name: &EntryName, flaw: DiskFlaw) -> String {
    format!("`{name}` becomes a page blob, but Azure will refuse it as a disk: {flaw}")
}

/// Whether the name is that of a VHD.
pub(super) fn is_named_vhd(name: &EntryName) -> bool {
    let end = name.as_bytes().last_chunk::<4>();
    end.is_some_and(|end| end.eq_ignore_ascii_case(b".vhd"))
}

/// Whether AzCopy 10 takes the name for that of a disk.
fn is_disk_by_name(name: &EntryName) -> bool {
    let end = name.as_bytes().last_chunk::<5>();
    is_named_vhd(name) || end.is_some_and(|end| end.eq_ignore_ascii_case(b".vhdx"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_disk_is_reported() {
        let hint = VhdHint {
            is_upload: true,
            as_pages: false,
            is_due: Cell::new(true),
        };
        let about = |name: &str| hint.about(&name.into()).is_some();
        assert!(!about("a.txt") && !about("vhd") && !about("a.vhdx"));
        assert!(about("d/Disk.VHD"));
        assert!(!about("other.vhd"));
    }
}
