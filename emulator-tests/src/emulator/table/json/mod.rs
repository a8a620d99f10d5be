//! Entities in JSON: those of requests are read, and those of answers are written.
//! <https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations>

pub mod entity_reader;
pub mod metadata_level;
pub mod scanner;

pub use entity_reader::{EntityDocument, Property};
pub use metadata_level::MetadataLevel;
