//! `/PreserveSmb`: the Windows attributes and times of files, between shares and folders.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::noise;
use azring_emulator_tests::two_accounts::TwoAccounts;
use rustix::fs::{XattrFlags, getxattr, setxattr};

const MIB: usize = 1 << 20;
const SAMBA: &str = "user.DOSATTRIB";
const CREATED: &str = "2011-03-09T01:42:34.1234567Z";
const WRITTEN: &str = "2012-04-10T02:43:35.7654321Z";

/// Attributes and times of files on a share.
const SMB: [(&str, &str); 3] = [
    ("x-ms-file-attributes", "ReadOnly | Hidden | Archive"),
    ("x-ms-file-creation-time", CREATED),
    ("x-ms-file-last-write-time", WRITTEN),
];

/// Makes a file with these attributes and times. It becomes read-only after its bytes.
fn put(share: &Share, name: &str, bytes: Vec<u8>) {
    share.put(name, bytes);
    let headers = [&SMB[..], &[("x-ms-file-permission", "preserve")]].concat();
    share
        .ask("PUT", name, &[("comp", "properties")], &headers, "")
        .succeeded();
}

fn assert_kept(share: &Share, name: &str, case: &str) {
    let answer = share.ask("HEAD", name, &[], &[], "").succeeded();
    for (header, value) in SMB {
        assert_eq!(answer.header(header), value, "{header} of {name} {case}");
    }
}

fn attributes_at(path: &Path) -> Vec<u8> {
    let mut value = [0; 256];
    let length = getxattr(path, SAMBA, &mut value).expect("the file has stored attributes");
    value[..length].to_vec()
}

#[test]
fn attributes_and_times_go_down_and_up_again() {
    let (_server, service) = single_account::start_for_files();
    let (source, target) = (service.fresh_share("from"), service.fresh_share("to"));
    put(&source, "small", b"abc".to_vec());
    put(&source, "d/large", noise(1, 9 * MIB));
    let folder = Folder::new();
    Azring::download(&source, folder.path())
        .args(["/S", "/PreserveSmb"])
        .run()
        .succeeded()
        .counting(2, 0, 0);
    let written = UNIX_EPOCH + Duration::new(1_334_025_815, 765_432_100);
    for name in ["small", "d/large"] {
        let path = folder.path().join(name);
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written);
        assert_eq!(attributes_at(&path)[12], 0x23, "{name}");
    }
    Azring::upload(folder.path(), &target)
        .args(["/S", "/PreserveSmb"])
        .run()
        .succeeded()
        .counting(2, 0, 0);
    for name in ["small", "d/large"] {
        assert_kept(&target, name, "after an upload");
        assert!(target.get(name) == source.get(name));
    }
}

#[test]
fn a_copy_between_shares_keeps_attributes_and_times_in_every_way() {
    let accounts = TwoAccounts::of_emulator();
    let [one, other] = accounts.file_services();
    let source = one.fresh_share("from");
    put(&source, "small", b"abc".to_vec());
    put(&source, "d/large", noise(1, 9 * MIB));
    for way in ["/ServerCopy:async", "/ServerCopy:blocks", "/SyncCopy"] {
        let target = other.fresh_share("to");
        Azring::between(&source, &target)
            .args(["/S", "/PreserveSmb", way])
            .run()
            .succeeded()
            .counting(2, 0, 0);
        for name in ["small", "d/large"] {
            assert_kept(&target, name, way);
            assert!(target.get(name) == source.get(name), "{way}");
        }
    }
}

#[test]
fn without_the_option_no_attribute_is_stored() {
    let (_server, service) = single_account::start_for_files();
    let (source, target) = (service.fresh_share("from"), service.fresh_share("to"));
    put(&source, "a", b"abc".to_vec());
    let folder = Folder::new();
    Azring::download(&source, folder.path())
        .arg("/S")
        .run()
        .succeeded();
    let path = folder.path().join("a");
    assert!(getxattr(&path, SAMBA, &mut [0_u8; 256]).is_err());
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    assert!(SystemTime::now().duration_since(modified).unwrap() < Duration::from_hours(1));
    setxattr(&path, SAMBA, b"0x22\0", XattrFlags::empty()).unwrap();
    Azring::upload(folder.path(), &target)
        .arg("/S")
        .run()
        .succeeded();
    assert_eq!(target.properties("a").attributes, "Archive");
}

#[test]
fn a_file_without_stored_attributes_goes_up_as_a_new_one() {
    let (_server, service) = single_account::start_for_files();
    let target = service.fresh_share("to");
    let folder = Folder::new();
    fs::write(folder.path().join("a"), "abc").unwrap();
    let file = File::options().append(true).open(folder.path().join("a"));
    let time = UNIX_EPOCH + Duration::from_millis(86_400_500);
    file.unwrap().set_modified(time).unwrap();
    Azring::upload(folder.path(), &target)
        .args(["/S", "/PreserveSmb"])
        .run()
        .succeeded();
    let file = target.properties("a");
    assert_eq!(file.attributes, "Archive");
    assert_eq!(file.last_write, "1970-01-02T00:00:00.5000000Z");
}

/// Attributes and times of directories on a share.
const OF_DIRECTORY: [(&str, &str); 3] = [
    ("x-ms-file-attributes", "Hidden | Directory"),
    ("x-ms-file-creation-time", CREATED),
    ("x-ms-file-last-write-time", WRITTEN),
];

