//! What is listed and not delivered yet, in the order in which it is delivered.

use std::collections::{BTreeMap, BTreeSet};

use super::directory::{Level, PendingDirectory};
use crate::Error;
use crate::store::share::request::list_directory::ListedFile;

/// The files and directories that come next, by their keys: full names below the root.
#[derive(Debug, Default)]
pub(super) struct Frontier {
    items: BTreeMap<Box<str>, Item>,
    /// The keys of the directories that are not requested yet.
    waiting: BTreeSet<Box<str>>,
}

#[derive(Debug)]
enum Item {
    File(ListedFile),
    Waiting(PendingDirectory),
    Requested,
    Failed(Box<str>, Error),
}

/// What comes first.
#[derive(Debug)]
pub(super) enum FrontierStep {
    /// A file, with its name below the root.
    File(Box<str>, ListedFile),
    /// A directory that could not be listed, with its name below the root.
    Unlisted(Box<str>, Error),
    /// A directory must be listed before.
    Nothing,
    /// Everything was delivered.
    End,
}

impl Frontier {
    /// Adds a directory.
    pub(super) fn add(&mut self, directory: PendingDirectory) {
        let key = directory.key();
        self.waiting.insert(key.clone());
        self.items.insert(key, Item::Waiting(directory));
    }

    /// Replaces a directory by its children.
    pub(super) fn expand(&mut self, directory: &PendingDirectory, level: Level) {
        self.items.remove(&directory.key());
        for (key, file) in level.children {
            match file {
                Some(file) => {
                    self.items.insert(key, Item::File(file));
                }
                None => self.add(PendingDirectory {
                    path: key,
                    after: None,
                }),
            }
        }
        if level.rest.is_some() {
            self.add(PendingDirectory {
                path: directory.path.clone(),
                after: level.rest,
            });
        }
    }

    /// Marks a directory as one that could not be listed.
    pub(super) fn fail(&mut self, directory: &PendingDirectory, error: Error) {
        let failed = Item::Failed(directory.path.clone(), error);
        self.items.insert(directory.key(), failed);
    }

    /// The number of files and directories.
    pub(super) fn count(&self) -> usize {
        self.items.len()
    }

    /// The number of directories that are not requested yet.
    pub(super) fn waiting_count(&self) -> usize {
        self.waiting.len()
    }

    /// The key of what comes first.
    pub(super) fn first(&self) -> Option<&str> {
        self.items.first_key_value().map(|(key, _)| &**key)
    }

    /// The first directory that is not requested yet.
    pub(super) fn first_waiting(&self) -> Option<&str> {
        self.waiting.first().map(|key| &**key)
    }

    /// Takes that directory, which is requested now.
    pub(super) fn request(&mut self) -> Option<PendingDirectory> {
        let key = self.waiting.pop_first()?;
        match self.items.insert(key, Item::Requested) {
            Some(Item::Waiting(directory)) => Some(directory),
            _ => None,
        }
    }

    /// Takes what comes first.
    pub(super) fn next(&mut self) -> FrontierStep {
        let Some(first) = self.items.first_entry() else {
            return FrontierStep::End;
        };
        if matches!(first.get(), Item::Waiting(_) | Item::Requested) {
            return FrontierStep::Nothing;
        }
        match first.remove_entry() {
            (key, Item::File(file)) => FrontierStep::File(key, file),
            (_, Item::Failed(path, error)) => FrontierStep::Unlisted(path, error),
            (_, Item::Waiting(_) | Item::Requested) => FrontierStep::Nothing,
        }
    }
}
