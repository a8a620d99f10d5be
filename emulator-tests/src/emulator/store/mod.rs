//! The body store. Calls pass a body to a [`Store`] and get an [`Extent`]: an immutable run of
//! bytes, which is freed with its last owner.
//!
//! The store does not know what objects consist of (blocks, pages, properties).

pub mod body_store;
pub mod extent;

pub mod folder;
pub mod folder_lock;
pub mod memory;
pub mod null;
pub mod removals;

pub use body_store::Store;
pub use extent::Extent;
pub use folder::FolderStore;
pub use folder_lock::FolderLock;
pub use memory::MemoryStore;
pub use null::NullStore;
pub use removals::{RemovalHold, Removals};
