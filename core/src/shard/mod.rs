//! A copy that many machines share: its plan, cut into shards, and the results of the shards.
//!
//! A shard is a journal that somebody else planned. [`Plan`] is the table of contents of a plan's folder,
//! and [`PlanFolder`] is that folder: of this machine, or in a container. [`PlanWriter`] fills the shards
//! while the source is listed. [`ShardState`] takes a copy of one shard into a worker's own folder, where
//! it is resumed like any journal. [`ShardResult`] says how a shard ended, and is written once.
//! An object that is too large for one shard is a [`SplitObject`]: its parts are in several, and it has an
//! [`ObjectResult`] of its own. [`PlanProgress`] adds the results up.
//!
//! Nothing here copies: `job` lists for the plan, and copies the objects of a shard.
//!
#![doc = include_str!("FORMAT.md")]

mod error;

mod hex;

mod plan;

mod split_object;

mod folder;

mod local_folder;

mod writer;

mod state;

mod result;

mod ledger;

mod object_result;

mod progress;

#[cfg(test)]
mod tests;

pub use error::{Error, Result};
pub use folder::PlanFolder;
pub use ledger::{LedgerLine, ObjectOutcome, each_line};
pub use local_folder::LocalFolder;
pub use object_result::{ObjectFailure, ObjectProgress, ObjectResult, WrittenParts};
pub use plan::{Division, Plan, PlannedShard, Refused};
pub use progress::{PlanProgress, ShardProgress};
pub use result::{PartResult, ShardFailure, ShardResult};
pub use split_object::SplitObject;
pub use state::{ClaimedShard, ShardState};
pub use writer::PlanWriter;
