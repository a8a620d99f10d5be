//! One end of a command that a model draws: a folder, a container or a share.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::{Container, Share};
use azring_emulator_tests::tree::Tree;

use super::two_ends::{between, down, up};

/// One end of a command.
pub(crate) enum End {
    Folder(Folder),
    Container(Container),
    Share(Share),
}

impl End {
    pub(crate) fn tree(&self) -> Tree {
        match self {
            Self::Folder(folder) => Tree::read_from(folder.path()),
            Self::Container(container) => Tree::get_from(container),
            Self::Share(share) => Tree::get_from(share),
        }
    }

    pub(crate) fn fill(&self, tree: &Tree) {
        match self {
            Self::Folder(folder) => tree.write_to(folder.path()),
            Self::Container(container) => tree.put_into(container),
            Self::Share(share) => tree.put_into(share),
        }
    }

    /// `azring COMMAND` from this end to `target`.
    pub(crate) fn command(&self, command: &str, target: &Self, words: &[&str]) -> Azring {
        match (self, target) {
            (Self::Folder(from), Self::Container(to)) => up(command, from.path(), to, words),
            (Self::Folder(from), Self::Share(to)) => up(command, from.path(), to, words),
            (Self::Container(from), Self::Folder(to)) => down(command, from, to.path(), words),
            (Self::Share(from), Self::Folder(to)) => down(command, from, to.path(), words),
            (Self::Container(from), Self::Container(to)) => between(command, from, to, words),
            _ => panic!("no model draws these ends"),
        }
    }
}
