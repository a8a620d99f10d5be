//! Table storage as a store of entities.
//!
//! Entities are no objects: nothing here lists or reads by name. `pages` reads the entities of a
//! `partition_range` page by page, as the service wrote them. An `entity` of a data file is written in a
//! `batch` with others of its partition: `batch_queue` orders the batches of a file, and `writer` sends them
//! and finds the entities that the service refuses. `table_pace` spaces the requests when the service
//! limits a partition or the account, at an `entity_rate`. `open` answers for the commands that take any location.
//! `rules` has the limits of the service, `request` has the REST calls, one per file and without IO.

pub mod rules;

mod key_order;

mod partition_range;

mod entity_rate;

mod table_pace;

mod pages;

mod entity;

mod batch;

mod batch_queue;

mod writer;

pub mod request;

mod open;

pub use batch::EntityBatch;
pub use batch_queue::{BatchQueue, BatchTicket, ReadyBatch};
pub use entity::TableEntity;
pub use key_order::compare_keys;
pub(crate) use open::TableOpener;
pub use pages::{EntityPages, RawPage, TokenHistory};
pub use partition_range::PartitionRange;
pub use request::query_entities::KeyToken;
pub use table_pace::{PacedRequest, SharedPace};
pub use writer::{BatchAdmission, BatchOutcome, RefusedEntity, TableWriter};
