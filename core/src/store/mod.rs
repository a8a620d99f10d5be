//! Places that hold objects. A store knows only itself, as a source, as a target, or as both; the stations
//! between two stores know neither.

mod tools;

mod target;

mod source;

mod wrapped_source;

mod origin;

pub(crate) mod listing;

pub(crate) mod remover;

mod trash;

mod property_setter;

pub(crate) mod in_order;

pub mod server_copy;

mod listed_names;

mod single_target;

mod stream_target;

mod nothing_to_write;

mod opener;

mod open;

pub mod local;

pub mod blob;

pub mod share;

pub mod table;

pub mod synthetic;

pub mod rest;

pub use listing::ListScope;
pub use open::{Ends, open};
pub(crate) use open::{
    find_object, list_target, listed_folder, make, named_object, named_source, named_target,
    open_property_setter, open_remover, open_source, open_trash, probe, soft_delete,
};
pub use opener::Made;
pub use origin::{Origin, OriginAccess, OriginLogin};
pub use property_setter::{PropertySetter, SetOutcome};
pub(crate) use remover::remove_all;
pub use remover::{Removal, RemovalOptions, Remover};
pub use server_copy::{Copying, Pending, ServerCopy};
pub use single_target::SingleName;
pub use source::{Page, Pages, Reader, Source};
pub(crate) use source::{start_listing, why_nothing};
pub use stream_target::{ObjectStream, StreamTarget};
pub use target::{
    ChunkPlan, Committed, PartSupport, Receipt, Settling, Stat, Sums, Target, TargetForm, Writer,
    WrittenObject,
};
pub use tools::{Step, Tools};
pub(crate) use wrapped_source::pass_on_to;
