//! Data files as rows, with the types of the columns in a second file.
//!
//! The layout is azring's own: AzCopy's is not published, and neither program imports rows. A file
//! begins with the names of the columns: `PartitionKey`, `RowKey`, `Timestamp`, then the properties in
//! the order of their first appearance. A row has a field for each column; a property that an entity
//! does not have is an empty field, an empty text is `""`. Rows end with CR LF, and fields are quoted
//! where RFC 4180 asks for it. The schema file has the same first line and one line of types
//! (`Edm.String`).
//!
//! The columns of a file are known only after its last entity. Until then the volume has the entities
//! as JSON, and [`columns`] collects names, types and lengths; [`write`] makes the rows at the end.

mod columns;

mod field;

mod write;

pub use columns::Columns;
pub use write::write;
