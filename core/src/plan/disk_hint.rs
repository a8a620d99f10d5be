//! The disk of a virtual machine that becomes a block blob, as with AzCopy, although no machine can start from that: told
//! once, for the first one.

use std::cell::Cell;

use crate::entry::EntryName;
use crate::location::Location;
use crate::options::Options;

/// Says it when the first disk comes by.
#[derive(Debug)]
pub(super) struct DiskHint {
    is_due: Cell<bool>,
}

impl DiskHint {
    /// It is due only where files are uploaded and nobody said what they become.
    pub(super) fn new(options: &Options) -> Self {
        let is_upload = matches!(
            (&options.source, &options.target),
            (Location::Local(_), Location::Blob(_))
        );
        Self {
            is_due: Cell::new(is_upload && options.shape.blob_type.is_none()),
        }
    }

    /// What is to be told about this object, if anything.
    pub(super) fn about(&self, name: &EntryName) -> Option<String> {
        let is_disk = name
            .as_bytes()
            .last_chunk::<4>()
            .is_some_and(|end| end.eq_ignore_ascii_case(b".vhd"));
        (is_disk && self.is_due.replace(false)).then(|| {
            format!(
                "`{name}` becomes a block blob, as no blob type was given: the disk of a virtual machine in Azure must be a \
                 page blob"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_disk_is_told_of() {
        let hint = DiskHint {
            is_due: Cell::new(true),
        };
        let about = |name: &str| hint.about(&name.into()).is_some();
        assert!(!about("a.txt") && !about("vhd") && !about("a.vhdx"));
        assert!(about("d/Disk.VHD"));
        assert!(!about("other.vhd"));
    }
}
