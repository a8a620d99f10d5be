//! Places that hold objects. A store knows itself, as a source, as a destination, or both; what lies between two of
//! them knows neither.

mod tools;

mod target;

mod source;

mod origin;

pub(crate) mod listing;

pub(crate) mod remover;

pub(crate) mod in_order;

pub mod server_copy;

mod single_target;

mod stream_target;

mod opener;

mod open;

pub mod local;

pub mod blob;

pub mod synthetic;

pub mod rest;

pub use listing::ListScope;
pub use open::{Ends, open};
pub(crate) use open::{named_source, named_target};
pub use origin::{Origin, OriginAccess};
pub use remover::{Removal, Remover};
pub use server_copy::{Copying, Pending, ServerCopy};
pub use single_target::SingleName;
pub use source::{Page, Pages, Reader, Source};
pub use stream_target::{ObjectStream, StreamTarget};
pub use target::{ChunkPlan, Committed, Receipt, Settling, Stat, Sums, Target, TargetForm, Writer};
pub use tools::{Step, Tools};
