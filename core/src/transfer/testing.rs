//! A lane between two stores that nobody opens, for tests of what happens before anything is carried.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::Lane;
use crate::digest::Hashers;
use crate::entry::{Entry, EntryName, Kind};
use crate::options::Integrity;
use crate::plan::Task;
use crate::plan::target::{NameRule, TargetName};
use crate::report::Totals;
use crate::store::local::rules;
use crate::store::{
    Becomes, Destination, Form, Pages, Pieces, Position, Reader, Source, Stat, Step, Tools, Writer,
};
use crate::{Error, Result};

/// Neither end can be opened.
struct Nowhere;

pub(crate) fn lane(integrity: Integrity, hashers: &Hashers) -> Arc<Lane> {
    Arc::new(Lane {
        source: Arc::new(Nowhere),
        destination: Arc::new(Nowhere),
        server_copy: None,
        integrity,
        wants_md5: false,
        hashers: hashers.clone(),
        totals: Arc::new(Totals::default()),
    })
}

impl Source for Nowhere {
    fn list(self: Arc<Self>, _tools: &Tools, _from: Position) -> Pages {
        mpsc::channel(1).1
    }

    fn find<'a>(
        &'a self,
        _tools: &'a Tools,
        _name: &'a EntryName,
        _snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>> {
        Box::pin(async { Ok(None) })
    }

    fn has<'a>(&'a self, _tools: &'a Tools, _name: &'a EntryName) -> Step<'a, Result<bool>> {
        Box::pin(async { Ok(false) })
    }

    fn open<'a>(
        &'a self,
        _tools: &'a Tools,
        _entry: &'a Entry,
    ) -> Step<'a, Result<Arc<dyn Reader>>> {
        Box::pin(async { Err(Error::Stopped) })
    }
}

impl Destination for Nowhere {
    fn names(&self) -> NameRule {
        rules::name_rule('/')
    }

    fn form(&self, _kind: Kind) -> Form {
        Form {
            becomes: Becomes::File,
            pieces: Pieces {
                rule: rules::RANGES,
                chunk_bytes: 10,
                chunk_bytes_min: 10,
                with_holes: true,
            },
        }
    }

    fn prepare<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn stat<'a>(
        &'a self,
        _tools: &'a Tools,
        _name: &'a TargetName,
    ) -> Step<'a, Result<Option<Stat>>> {
        Box::pin(async { Ok(None) })
    }

    fn shown(&self, name: &TargetName) -> String {
        name.to_string()
    }

    fn create<'a>(
        &'a self,
        _tools: &'a Tools,
        _task: &'a Task,
    ) -> Step<'a, Result<Arc<dyn Writer>>> {
        Box::pin(async { Err(Error::Stopped) })
    }
}
