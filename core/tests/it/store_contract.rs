//! The contract of a store: what every source, target and remover promises, whatever it stands for.
//!
//! Each test is one promise and runs against every store of [`stores::all`]: a folder of this machine,
//! Blob storage (a small service of this test's own, on loopback), a file share (of the emulator) and the
//! two synthetic ends. A new store is one more entry there.

mod blob_service;

mod sources;

mod stores;

mod targets;

mod removers;

use std::sync::Arc;

use azring_core::entry::{Entry, EntryName};
use azring_core::plan::Task;
use azring_core::plan::chunks::Chunks;
use azring_core::plan::history::History;
use azring_core::plan::replace::Replace;
use azring_core::store::{ListScope, Source, Target, Tools};
use azring_transport::buffer::Pool;
use azring_transport::client::{Client, Settings};
use azring_transport::disk::Disk;
use azring_transport::runtime::plain_runtime;
use tokio::task::LocalSet;

/// The length of a chunk in these tests, in bytes.
const CHUNK_BYTES: u64 = 4096;

/// Names before and after a slash in the order of bytes, and below more than one folder.
const NAMES: [&str; 9] = [
    "Z", "a-b", "a.b", "a/x", "a/y/z", "a0", "b c", "d/e.txt", "é",
];

/// Runs a test on one thread, as the coordinator runs its listings.
fn within<T>(work: impl AsyncFnOnce(Tools) -> T) -> T {
    let runtime = plain_runtime().expect("a runtime");
    LocalSet::new().block_on(&runtime, async {
        let tools = Tools {
            client: Client::new(Arc::new(Settings::default())).expect("a client"),
            disk: Disk::threads(),
            pool: Pool::new(0, 8).expect("memory"),
        };
        work(tools).await
    })
}

/// The entries of a scope, each with the marker of its page.
async fn list_pages(
    tools: &Tools,
    source: &Arc<dyn Source>,
    scope: ListScope,
) -> Vec<(Entry, Option<Box<str>>)> {
    let mut pages = Arc::clone(source).list(tools, scope);
    let mut all = Vec::new();
    while let Some(page) = pages.recv().await {
        let page = page.expect("the listing works");
        let marker = page.marker;
        all.extend(
            page.entries
                .into_iter()
                .map(|entry| (entry, marker.clone())),
        );
    }
    all
}

async fn list(tools: &Tools, source: &Arc<dyn Source>, scope: ListScope) -> Vec<Entry> {
    let pages = list_pages(tools, source, scope).await;
    pages.into_iter().map(|(entry, _)| entry).collect()
}

fn names(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| entry.name.to_string()).collect()
}

/// The task of an entry at a target, in chunks of [`CHUNK_BYTES`].
fn task(target: &dyn Target, entry: Entry, replace: Replace, history: History) -> Task {
    Task {
        target: target.name(&entry.name).expect("a name").name,
        chunks: Chunks::new(entry.bytes, CHUNK_BYTES),
        part: None,
        entry,
        content_type: None,
        replace,
        history,
    }
}

fn name(text: &str) -> EntryName {
    EntryName::from(text)
}
