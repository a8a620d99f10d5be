//! A share is listed whole or what is missing is named, and what its listing leaves out is asked for.

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use super::download;

#[test]
fn a_directory_that_cannot_be_listed_is_named_and_listed_by_the_next_run() {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("listing");
    let tree = Tree::named(["a", "b/x", "b/y/z", "c/x"]);
    tree.put_into(&share);
    server.set_fault_plan(
        r#"{ "rules": [ { "when": { "path": "*/b", "query": "*comp=list*" },
                          "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } } ] }"#,
    );
    let (target, journal) = (Folder::new(), Folder::new());
    let journal = format!("/Z:{}", journal.path().display());
    let outcome = download(&share, &target).arg(&journal).run();
    server.assert_faults_applied();
    server.clear_faults();
    outcome.failed().naming(&["b/", "403"]);
    assert_same(&Tree::named(["a", "c/x"]), &Tree::read_from(target.path()));
    download(&share, &target).arg(&journal).run().succeeded();
    assert_same(&tree, &Tree::read_from(target.path()));
}

#[test]
fn directories_without_files_are_not_copied() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("listing");
    let tree = Tree::named(["a/x"]);
    tree.put_into(&share);
    share.make_directory("empty");
    share.make_directory("a/empty");
    let target = Folder::new();
    download(&share, &target)
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert_same(&tree, &Tree::read_from(target.path()));
    assert!(!target.path().join("empty").exists());
    assert!(!target.path().join("a/empty").exists());
}

#[test]
fn a_version_whose_listings_have_no_entity_tags_is_copied_and_listed() {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("listing");
    let tree = Tree::named(["a", "d/b", "d/e/c"]);
    tree.put_into(&share);
    let target = Folder::new();
    server.watch().counters.reset();
    download(&share, &target)
        .arg("/ServiceVersion:2019-12-12")
        .run()
        .succeeded()
        .counting(3, 0, 0);
    assert_same(&tree, &Tree::read_from(target.path()));
    let asked = server.watch().counters.of("GetFileProperties").requests;
    assert_eq!(asked, 3, "each file once");
}

#[test]
fn a_range_that_arrives_damaged_is_read_again_where_md5_is_checked() {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("listing");
    let tree = Tree::new().with("large", noise(7, (12 << 20) + 12_345));
    let source = super::folder_with(&tree);
    super::upload(&source, &share).run().succeeded();
    server.set_fault_plan(
        r#"{ "rules": [ { "when": { "method": "GET", "path": "*/large", "query": "", "hits": [2] },
                          "then": { "flip_response_bit": 4711 } } ] }"#,
    );
    let target = Folder::new();
    let outcome = download(&share, &target).arg("/CheckMD5").run();
    server.assert_faults_applied();
    outcome.succeeded().counting(1, 0, 0);
    assert_same(&tree, &Tree::read_from(target.path()));
}

#[test]
fn a_measurement_leaves_no_file_and_no_directory_in_a_share() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("listing");
    share.put("kept/file", "kept");
    Azring::new()
        .args(["bench", "upload", &share.url(), "/DestType:File"])
        .args(["/Size:10000", "/Count:20"])
        .dest_key(share.service().account())
        .run()
        .succeeded();
    assert_eq!(share.names(), ["kept/file"]);
    assert_eq!(share.directories(), ["kept"]);
}

#[test]
fn the_list_of_a_single_file_shows_it() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("listing");
    share.put("d/file", "bytes");
    let list = |path: &str| {
        Azring::new()
            .args(["list", &format!("{}/{path}", share.url())])
            .arg("/SourceType:File")
            .source_key(share.service().account())
            .run()
    };
    let listed = list("d/file").succeeded();
    assert!(listed.stdout.contains("5  file"), "{}", listed.stdout);
    list("d/none")
        .failed()
        .naming(&["no file and no directory", "d/none"]);
}

#[test]
fn downloads_of_a_whole_share_are_measured_without_s() {
    let (_server, service) = single_account::start_for_files();
    let share = service.fresh_share("measured");
    let outcome = Azring::new()
        .args(["bench", "download", &share.url(), "/SourceType:File"])
        .args(["/Size:1000", "/Count:2"])
        .source_key(share.service().account())
        .run()
        .succeeded();
    assert!(outcome.stdout.contains("2 object(s)"), "{}", outcome.stdout);
    assert!(share.names().is_empty());
}
