//! What can be wrong with a share or for it: the message names the thing, and everything else still goes.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Behaviour, Options, Server, StoreChoice};
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use super::{download, folder_with, upload};

const TIB: u64 = 1 << 40;

fn share() -> (Server, Share) {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("bad");
    (server, share)
}

fn tree() -> Tree {
    Tree::named(["a", "d/b", "d/e/c"])
}

/// The copy with a SAS in the place of the key, from or to the share.
fn with_sas(share: &Share, sas: &str, folder: &Folder, is_upload: bool) -> Azring {
    let (url, path) = (share.url(), folder.path().display().to_string());
    let copy = if is_upload {
        Azring::copy(path, url).args(["/DestType:File", &format!("/DestSAS:{sas}")])
    } else {
        Azring::copy(url, path).args(["/SourceType:File", &format!("/SourceSAS:{sas}")])
    };
    copy.arg("/Y")
}

#[test]
fn a_share_without_a_credential_is_refused_before_any_request() {
    let (server, share) = share();
    let folder = folder_with(&tree());
    server.watch().counters.reset();
    for (copy, side) in [
        (
            Azring::copy(share.url(), folder.path()).arg("/SourceType:File"),
            "/SourceKey",
        ),
        (
            Azring::copy(folder.path(), share.url()).arg("/DestType:File"),
            "/DestKey",
        ),
    ] {
        copy.arg("/S").run().refused().naming(&[side]);
    }
    let counters = server.watch().counters.snapshot();
    assert!(counters.operations.is_empty(), "nothing was asked");
}

#[test]
fn a_wrong_key_is_an_error_with_the_services_answer() {
    let (_server, share) = share();
    let wrong = share.service().account().with_wrong_key();
    share.put("there", "there");
    let (folder, target) = (folder_with(&tree()), Folder::new());
    let copies = [
        Azring::copy(folder.path(), share.url())
            .dest_key(&wrong)
            .arg("/DestType:File"),
        Azring::copy(share.url(), target.path())
            .source_key(&wrong)
            .arg("/SourceType:File"),
    ];
    for copy in copies {
        let outcome = copy.arg("/S").run().failed().naming(&["403", share.name()]);
        assert!(!format!("{outcome}").contains(&wrong.key_in_base64()));
    }
    assert_eq!(share.names(), ["there"]);
    assert!(Tree::read_from(target.path()).is_empty());
}

#[test]
fn a_missing_share_is_an_error_on_download_and_is_not_made() {
    let (_server, share) = share();
    let missing = share.service().unmade_share("missing");
    let folder = Folder::new();
    let outcome = download(&missing, &folder).run();
    outcome.failed().naming(&["404", missing.name()]);
    assert!(!missing.exists());
}

#[test]
fn a_missing_directory_is_an_error_that_names_it() {
    let (_server, share) = share();
    share.put("a", "a");
    let folder = Folder::new();
    let outcome = Azring::copy(share.url() + "/no/where/", folder.path())
        .source_key(share.service().account())
        .args(["/SourceType:File", "/S"])
        .run();
    outcome.failed().naming(&["404", "no/where"]);
}

#[test]
fn a_share_that_is_being_deleted_is_made_again_when_its_name_is_free() {
    let behaviour = Behaviour {
        container_delete_ms: 1500,
        ..Behaviour::default()
    };
    let (server, service) = single_account::start_for_files_with(&Options {
        behaviour,
        ..Options::default()
    });
    let share = service.fresh_share("deleted");
    share.remove();
    let folder = folder_with(&tree());
    server.watch().counters.reset();
    upload(&folder, &share).run().succeeded().counting(3, 0, 0);
    assert!(server.watch().counters.of("CreateShare").requests >= 2);
    assert_same(&tree(), &Tree::get_from(&share));
}

#[test]
fn a_full_share_fails_file_by_file_and_takes_what_fits() {
    let (_server, service) = single_account::start_for_files_with(&Options {
        store: StoreChoice::Null,
        ..Options::default()
    });
    let share = service.fresh_share("full");
    share.set_quota(1);
    let folder = Folder::in_memory();
    let large = File::create(folder.join("large")).expect("the folder is ours");
    large.set_len((1 << 30) + 512).expect("it has room");
    // Zeros are not sent, so they take no room.
    let page = noise(1, 4096);
    for at in (0..(1 << 30) + 512).step_by(4 << 20) {
        large.write_all_at(&page, at).expect("it has room");
    }
    for at in (0..1_u64 << 30).step_by(4 << 20) {
        share_write(&share, at);
    }
    Tree::new()
        .with("small", noise(2, 100))
        .with("zero", "")
        .write_to(folder.path());
    let outcome = upload(&folder, &share).arg("/MD5:off").run().failed();
    let outcome = outcome.naming(&["small", "ShareSizeLimitReached"]);
    let summary = outcome.summary();
    assert_eq!((summary.done, summary.failed), (1, 2), "{outcome}");
    assert_eq!(share.properties("zero").bytes, 0);
}

/// Fills the file `filler`, which takes all the room there is.
fn share_write(share: &Share, at: u64) {
    if at == 0 {
        share.create("filler", 1 << 30, &[]);
    }
    share.write("filler", at, &vec![1; 4 << 20]);
}

