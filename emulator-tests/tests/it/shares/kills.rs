//! `kill -9` during copies to and from a share. The moments are drawn as in `kills`, whose variables count here too.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::tree::Tree;

use crate::kills::{DURABLE_BYTES, Draw, IN_FLIGHT_BYTES, Scene, Seen, kills, large, larger, many};

/// What an upload may send again: what is in flight, and as much again, which the service has and the journal does not yet.
/// The journal says which ranges a file has, because the service cannot say which of its zeros were sent.
const SENT_AGAIN_BYTES: u64 = 2 * IN_FLIGHT_BYTES;

/// Uploads the tree while it is killed once.
fn up(scene: &Scene, draw: &mut Draw, source: &Folder) -> Option<(Seen, Seen)> {
    let share = scene.file_service().unmade_share("kill");
    let both = scene.kill_and_run_again(draw, || Azring::upload(source.path(), &share));
    assert_same(&scene.tree, &Tree::get_from(&share));
    share.remove();
    both
}

/// Downloads the tree while it is killed once.
fn down(scene: &Scene, draw: &mut Draw, share: &Share) -> Option<(Seen, Seen)> {
    let target = Folder::new();
    let both = scene.kill_and_run_again(draw, || Azring::download(share, target.path()));
    assert_same(&scene.tree, &Tree::read_from(target.path()));
    both
}

fn uploads(name: &str, tree: Tree) {
    let (scene, mut draw, source) = (Scene::new(tree), Draw::new(name), Folder::new());
    scene.tree.write_to(source.path());
    for _ in 0..kills() {
        if let Some(both) = up(&scene, &mut draw, &source) {
            scene.assert_again_at_most(SENT_AGAIN_BYTES, &both);
        }
    }
}

fn downloads(name: &str, tree: Tree) {
    let (scene, mut draw) = (Scene::new(tree), Draw::new(name));
    let share = scene.file_service().fresh_share("kill");
    scene.tree.put_into(&share);
    for _ in 0..kills() {
        if let Some(both) = down(&scene, &mut draw, &share) {
            scene.assert_again_at_most(IN_FLIGHT_BYTES + DURABLE_BYTES, &both);
        }
    }
}

#[test]
fn a_large_upload_to_a_share_that_is_killed_goes_on_inside_the_file() {
    uploads("share upload", large());
}

#[test]
fn an_upload_of_a_tree_to_a_share_that_is_killed_goes_on() {
    uploads("share upload tree", many());
}

#[test]
fn a_large_download_from_a_share_that_is_killed_goes_on() {
    downloads("share download", larger());
}

#[test]
fn a_download_of_a_tree_from_a_share_that_is_killed_goes_on() {
    downloads("share download tree", many());
}
