//! JSON of entities, found and copied without building values.
//!
//! [`EntityScanner`] finds the entities of a data file or of a page as slices, in chunks of any
//! length. [`page`] takes a whole page of the service. [`Members`] walks over one entity.
//! [`JsonText`] is a string as it stands in the file. [`envelope`] is what stands around the entities
//! of a file that azring writes.

mod scan;

mod text;

mod members;

mod entities;

pub mod page;

pub mod envelope;

pub use entities::{ENTITY_BYTES_MAX, EntityScanner, ScanPosition, ScannedEntity};
pub use members::{Member, Members, NotAnObject};
pub use text::{JsonText, escaped};
