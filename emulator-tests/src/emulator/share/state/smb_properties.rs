//! What SMB knows about a file or a directory: attributes, times, and the key of its permission.

use serde::{Deserialize, Serialize};

use super::file_attributes::FileAttributes;
use crate::emulator::clock::Moment;

/// The SMB properties of a file or a directory. Clients set all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmbProperties {
    /// Attributes.
    pub attributes: FileAttributes,
    /// When it was created.
    pub created: Moment,
    /// When its content was last written. Requests change it only when they say so, or since
    /// version 2021-06-08.
    pub last_write: Moment,
    /// When anything of it was last changed.
    pub changed: Moment,
    /// The key of its permission in the share.
    pub permission_key: String,
}

impl SmbProperties {
    /// The properties of a file or directory that is made at this time.
    pub fn new(attributes: FileAttributes, permission_key: String, now: Moment) -> Self {
        Self {
            attributes,
            created: now,
            last_write: now,
            changed: now,
            permission_key,
        }
    }
}
