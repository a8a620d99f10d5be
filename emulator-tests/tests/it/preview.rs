//! `/L` counts what would be copied, by the same decisions, and touches nothing.

use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::tree::Tree;

#[test]
fn a_preview_of_a_download_skips_what_is_there_and_makes_nothing() {
    let container = azurite::shared().blob_service().fresh_container("preview");
    Tree::named(["a", "b", "d/c"]).put_into(&container);
    let target = Folder::new();
    let here = Tree::named(["b"]);
    here.write_to(target.path());
    let preview =
        |path: &std::path::Path| Azring::download(&container, path).args(["/S", "/L"]).run();
    preview(target.path()).succeeded().counting(2, 1, 0);
    assert_same(&here, &Tree::read_from(target.path()));

    let missing = target.join("not-there");
    preview(&missing).succeeded().counting(3, 0, 0);
    assert!(!missing.exists());
}
