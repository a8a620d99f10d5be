//! What the file system says is not so.

use std::path::Path;

use azring_emulator_tests::tree::Tree;

use super::Verdict;
use super::reads::Service;
use super::tool::{Replace, Tool};

/// Two blobs whose names differ in case go to a folder that knows no case.
pub(super) fn one_name(_tool: &Tool) -> Verdict {
    Verdict::Untried("no such file system here")
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
