//! A context for tests. Its two stores are empty, and open only what a test gives them.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::TransferContext;
use crate::digest::Hashers;
use crate::entry::{Entry, EntryName, Layout};
use crate::options::Integrity;
use crate::plan::Task;
use crate::plan::target_name::{MappedName, TargetName};
use crate::report::Totals;
use crate::store::local::name::LocalNaming;
use crate::store::local::rules;
use crate::store::{
    ChunkPlan, ListScope, Pages, Reader, Source, Stat, Step, Target, TargetForm, Tools, Writer,
};
use crate::{Error, Result};

/// An end that opens these, or fails to open.
#[derive(Default)]
struct TestEnd {
    reader: Option<Arc<dyn Reader>>,
    writer: Option<Arc<dyn Writer>>,
}

/// A context whose ends cannot be opened.
pub(crate) fn context(integrity: Integrity, hashers: &Hashers) -> Arc<TransferContext> {
    between(TestEnd::default(), integrity, hashers)
}

/// A context in which every object has this reader and this writer.
pub(super) fn context_between(
    reader: Arc<dyn Reader>,
    writer: Arc<dyn Writer>,
) -> Arc<TransferContext> {
    let end = TestEnd {
        reader: Some(reader),
        writer: Some(writer),
    };
    between(end, Integrity::default(), &Hashers::start(1).0)
}

fn between(end: TestEnd, integrity: Integrity, hashers: &Hashers) -> Arc<TransferContext> {
    let end = Arc::new(end);
    Arc::new(TransferContext {
        source: Arc::clone(&end) as Arc<dyn Source>,
        target: end,
        server_copy: None,
        integrity,
        wants_md5: false,
        hashers: hashers.clone(),
        totals: Arc::new(Totals::default()),
    })
}

impl Source for TestEnd {
    fn list(self: Arc<Self>, _tools: &Tools, _from: ListScope) -> Pages {
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
        Box::pin(async { self.reader.clone().ok_or(Error::Stopped) })
    }
}

impl Target for TestEnd {
    fn name(&self, entry: &EntryName) -> Result<MappedName> {
        LocalNaming::new('/').name(entry)
    }

    fn exact_name(&self, name: &EntryName) -> Result<MappedName> {
        LocalNaming::exact_name(name)
    }

    fn form(&self, _kind: Layout) -> TargetForm {
        TargetForm {
            layout: None,
            makes_folders: true,
            pieces: ChunkPlan {
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
        Box::pin(async { self.writer.clone().ok_or(Error::Stopped) })
    }
}
