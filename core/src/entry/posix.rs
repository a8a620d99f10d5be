//! The POSIX properties of a file or a folder, in the metadata of a blob.
//!
//! Three programs store them under names of their own ([`PosixForm`]). All names are read; those of
//! `AzCopy` 10 come first. `permissions` is the whole mode as a decimal number in `AzCopy`'s form, and four
//! octal digits in that of Azure Managed Lustre, of which the first is a zero.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{ObjectProperties, TrueTime};
use crate::options::PosixForm;

/// The bits of a mode that are permissions, the special bits among them.
const PERMISSIONS: u32 = 0o7777;

/// The set-user-ID, set-group-ID and sticky bits.
const SPECIAL_BITS: u32 = 0o7000;

/// The metadata that has these properties, in any form, except times that a sync keeps too.
const NAMES: [&str; 15] = [
    "posix_owner",
    "posix_group",
    "permissions",
    "posix_atime",
    "posix_ctime",
    "linux_btime",
    "modtime",
    "owner",
    "group",
    "uid",
    "gid",
    "mode",
    "mtime",
    "atime",
    "btime",
];

/// The POSIX properties of a file, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PosixProperties {
    /// The type and the permissions (`st_mode` of inode(7)).
    pub mode: Option<u32>,
    /// The user.
    pub owner: Option<u32>,
    /// The group.
    pub group: Option<u32>,
    /// When the content was last modified.
    pub modified: Option<SystemTime>,
    /// When the content was last read.
    pub accessed: Option<SystemTime>,
    /// When the properties last changed. It is never restored: only the kernel sets it.
    pub changed: Option<SystemTime>,
    /// When the file was made. It is never restored, as before.
    pub created: Option<SystemTime>,
}

