//! Public access: what anonymous requests may read in a container.

use crate::emulator::error::{Refusal, ServiceResult};

/// What anonymous requests may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PublicAccess {
    /// Nothing.
    #[default]
    Private,
    /// Read blobs.
    Blob,
    /// Read blobs and list them.
    Container,
}

impl PublicAccess {
    /// Reads `x-ms-blob-public-access`.
    pub fn parse(text: &str) -> ServiceResult<Self> {
        match text {
            "" => Ok(Self::Private),
            "blob" => Ok(Self::Blob),
            "container" | "true" => Ok(Self::Container),
            other => Err(Refusal::invalid_header("x-ms-blob-public-access", other)),
        }
    }

    /// The header's value; `None` for private containers.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Private => None,
            Self::Blob => Some("blob"),
            Self::Container => Some("container"),
        }
    }
}

/// The public access that an anonymous call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredAccess {
    /// No public access is enough.
    Never,
    /// Access to blobs.
    Blob,
    /// Access to the container.
    Container,
}

/// Refuses an anonymous call unless the container allows it. Private containers look like missing
/// ones.
pub fn check(required: RequiredAccess, access: Option<PublicAccess>) -> ServiceResult<()> {
    let is_open = matches!(
        (required, access),
        (
            RequiredAccess::Blob,
            Some(PublicAccess::Blob | PublicAccess::Container)
        ) | (RequiredAccess::Container, Some(PublicAccess::Container))
    );
    if is_open {
        return Ok(());
    }
    if required == RequiredAccess::Never {
        return Err(Refusal::no_authentication_information());
    }
    Err(Refusal::new(
        404,
        "ResourceNotFound",
        "The specified resource does not exist.",
    ))
}
