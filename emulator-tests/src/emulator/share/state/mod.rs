//! The values that the File service stores: a share's tree of directories and files, and the
//! share's properties.
//!
//! Nothing here is locked or recorded: `storage` does both.

pub mod file_attributes;
pub mod smb_properties;

pub mod node;
pub mod tree;

pub mod permissions;
pub mod share_properties;

pub use file_attributes::FileAttributes;
pub use node::{FileData, FileNode, NodeContent};
pub use permissions::Permissions;
pub use share_properties::{ShareProperties, ShareTier};
pub use smb_properties::SmbProperties;
pub use tree::FileTree;
