//! The SMB properties that a request sets: `x-ms-file-attributes`, the `x-ms-file-*-time` headers,
//! and `x-ms-file-permission` or `x-ms-file-permission-key`.
//!
//! Versions before 2019-02-02 do not have these headers. Versions before 2021-06-08 require all of
//! them; later ones have defaults.

use super::call::ShareCall;
use super::state::{FileAttributes, Permissions, SmbProperties};
use super::storage::ShareState;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};

/// A longer security descriptor needs Create Permission, bytes.
const PERMISSION_BYTES_MAX: usize = 8 << 10;

/// What a call does with the properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmbPurpose {
    /// It makes a directory or a file.
    Create,
    /// It changes one.
    Change,
    /// It renames one.
    Rename,
    /// It copies a file, whose properties it may copy too.
    Copy,
}

/// What a header asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish<T> {
    /// There is no header.
    Absent,
    /// `preserve`: the value that there is.
    Preserve,
    /// `source`: the value of the copy's source.
    Source,
    /// A value.
    Set(T),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum PermissionWish {
    Absent,
    Descriptor(String),
    Key(String),
    Source,
}

/// The SMB properties of a request.
#[derive(Debug, Clone)]
pub struct SmbRequest {
    attributes: Wish<FileAttributes>,
    created: Wish<Moment>,
    last_write: Wish<Moment>,
    changed: Wish<Moment>,
    permission: PermissionWish,
    is_directory: bool,
}

impl SmbRequest {
    /// Reads the headers.
    pub fn read(
        call: &ShareCall<'_>,
        purpose: SmbPurpose,
        is_directory: bool,
    ) -> ServiceResult<Self> {
        if !call.version.since(2019, 2, 2) {
            return Ok(Self {
                attributes: Wish::Absent,
                created: Wish::Absent,
                last_write: Wish::Absent,
                changed: Wish::Absent,
                permission: PermissionWish::Absent,
                is_directory,
            });
        }
        if matches!(purpose, SmbPurpose::Create | SmbPurpose::Change) {
            check_required(call)?;
        }
        let time = |name| read_time(call, name, purpose);
        let changed = if call.version.since(2021, 6, 8) {
            time("x-ms-file-change-time")?
        } else {
            Wish::Absent
        };
        Ok(Self {
            attributes: read_attributes(call, purpose, is_directory)?,
            created: time("x-ms-file-creation-time")?,
            last_write: time("x-ms-file-last-write-time")?,
            changed,
            permission: read_permission(call, purpose)?,
            is_directory,
        })
    }

    /// The key of the permission that the request sets; `default` when it sets none, and
    /// `of_source` when it asks for that of a copy's source.
    pub fn permission_key(
        &self,
        state: &mut ShareState,
        default: &str,
        of_source: Option<&str>,
    ) -> ServiceResult<String> {
        let descriptor = match &self.permission {
            PermissionWish::Absent => return Ok(default.to_owned()),
            PermissionWish::Key(key) if state.permissions().find(key).is_some() => {
                return Ok(key.clone());
            }
            PermissionWish::Key(_) => {
                return Err(unknown_key());
            }
            PermissionWish::Source => match of_source {
                Some(descriptor) => descriptor,
                None => return Ok(default.to_owned()),
            },
            PermissionWish::Descriptor(text) => text,
        };
        Ok(state.add_permission(descriptor))
    }

    /// Applies attributes and times. `source` are those of a copy's source.
    pub fn apply(&self, smb: &mut SmbProperties, source: Option<&SmbProperties>, now: Moment) {
        let pick = |wish: Wish<Moment>, of_source: fn(&SmbProperties) -> Moment| match wish {
            Wish::Set(value) => Some(value),
            Wish::Source => source.map(of_source),
            Wish::Absent | Wish::Preserve => None,
        };
        match self.attributes {
            Wish::Set(value) => smb.attributes = value,
            Wish::Source => {
                smb.attributes = source.map_or(smb.attributes, |source| source.attributes);
            }
            Wish::Absent | Wish::Preserve => {}
        }
        if self.is_directory {
            smb.attributes = smb.attributes.of_directory();
        }
        smb.created = pick(self.created, |source| source.created).unwrap_or(smb.created);
        smb.last_write =
            pick(self.last_write, |source| source.last_write).unwrap_or(smb.last_write);
        if self.changed != Wish::Preserve {
            smb.changed = pick(self.changed, |source| source.changed).unwrap_or(now);
        }
    }
}