#[test]
fn a_sas_that_may_not_list_names_the_right_that_is_missing() {
    let (_server, share) = share();
    tree().put_into(&share);
    let reads = share.service().account_sas_for("o", "r");
    let folder = Folder::new();
    let outcome = with_sas(&share, &reads, &folder, false).arg("/S").run();
    outcome.failed().naming(&["to list the share"]);
    // One file needs no listing.
    let one = with_sas(&share, &reads, &folder, false)
        .arg("/Pattern:a")
        .run();
    one.succeeded().counting(1, 0, 0);
    assert_same(&Tree::named(["a"]), &Tree::read_from(folder.path()));
}

#[test]
fn a_sas_that_may_not_create_the_share_still_writes_files() {
    let (_server, share) = share();
    let writes = share.service().account_sas_for("o", "rwc");
    let folder = folder_with(&tree());
    let outcome = with_sas(&share, &writes, &folder, true).arg("/S").run();
    outcome.succeeded().counting(3, 0, 0);
    assert_same(&tree(), &Tree::get_from(&share));
}

#[test]
fn a_sas_that_may_not_create_directories_writes_into_those_there() {
    let (server, share) = share();
    share.make_directory("d/e");
    server.set_faults(
        r#"{ "when": { "method": "PUT", "query": "*restype=directory*" },
             "then": { "answer": { "status": 403, "code": "AuthorizationPermissionMismatch" } } }"#,
    );
    let writes = share.service().account_sas_for("o", "rwc");
    let folder = folder_with(&tree());
    let outcome = with_sas(&share, &writes, &folder, true).arg("/S").run();
    server.assert_faults_applied();
    outcome.succeeded().counting(3, 0, 0);
    assert_same(&tree(), &Tree::get_from(&share));
}

#[test]
fn a_sas_that_may_not_write_names_the_right_that_is_missing() {
    let (_server, share) = share();
    let reads = share.service().account_sas_for("sco", "rl");
    let folder = folder_with(&tree());
    let outcome = with_sas(&share, &reads, &folder, true).arg("/S").run();
    outcome.failed().naming(&["lacks `w`"]);
    assert!(share.names().is_empty());
}

#[test]
fn a_directory_in_the_way_fails_one_file_and_the_rest_is_copied() {
    let (_server, share) = share();
    share.make_directory("a");
    let folder = folder_with(&tree());
    let outcome = upload(&folder, &share).run().failed();
    let outcome = outcome.counting(2, 0, 1).naming(&["/a` is a directory"]);
    assert_eq!(outcome.errors().len(), 1, "{outcome}");
    assert_eq!(share.names(), ["d/b", "d/e/c"]);
}

#[test]
fn a_file_in_the_place_of_a_directory_fails_what_is_below_it() {
    let (_server, share) = share();
    share.put("d", "a file");
    let folder = folder_with(&tree());
    let outcome = upload(&folder, &share).run().failed();
    let why = "/d` is a file: there cannot be a directory of that name";
    outcome.counting(1, 0, 2).naming(&["d/b", "d/e/c", why]);
    assert_eq!(share.names(), ["a", "d"]);
    assert_eq!(share.get("d"), b"a file");
}

#[test]
fn names_that_are_too_long_for_a_share_fail_alone() {
    let (_server, share) = share();
    // Each colon becomes three characters.
    let part = ":".repeat(86);
    let path = ["n"; 9].map(|part| part.repeat(240)).join("/");
    let folder = folder_with(&tree().with(&part, "x").with(&path, "y"));
    let outcome = upload(&folder, &share).run().failed();
    outcome.counting(3, 0, 2).naming(&["255", "2048"]);
    assert_same(&tree(), &Tree::get_from(&share));
}

/// A share counts characters, and a disk counts bytes.
#[test]
fn names_that_are_too_long_for_the_disk_fail_alone() {
    let (_server, share) = share();
    let long = format!("d/{}", "ü".repeat(200));
    tree().with(&long, "long").put_into(&share);
    let folder = Folder::new();
    let outcome = download(&share, &folder).run().failed();
    let outcome = outcome.counting(3, 0, 1);
    assert_eq!(outcome.errors().len(), 1, "{outcome}");
    assert_same(&tree(), &Tree::read_from(folder.path()));
}

#[test]
fn a_file_that_is_too_long_for_a_share_fails_alone() {
    let (_server, share) = share();
    let folder = folder_with(&tree());
    let large = File::create(folder.join("large")).expect("the folder is ours");
    large.set_len(4 * TIB + 1).expect("a hole");
    let outcome = upload(&folder, &share).run().failed();
    outcome
        .counting(3, 0, 1)
        .naming(&["large", "maximum size 4398046511104"]);
    assert_same(&tree(), &Tree::get_from(&share));
}

#[test]
fn a_snapshot_of_a_share_is_read_and_not_written() {
    let (_server, share) = share();
    tree().put_into(&share);
    let time = share.snapshot();
    share.put("a", "changed");
    share.put("later", "later");
    let folder = Folder::new();
    let url = format!("{}?sharesnapshot={time}", share.url());
    let outcome = Azring::copy(&url, folder.path())
        .source_key(share.service().account())
        .args(["/SourceType:File", "/S"])
        .run();
    outcome.succeeded().counting(3, 0, 0);
    assert_same(&tree(), &Tree::read_from(folder.path()));
    let outcome = Azring::copy(folder.path(), &url)
        .dest_key(share.service().account())
        .args(["/DestType:File", "/S", "/Y"])
        .run();
    outcome.refused().naming(&["snapshot"]);
}
