//! `azring list` of a table: prints the keys of its entities, and counts them.

use std::ops::ControlFlow;

use azring_core::job::{self, EntityKeys};
use azring_core::location::TableLocation;
use azring_core::options::Engine;
use jiff::Timestamp;
use serde_json::json;

use crate::console::{Console, count};
use crate::listener::record::record;

/// Prints the entities that are listed, and counts them.
pub(super) struct EntityListing<'a> {
    pub(super) console: &'a Console,
    pub(super) json: bool,
    pub(super) entities: u64,
}

impl EntityListing<'_> {
    /// Lists the table. Ends early when nobody reads standard output any more, as after `| head`.
    pub(super) fn list(
        &mut self,
        table: &TableLocation,
        engine: &Engine,
    ) -> azring_core::Result<()> {
        job::list_entities(table, engine, &mut |page| {
            for keys in page {
                self.show(keys);
            }
            if self.console.is_read() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })
    }

    /// The two keys as text in quotes: either may be empty, or have spaces.
    fn show(&mut self, keys: &EntityKeys) {
        let EntityKeys { partition, row } = keys;
        self.entities += 1;
        self.console.result(&if self.json {
            let fields = json!({ "partition_key": partition, "row_key": row });
            record(Timestamp::now(), "entity", &fields)
        } else {
            format!("{partition:?} {row:?}")
        });
    }

    /// Prints the number of entities.
    pub(super) fn end(&self) {
        self.console.result(&if self.json {
            let fields = json!({ "entities": self.entities });
            record(Timestamp::now(), "summary", &fields)
        } else {
            format!("{} entities", count(self.entities))
        });
    }
}