/// The headers that versions before 2021-06-08 require.
fn check_required(call: &ShareCall<'_>) -> ServiceResult<()> {
    if call.version.since(2021, 6, 8) || call.is_lenient() {
        return Ok(());
    }
    if call.head.header("x-ms-file-permission-key").is_none() {
        call.head.required("x-ms-file-permission")?;
    }
    call.head.required("x-ms-file-attributes")?;
    call.head.required("x-ms-file-creation-time")?;
    call.head.required("x-ms-file-last-write-time")?;
    Ok(())
}

/// `preserve` and `source`, where the purpose allows them.
fn read_word<T>(text: &str, purpose: SmbPurpose) -> Option<Wish<T>> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    match purpose {
        SmbPurpose::Change | SmbPurpose::Rename if is("preserve") => Some(Wish::Preserve),
        SmbPurpose::Copy if is("source") => Some(Wish::Source),
        _ => None,
    }
}

fn read_time(
    call: &ShareCall<'_>,
    name: &'static str,
    purpose: SmbPurpose,
) -> ServiceResult<Wish<Moment>> {
    let Some(text) = call.head.header(name).filter(|text| !text.is_empty()) else {
        return Ok(Wish::Absent);
    };
    if let Some(wish) = read_word(text, purpose) {
        return Ok(wish);
    }
    if text.eq_ignore_ascii_case("now") {
        return Ok(Wish::Set(call.now));
    }
    let moment = Moment::parse_iso8601(text);
    moment
        .map(Wish::Set)
        .ok_or_else(|| Refusal::invalid_header(name, text))
}

fn read_attributes(
    call: &ShareCall<'_>,
    purpose: SmbPurpose,
    is_directory: bool,
) -> ServiceResult<Wish<FileAttributes>> {
    const NAME: &str = "x-ms-file-attributes";
    let Some(text) = call.head.header(NAME).filter(|text| !text.is_empty()) else {
        return Ok(Wish::Absent);
    };
    if let Some(wish) = read_word(text, purpose) {
        return Ok(wish);
    }
    let parsed = FileAttributes::parse(text);
    let stored = if is_directory {
        parsed.map(FileAttributes::of_directory)
    } else {
        parsed.and_then(FileAttributes::of_file)
    };
    stored
        .map(Wish::Set)
        .ok_or_else(|| Refusal::invalid_header(NAME, text))
}

fn read_permission(call: &ShareCall<'_>, purpose: SmbPurpose) -> ServiceResult<PermissionWish> {
    let filled = |name| call.head.header(name).filter(|text| !text.is_empty());
    let format = filled("x-ms-file-permission-format");
    check_format("x-ms-file-permission-format", format.unwrap_or_default())?;
    let mode = filled("x-ms-file-permission-copy-mode");
    match (
        filled("x-ms-file-permission"),
        filled("x-ms-file-permission-key"),
    ) {
        (Some(text), Some(_)) => Err(Refusal::invalid_header("x-ms-file-permission", text)),
        (None, Some(key)) => Ok(PermissionWish::Key(key.to_owned())),
        (Some(text), None) => read_descriptor(text, purpose),
        (None, None) => match mode {
            Some(mode) if purpose == SmbPurpose::Copy && mode.eq_ignore_ascii_case("source") => {
                Ok(PermissionWish::Source)
            }
            Some(mode) if !mode.eq_ignore_ascii_case("override") => Err(Refusal::invalid_header(
                "x-ms-file-permission-copy-mode",
                mode,
            )),
            _ => Ok(PermissionWish::Absent),
        },
    }
}

fn read_descriptor(text: &str, purpose: SmbPurpose) -> ServiceResult<PermissionWish> {
    let word = match purpose {
        SmbPurpose::Create | SmbPurpose::Copy => "inherit",
        SmbPurpose::Change | SmbPurpose::Rename => "preserve",
    };
    if text.eq_ignore_ascii_case(word) {
        return Ok(PermissionWish::Absent);
    }
    if text.len() > PERMISSION_BYTES_MAX || !Permissions::is_descriptor(text) {
        return Err(invalid_permission());
    }
    Ok(PermissionWish::Descriptor(text.to_owned()))
}

/// Refuses the binary form of security descriptors, which the emulator does not convert.
pub fn check_format(name: &'static str, format: &str) -> ServiceResult<()> {
    if format.is_empty() || format.eq_ignore_ascii_case("sddl") {
        Ok(())
    } else {
        Err(Refusal::invalid_header(name, format))
    }
}

/// 400: a text that is no security descriptor.
pub fn invalid_permission() -> Refusal {
    Refusal::new(
        400,
        "FileInvalidPermission",
        "The specified file permission is not valid.",
    )
}

/// 400: a key that the share does not have.
pub fn unknown_key() -> Refusal {
    Refusal::new(
        400,
        "FileInvalidPermissionKey",
        "The specified file permission key does not exist in the share.",
    )
}
