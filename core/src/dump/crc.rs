//! Checksums of data files.
//!
//! azring names a data file by the CRC-64/NVME of its bytes. Which polynomial AzCopy 7.3 used, and
//! over which part of the file, is not published. An import therefore computes several
//! ([`CrcProbe`]) and says which of them the name has.

use crc_fast::{CrcAlgorithm, CrcParams, Digest};

use super::name::NamedCrc;

/// The checksum of a data file that is being written.
pub struct DataCrc(Digest);

impl DataCrc {
    /// The checksum of nothing.
    pub fn new() -> Self {
        Self(Digest::new(CrcAlgorithm::Crc64Nvme))
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of all bytes so far.
    pub fn value(&self) -> u64 {
        self.0.finalize()
    }
}

impl Default for DataCrc {
    fn default() -> Self {
        Self::new()
    }
}

/// The checksum in a manifest: the exclusive or of the checksums of all data files.
pub fn combined(crcs: impl IntoIterator<Item = u64>) -> u64 {
    crcs.into_iter().fold(0, |all, crc| all ^ crc)
}

/// Which bytes of a data file a checksum covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrcCoverage {
    /// All bytes of the file.
    File,
    /// The bytes between the brackets of the array.
    Array,
    /// The entities one after the other, without what is between them.
    Entities,
}

/// The names of the polynomials, for messages.
const NAMES_64: [&str; 6] = [
    "CRC-64/NVME",
    "CRC-64/XZ",
    "CRC-64/GO-ISO",
    "CRC-64/ISO from 0",
    "CRC-64/Jones from 0",
    "CRC-64/NVME from 0",
];

const NVME: u64 = 0xad93_d235_94c9_3659;
const ISO: u64 = 0x0000_0000_0000_001b;
const JONES: u64 = 0xad93_d235_94c9_35a9;

fn digests_64() -> [Digest; 6] {
    let from_zero = |name, poly, check| {
        let params = CrcParams::new(name, 64, poly, 0, true, 0, check);
        Digest::new_with_params(params)
    };
    [
        Digest::new(CrcAlgorithm::Crc64Nvme),
        Digest::new(CrcAlgorithm::Crc64Xz),
        Digest::new(CrcAlgorithm::Crc64GoIso),
        from_zero("CRC-64/ISO-0", ISO, 0x46A5_A938_8A5B_EFFE),
        from_zero("CRC-64/JONES-0", JONES, 0xE9C6_D914_C4B8_D9CA),
        from_zero("CRC-64/NVME-0", NVME, 0x7800_C064_D4A8_3784),
    ]
}

/// The checksums of one part of a file.
struct PartDigests(Vec<Digest>);

impl PartDigests {
    fn update(&mut self, bytes: &[u8]) {
        self.0.iter_mut().for_each(|digest| digest.update(bytes));
    }
}

/// Computes all checksums that the name of a data file may have.
pub struct CrcProbe {
    named: NamedCrc,
    names: &'static [&'static str],
    file: PartDigests,
    array: PartDigests,
    entities: PartDigests,
}

/// A checksum that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundCrc {
    /// The name of its polynomial.
    pub name: &'static str,
    /// What it covers.
    pub coverage: CrcCoverage,
}

impl CrcProbe {
    /// Looks for this checksum.
    pub fn new(named: NamedCrc) -> Self {
        let digests = || match named {
            NamedCrc::Crc32(_) => vec![Digest::new(CrcAlgorithm::Crc32IsoHdlc)],
            NamedCrc::Crc64(_) => digests_64().to_vec(),
        };
        Self {
            named,
            names: match named {
                NamedCrc::Crc32(_) => &["CRC-32"],
                NamedCrc::Crc64(_) => &NAMES_64,
            },
            file: PartDigests(digests()),
            array: PartDigests(digests()),
            entities: PartDigests(digests()),
        }
    }

    /// Takes the next bytes of a part of the file. Every byte of the file belongs to
    /// [`CrcCoverage::File`], and may belong to the other parts too.
    pub fn update(&mut self, part: CrcCoverage, bytes: &[u8]) {
        match part {
            CrcCoverage::File => self.file.update(bytes),
            CrcCoverage::Array => self.array.update(bytes),
            CrcCoverage::Entities => self.entities.update(bytes),
        }
    }

    /// The checksum that has the value of the name; `None` if none of them has it.
    pub fn found(&self) -> Option<FoundCrc> {
        let parts = [
            (CrcCoverage::File, &self.file),
            (CrcCoverage::Array, &self.array),
            (CrcCoverage::Entities, &self.entities),
        ];
        parts.into_iter().find_map(|(coverage, part)| {
            let wanted = self.named.value();
            let index = part.0.iter().position(|crc| crc.finalize() == wanted)?;
            let name = self.names[index];
            Some(FoundCrc { name, coverage })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_values_are_the_published_ones() {
        let values = digests_64().map(|mut digest| {
            digest.update(b"123456789");
            digest.finalize()
        });
        assert_eq!(
            values,
            [
                0xAE8B_1486_0A79_9888,
                0x995D_C9BB_DF19_39FA,
                0xB909_56C7_75A4_1001,
                0x46A5_A938_8A5B_EFFE,
                0xE9C6_D914_C4B8_D9CA,
                0x7800_C064_D4A8_3784,
            ]
        );
        let mut crc = DataCrc::new();
        crc.update(b"12345");
        crc.update(b"6789");
        assert_eq!(crc.value(), values[0]);
    }

    #[test]
    fn a_probe_names_polynomial_and_coverage() {
        let mut probe = CrcProbe::new(NamedCrc::Crc64(0x995D_C9BB_DF19_39FA));
        probe.update(CrcCoverage::File, b"[123456789]");
        assert_eq!(probe.found(), None);
        probe.update(CrcCoverage::Array, b"123456789");
        let found = FoundCrc {
            name: "CRC-64/XZ",
            coverage: CrcCoverage::Array,
        };
        assert_eq!(probe.found(), Some(found));
    }

    #[test]
    fn eight_digits_are_a_crc_32() {
        let mut probe = CrcProbe::new(NamedCrc::Crc32(0xCBF4_3926));
        probe.update(CrcCoverage::File, b"123456789");
        assert_eq!(probe.found().unwrap().name, "CRC-32");
    }

    #[test]
    fn a_manifest_combines_by_exclusive_or() {
        assert_eq!(combined([0b1100, 0b1010]), 0b0110);
        assert_eq!(combined([]), 0);
    }
}