impl PosixProperties {
    /// Reads them from metadata. What is no number or no time is left out.
    pub fn of(properties: &ObjectProperties) -> Self {
        let value = |name: &str| {
            let mut metadata = properties.metadata.iter();
            let found = metadata.find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim())
        };
        let number = |names: [&str; 3]| {
            let mut values = names.into_iter().filter_map(value);
            values.find_map(|value| value.parse().ok())
        };
        let octal = |text: &str| u32::from_str_radix(text, 8).ok();
        let permissions = value("permissions").and_then(|text| {
            if text.starts_with('0') {
                octal(text)
            } else {
                text.parse().ok()
            }
        });
        let nanoseconds = |name: &str| {
            let time = Timestamp::from_nanosecond(value(name)?.parse().ok()?).ok()?;
            Some(time.into())
        };
        let time = |name: &str| {
            let time: Timestamp = value(name)?.parse().ok()?;
            Some(time.into())
        };
        Self {
            mode: permissions.or_else(|| value("mode").and_then(octal)),
            owner: number(["posix_owner", "owner", "uid"]),
            group: number(["posix_group", "group", "gid"]),
            modified: TrueTime::of(properties).map(|found| found.time),
            accessed: nanoseconds("posix_atime").or_else(|| time("atime")),
            changed: nanoseconds("posix_ctime"),
            created: nanoseconds("linux_btime").or_else(|| time("btime")),
        }
    }

    /// The metadata in this form.
    pub fn metadata(&self, form: PosixForm) -> Vec<(String, String)> {
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let nanoseconds = |time: Option<SystemTime>| {
            let time = Timestamp::try_from(time?).ok()?;
            Some(time.as_nanosecond().to_string())
        };
        let rfc_3339 = |time: Option<SystemTime>| {
            let time = Timestamp::try_from(time?).ok()?;
            Some(format!("{time:.9}"))
        };
        let pairs = match form {
            PosixForm::AzCopy => vec![
                ("posix_owner", number(self.owner)),
                ("posix_group", number(self.group)),
                ("permissions", number(self.mode)),
                ("modtime", nanoseconds(self.modified)),
                ("posix_atime", nanoseconds(self.accessed)),
                ("posix_ctime", nanoseconds(self.changed)),
                ("linux_btime", nanoseconds(self.created)),
            ],
            PosixForm::Lustre => vec![
                ("owner", number(self.owner)),
                ("group", number(self.group)),
                (
                    "permissions",
                    self.mode.map(|mode| format!("{:04o}", mode & 0o777)),
                ),
                ("modtime", self.modified.and_then(lustre_time)),
            ],
            PosixForm::Rclone => vec![
                ("uid", number(self.owner)),
                ("gid", number(self.group)),
                ("mode", self.mode.map(|mode| format!("{mode:o}"))),
                ("mtime", rfc_3339(self.modified)),
                ("atime", rfc_3339(self.accessed)),
                ("btime", rfc_3339(self.created)),
            ],
        };
        let known = pairs.into_iter();
        known
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }

    /// The permissions to restore, and whether special bits were left out of them.
    pub fn permissions(&self, keeps_special_bits: bool) -> (Option<u32>, bool) {
        let Some(mode) = self.mode else {
            return (None, false);
        };
        let drops = !keeps_special_bits && mode & SPECIAL_BITS != 0;
        let kept = if drops {
            PERMISSIONS & !SPECIAL_BITS
        } else {
            PERMISSIONS
        };
        (Some(mode & kept), drops)
    }

    /// Whether the other has the same owner, group and permissions, as far as these are known here. `found` may
    /// be in another form, and Azure Managed Lustre's has no special bits and no type.
    pub fn is_like(&self, found: &Self) -> bool {
        let lacks_type = |mode: u32| mode & !PERMISSIONS == 0;
        let has_mode = |mode: u32| {
            let kept = found.mode.unwrap_or_default();
            let is_short = lacks_type(mode) || lacks_type(kept);
            let compared = if is_short {
                PERMISSIONS & !SPECIAL_BITS
            } else {
                PERMISSIONS
            };
            found.mode.is_some() && (mode ^ kept) & compared == 0
        };
        self.owner.is_none_or(|owner| found.owner == Some(owner))
            && self.group.is_none_or(|group| found.group == Some(group))
            && self.mode.is_none_or(has_mode)
    }

    /// Whether metadata of this name is one of these properties.
    pub fn is_name(name: &str) -> bool {
        NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// The time in the style of Azure Managed Lustre, in UTC; `None` where it cannot be written.
fn lustre_time(time: SystemTime) -> Option<String> {
    let time = Timestamp::try_from(time).ok()?;
    // Whole seconds, rounded down also before 1970.
    let seconds = time.as_nanosecond().div_euclid(1_000_000_000);
    let time = Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
    let zoned = time.to_zoned(TimeZone::UTC);
    Some(zoned.strftime("%Y-%m-%d %H:%M:%S %z").to_string())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn known() -> PosixProperties {
        let at = |seconds, nanoseconds| Some(UNIX_EPOCH + Duration::new(seconds, nanoseconds));
        PosixProperties {
            mode: Some(0o104_755),
            owner: Some(1000),
            group: Some(0),
            modified: at(1_554_917_421, 123_456_789),
            accessed: at(1_554_917_422, 1),
            changed: at(1_554_917_423, 2),
            created: at(1_554_917_420, 3),
        }
    }

    fn read(metadata: Vec<(String, String)>) -> PosixProperties {
        PosixProperties::of(&ObjectProperties {
            metadata,
            ..ObjectProperties::default()
        })
    }

    fn text(form: PosixForm) -> String {
        let metadata = known().metadata(form).into_iter();
        let pairs = metadata.map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_form_has_the_names_and_values_of_its_program() {
        assert_eq!(
            text(PosixForm::AzCopy),
            "posix_owner=1000 posix_group=0 permissions=35309 modtime=1554917421123456789 \
             posix_atime=1554917422000000001 posix_ctime=1554917423000000002 linux_btime=1554917420000000003"
        );
        assert_eq!(
            text(PosixForm::Lustre),
            "owner=1000 group=0 permissions=0755 modtime=2019-04-10 17:30:21 +0000"
        );
        assert_eq!(
            text(PosixForm::Rclone),
            "uid=1000 gid=0 mode=104755 mtime=2019-04-10T17:30:21.123456789Z \
             atime=2019-04-10T17:30:22.000000001Z btime=2019-04-10T17:30:20.000000003Z"
        );
    }

    #[test]
    fn each_form_reads_back_as_far_as_it_has_the_properties() {
        let all = known();
        assert_eq!(read(all.metadata(PosixForm::AzCopy)), all);
        let rclone = PosixProperties {
            changed: None,
            ..all
        };
        assert_eq!(read(all.metadata(PosixForm::Rclone)), rclone);
        let lustre = PosixProperties {
            mode: Some(0o755),
            modified: Some(UNIX_EPOCH + Duration::from_secs(1_554_917_421)),
            accessed: None,
            changed: None,
            created: None,
            ..all
        };
        assert_eq!(read(all.metadata(PosixForm::Lustre)), lustre);
    }

    #[test]
    fn every_name_that_is_written_is_known_and_other_metadata_is_not_read() {
        for form in [PosixForm::AzCopy, PosixForm::Lustre, PosixForm::Rclone] {
            let metadata = known().metadata(form);
            assert!(
                metadata
                    .iter()
                    .all(|(name, _)| PosixProperties::is_name(name))
            );
            let bytes: usize = metadata
                .iter()
                .map(|(name, value)| name.len() + value.len())
                .sum();
            assert!(bytes <= PosixForm::BYTES_MAX / 2, "{bytes}");
        }
        let other = [
            ("owner", "alice"),
            ("mode", "fast"),
            ("permissions", "none"),
            ("atime", "x"),
        ];
        let other = other.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read(other.into()), PosixProperties::default());
    }

    #[test]
    fn owner_group_and_permissions_are_compared_in_any_form_and_times_are_not() {
        let all = known();
        for form in [PosixForm::AzCopy, PosixForm::Lustre, PosixForm::Rclone] {
            let found = read(all.metadata(form));
            assert!(all.is_like(&found) && found.is_like(&all), "{form:?}");
        }
        let touched = PosixProperties {
            accessed: None,
            modified: None,
            ..all
        };
        assert!(all.is_like(&touched));
        for other in [
            PosixProperties {
                mode: Some(0o104_754),
                ..all
            },
            PosixProperties {
                mode: Some(0o100_755),
                ..all
            },
            PosixProperties {
                owner: Some(1001),
                ..all
            },
            PosixProperties {
                group: Some(1),
                ..all
            },
            PosixProperties::default(),
        ] {
            assert!(!all.is_like(&other), "{other:?}");
        }
        assert!(PosixProperties::default().is_like(&all));
    }

    #[test]
    fn special_bits_are_left_out_unless_they_are_kept() {
        assert_eq!(known().permissions(false), (Some(0o755), true));
        assert_eq!(known().permissions(true), (Some(0o4755), false));
        let plain = PosixProperties {
            mode: Some(0o100_640),
            ..known()
        };
        assert_eq!(plain.permissions(false), (Some(0o640), false));
        assert_eq!(PosixProperties::default().permissions(false), (None, false));
    }
}
