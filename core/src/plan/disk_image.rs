//! What a file's first and last bytes say about the virtual disk in it, and why Azure would refuse
//! that disk.
//!
//! A disk of Azure is a page blob that holds a fixed VHD: the disk's bytes, whole MiB of them, and
//! a footer of 512 bytes
//! (<https://learn.microsoft.com/azure/virtual-machines/windows/prepare-for-upload-vhd-image>). The
//! upload itself would succeed with any other image, and the disk would be refused days later.

use std::fmt;

const SECTOR_BYTES: u64 = 512;
const MIB: u64 = 1 << 20;
/// The largest managed disk, 32,767 GiB.
const DISK_BYTES_MAX: u64 = 32_767 << 30;

/// The first and the last 512 bytes of a file; all of it if it is shorter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edges {
    /// The first bytes.
    pub first: Vec<u8>,
    /// The last bytes.
    pub last: Vec<u8>,
}

/// Why Azure would refuse the image as a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskFlaw {
    /// It is a VHDX.
    Vhdx,
    /// It is a VHD that grows (type 3).
    Dynamic,
    /// It is a VHD that holds the differences to another (type 4).
    Differencing,
    /// The disk is not a whole number of MiB; its size in bytes.
    Uneven(u64),
    /// The disk is larger than any of Azure's; its size in bytes.
    TooLarge(u64),
    /// Its name is that of a VHD, and it has no footer.
    NoFooter,
}

impl DiskFlaw {
    /// Looks for a flaw in a file of `bytes`. `is_named_vhd`: its name is that of a VHD.
    ///
    /// The footer is described in the Virtual Hard Disk Image Format Specification: the cookie
    /// `conectix`, and the disk type, big-endian, at offset 60.
    pub fn of(edges: &Edges, bytes: u64, is_named_vhd: bool) -> Option<Self> {
        if edges.first.starts_with(b"vhdxfile") {
            return Some(Self::Vhdx);
        }
        let footer = [&edges.last, &edges.first]
            .into_iter()
            .find(|edge| edge.starts_with(b"conectix"));
        let Some(footer) = footer else {
            return is_named_vhd.then_some(Self::NoFooter);
        };
        let kind = footer
            .get(60..64)
            .map(|kind| [kind[0], kind[1], kind[2], kind[3]]);
        let disk_bytes = bytes.saturating_sub(SECTOR_BYTES);
        match kind.map(u32::from_be_bytes) {
            Some(3) => Some(Self::Dynamic),
            Some(4) => Some(Self::Differencing),
            _ if !disk_bytes.is_multiple_of(MIB) => Some(Self::Uneven(disk_bytes)),
            _ if disk_bytes > DISK_BYTES_MAX => Some(Self::TooLarge(disk_bytes)),
            _ => None,
        }
    }
}

impl fmt::Display for DiskFlaw {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vhdx => out.write_str(
                "it is a VHDX, and Azure takes fixed VHDs only: convert it (`qemu-img convert -O vpc -o subformat=fixed,force_size`)",
            ),
            Self::Dynamic => out.write_str(
                "it is a dynamic VHD, and Azure takes fixed ones only: convert it (`qemu-img convert -O vpc -o subformat=fixed,force_size`)",
            ),
            Self::Differencing => out.write_str(
                "it is a differencing VHD, which is useless without its parent: merge the two into a fixed VHD",
            ),
            Self::Uneven(bytes) => write!(
                out,
                "its disk has {bytes} bytes, and Azure takes whole MiB only: enlarge it to {} MiB",
                bytes.div_ceil(MIB)
            ),
            Self::TooLarge(bytes) => write!(
                out,
                "its disk has {bytes} bytes, and the largest one of Azure has {DISK_BYTES_MAX}"
            ),
            Self::NoFooter => out.write_str("it has the name of a VHD, but no VHD footer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vhd(kind: u32) -> Vec<u8> {
        let mut footer = vec![0; 512];
        footer[..8].copy_from_slice(b"conectix");
        footer[60..64].copy_from_slice(&kind.to_be_bytes());
        footer
    }

    #[test]
    fn each_flaw_is_found_by_the_edges_and_the_size() {
        let fixed = Edges {
            first: vec![0; 512],
            last: vhd(2),
        };
        let of = |edges: &Edges, bytes| DiskFlaw::of(edges, bytes, true);
        assert_eq!(of(&fixed, 4 * MIB + 512), None);
        assert_eq!(
            of(&fixed, 4 * MIB + 1024),
            Some(DiskFlaw::Uneven(4 * MIB + 512))
        );
        let largest = DISK_BYTES_MAX + 512;
        assert_eq!(of(&fixed, largest), None);
        assert!(matches!(
            of(&fixed, largest + MIB),
            Some(DiskFlaw::TooLarge(_))
        ));
        for (kind, flaw) in [(3, DiskFlaw::Dynamic), (4, DiskFlaw::Differencing)] {
            // A dynamic VHD has a copy of its footer in front, which counts where the last one is
            // damaged.
            let edges = Edges {
                first: vhd(kind),
                last: vec![0; 512],
            };
            assert_eq!(of(&edges, 2 * MIB), Some(flaw));
        }
        let vhdx = Edges {
            first: b"vhdxfile and more".to_vec(),
            last: vec![0; 512],
        };
        assert_eq!(of(&vhdx, 4 * MIB), Some(DiskFlaw::Vhdx));
        let raw = Edges::default();
        assert_eq!(of(&raw, 512), Some(DiskFlaw::NoFooter));
        assert_eq!(DiskFlaw::of(&raw, 512, false), None);
    }
}
