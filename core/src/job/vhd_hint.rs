//! Hints about disks of virtual machines, before their upload starts: a disk that becomes a block blob, as with AzCopy,
//! although no resources can start from that (told once, for the first one), and an image that becomes a page blob and that
//! Azure will refuse as a disk.

use std::cell::Cell;

use crate::entry::EntryName;
use crate::options::Options;
use crate::plan::disk_image::DiskFlaw;
use crate::plan::route::Route;

/// Says it when a disk comes by.
#[derive(Debug)]
pub(super) struct VhdHint {
    is_upload: bool,
    is_due: Cell<bool>,
}

impl VhdHint {
    /// It is due only where files are uploaded and nobody said what they become.
    pub(super) fn new(options: &Options, route: &Route) -> Self {
        let is_upload = route.reads_files && route.writes_blobs;
        Self {
            is_upload,
            is_due: Cell::new(is_upload && options.shape.blob_type.is_none()),
        }
    }

    /// What is to be told about this object, if anything.
    pub(super) fn about(&self, name: &EntryName) -> Option<String> {
        (is_named_vhd(name) && self.is_due.replace(false)).then(|| {
            format!(
                "`{name}` becomes a block blob, as no blob type was given: the disk of a virtual machine in Azure must be a \
                 page blob"
            )
        })
    }

    /// Whether an object that becomes a page blob is to be looked into.
    pub(super) fn inspects_images(&self) -> bool {
        self.is_upload
    }
}

/// What is to be told about an image that Azure will refuse as a disk.
pub(super) fn about_flaw(name: &EntryName, flaw: DiskFlaw) -> String {
    format!("`{name}` becomes a page blob, but Azure will refuse it as a disk: {flaw}")
}

/// Whether the name says that it is a VHD.
pub(super) fn is_named_vhd(name: &EntryName) -> bool {
    let end = name.as_bytes().last_chunk::<4>();
    end.is_some_and(|end| end.eq_ignore_ascii_case(b".vhd"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_disk_is_told_of() {
        let hint = VhdHint {
            is_upload: true,
            is_due: Cell::new(true),
        };
        let about = |name: &str| hint.about(&name.into()).is_some();
        assert!(!about("a.txt") && !about("vhd") && !about("a.vhdx"));
        assert!(about("d/Disk.VHD"));
        assert!(!about("other.vhd"));
    }
}
