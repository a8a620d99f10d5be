//! What the file system says is not so.

use std::path::Path;

use azring_emulator_tests::tree::Tree;

use super::Verdict;
use super::reads::{Service, twenty};
use super::tool::{Replace, Tool};
use crate::fuse::{Habits, Mounted};

/// Blobs whose names differ in case go to a folder that knows no case and keeps the spelling that came first.
pub(super) fn one_name(tool: &Tool) -> Verdict {
    let lower = twenty();
    let both = lower.files().fold(lower.clone(), |tree, (name, bytes)| {
        let other: Vec<u8> = bytes.iter().rev().copied().collect();
        tree.with(&name.to_uppercase(), other)
    });
    let service = Service::new();
    for (name, bytes) in both.files() {
        service.container.put(name, bytes.to_vec());
    }
    let place = Mounted::new(Habits {
        key: str::to_lowercase,
        ..Habits::default()
    });
    let ran = tool.download(&service.container, place.path());
    Verdict::of(&ran, &both, &Tree::read_from(place.path()))
}

/// The kernel tells a size of 0 for what it makes up when it is read.
pub(super) fn no_size(tool: &Tool) -> Verdict {
    let path = Path::new("/proc/version");
    let Ok(content) = std::fs::read(path) else {
        return Verdict::Untried("`/proc` is not there");
    };
    let service = Service::new();
    let ran = tool.upload(path, &service.container, Replace::Yes);
    let expected = Tree::new().with("version", content);
    Verdict::of(&ran, &expected, &Tree::get_from(&service.container))
}
