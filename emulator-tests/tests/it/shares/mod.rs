//! Azure Files at either end, besides the examples of the article: what can be wrong, sizes, names, kills, and other
//! programs that read and write the same shares.

mod bad_input;
mod checksums;
mod kills;
mod listing;
mod names;
mod replaced_files;
mod reruns;
mod sizes;
mod strangers;
mod unseen_files;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::tree::Tree;

fn folder_with(tree: &Tree) -> Folder {
    let folder = Folder::new();
    tree.write_to(folder.path());
    folder
}

fn upload(source: &Folder, share: &Share) -> Azring {
    Azring::upload(source.path(), share).args(["/S", "/Y"])
}

fn download(share: &Share, target: &Folder) -> Azring {
    Azring::download(share, target.path()).args(["/S", "/Y"])
}