/// Makes directories above files, and others, with these attributes and times.
fn put_directories(share: &Share) {
    share.make_directory("d");
    share.make_directory("d/e");
    share.make_directory("empty");
    share.put("d/e/f", "abc");
    for directory in ["d", "d/e", "empty"] {
        let query = [("restype", "directory"), ("comp", "properties")];
        let headers = [&OF_DIRECTORY[..], &[("x-ms-file-permission", "preserve")]].concat();
        share
            .ask("PUT", directory, &query, &headers, "")
            .succeeded();
    }
}

fn assert_directories_kept(share: &Share, case: &str) {
    for directory in ["d", "d/e"] {
        let answer = share.ask("HEAD", directory, &[("restype", "directory")], &[], "");
        let answer = answer.succeeded();
        for (header, value) in OF_DIRECTORY {
            assert_eq!(
                answer.header(header),
                value,
                "{header} of {directory} {case}"
            );
        }
    }
    assert_eq!(share.directories(), ["d", "d/e"], "{case}");
}

fn assert_directories_kept_at(folder: &Path) {
    let written = UNIX_EPOCH + Duration::new(1_334_025_815, 765_432_100);
    for name in ["d", "d/e"] {
        let path = folder.join(name);
        assert_eq!(
            fs::metadata(&path).unwrap().modified().unwrap(),
            written,
            "{name}"
        );
        // Hidden, and a directory.
        assert_eq!(attributes_at(&path)[12], 0x12, "{name}");
    }
    assert!(!folder.join("empty").exists());
}

#[test]
fn directories_keep_attributes_and_times_down_and_up_again() {
    let (_server, service) = single_account::start_for_files();
    let (source, target) = (service.fresh_share("from"), service.fresh_share("to"));
    put_directories(&source);
    let folder = Folder::new();
    Azring::download(&source, folder.path())
        .args(["/S", "/PreserveSmb"])
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert_directories_kept_at(folder.path());
    Azring::upload(folder.path(), &target)
        .args(["/S", "/PreserveSmb"])
        .run()
        .succeeded()
        .counting(1, 0, 0);
    assert_directories_kept(&target, "after an upload");
}

#[test]
fn directories_that_exist_at_the_target_get_attributes_too() {
    let (_server, service) = single_account::start_for_files();
    let (source, target) = (service.fresh_share("from"), service.fresh_share("to"));
    put_directories(&source);
    target.make_directory("d");
    let folder = Folder::new();
    fs::create_dir_all(folder.path().join("d")).unwrap();
    Azring::between(&source, &target)
        .args(["/S", "/PreserveSmb"])
        .run()
        .succeeded();
    assert_directories_kept(&target, "that existed");
    Azring::download(&source, folder.path())
        .args(["/S", "/PreserveSmb"])
        .run()
        .succeeded();
    assert_directories_kept_at(folder.path());
}

#[test]
fn a_copy_between_shares_keeps_those_of_directories_in_every_way() {
    let accounts = TwoAccounts::of_emulator();
    let [one, other] = accounts.file_services();
    let source = one.fresh_share("from");
    put_directories(&source);
    for way in ["/ServerCopy:async", "/ServerCopy:blocks", "/SyncCopy"] {
        let target = other.fresh_share("to");
        Azring::between(&source, &target)
            .args(["/S", "/PreserveSmb", way])
            .run()
            .succeeded()
            .counting(1, 0, 0);
        assert_directories_kept(&target, way);
    }
}

#[test]
fn an_older_service_keeps_those_of_directories_too() {
    let (_server, service) = single_account::start_for_files();
    let (source, target) = (service.fresh_share("from"), service.fresh_share("to"));
    put_directories(&source);
    Azring::between(&source, &target)
        .args(["/S", "/PreserveSmb", "/ServiceVersion:2019-07-07"])
        .run()
        .succeeded();
    assert_directories_kept(&target, "with a listing without attributes");
}

#[test]
fn without_the_option_directories_are_new_ones() {
    let (_server, service) = single_account::start_for_files();
    let (source, target) = (service.fresh_share("from"), service.fresh_share("to"));
    put_directories(&source);
    Azring::between(&source, &target)
        .arg("/S")
        .run()
        .succeeded();
    let answer = target.ask("HEAD", "d", &[("restype", "directory")], &[], "");
    let answer = answer.succeeded();
    assert_eq!(answer.header("x-ms-file-attributes"), "Directory");
    assert_ne!(answer.header("x-ms-file-last-write-time"), WRITTEN);
}

#[test]
fn a_directory_whose_attributes_are_refused_fails_the_run() {
    let (server, service) = single_account::start_for_files();
    let (source, target) = (service.fresh_share("from"), service.fresh_share("to"));
    put_directories(&source);
    server.set_fault_plan(
        r#"{ "rules": [ { "when": { "method": "PUT", "path": "*/d/e", "query": "*comp=properties*" },
                          "then": { "answer": { "status": 403, "code": "AuthorizationFailure" } } } ] }"#,
    );
    Azring::between(&source, &target)
        .args(["/S", "/PreserveSmb"])
        .run()
        .failed()
        .counting(1, 0, 0)
        .naming(&["attributes and times of the directory d/e", "403"]);
    server.assert_faults_applied();
    server.clear_faults();
    // The same command keeps them later, although every file is done.
    Azring::between(&source, &target)
        .args(["/S", "/PreserveSmb"])
        .run()
        .succeeded();
    assert_directories_kept(&target, "in the second run");
}
