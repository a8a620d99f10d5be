//! Other programs read what azring uploaded to a share, and azring reads what they uploaded, with properties.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azring_emulator_tests::certificate::Certificate;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator_process::EmulatorProcess;
use azring_emulator_tests::peers::{self, Peers};
use azring_emulator_tests::rest::{Share, content_md5};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};
use rustix::fs::{XattrFlags, getxattr, setxattr};

use super::{download, folder_with, upload};

/// Small files, an empty one, one of several ranges, and names that have to be encoded.
fn tree() -> Tree {
    Tree::named([
        "a.txt",
        "b/c d.html",
        "b/ü/日本.json",
        "100% & more+.bin",
        "b/c & d",
        "ü%",
    ])
    .with("empty", "")
    .with("large.bin", noise(3, 9 * 1024 * 1024 + 7))
}

fn with_sas(share: &Share) -> String {
    format!("{}?{}", share.url(), share.service().account_sas())
}

/// A program: its name, how it uploads a folder, and how it downloads a share.
type Program = (
    &'static str,
    fn(&Peers, &Path, &Share),
    fn(&Peers, &Share, &Path),
);

const PROGRAMS: [Program; 2] = [
    (
        "azcopy",
        |peers, folder, share| {
            let logs = Folder::new();
            let source = format!("{}/*", folder.display());
            let mut copy = peers.azcopy("LocalFile", &source, &with_sas(share), logs.path());
            copy.arg("--put-md5");
            peers::run(copy);
        },
        |peers, share, folder| {
            let logs = Folder::new();
            let source = with_sas(share).replacen('?', "/*?", 1);
            let target = folder.display().to_string();
            let mut copy = peers.azcopy("FileLocal", &source, &target, logs.path());
            copy.args(["--check-md5", "FailIfDifferentOrMissing"]);
            peers::run(copy);
        },
    ),
    (
        "rclone",
        |peers, folder, share| {
            peers::run(peers.rclone_files(share, &folder.to_string_lossy(), "azure:"));
        },
        |peers, share, folder| {
            peers::run(peers.rclone_files(share, "azure:", &folder.to_string_lossy()));
        },
    ),
];

#[test]
fn azring_downloads_from_shares_what_other_programs_uploaded() {
    let (_server, service) = single_account::start_for_files();
    let folder = folder_with(&tree());
    for (program, upload, _) in PROGRAMS {
        let share = service.fresh_share(&format!("by-{program}"));
        upload(&Peers::find(), folder.path(), &share);
        assert_same(&tree(), &Tree::get_from(&share));
        let target = Folder::new();
        let outcome = download(&share, &target).arg("/MT").run();
        outcome.succeeded().counting(tree().len() as u64, 0, 0);
        assert_same(&tree(), &Tree::read_from(target.path()));
    }
}

#[test]
fn other_programs_download_what_azring_uploaded_to_a_share() {
    let (_server, service) = single_account::start_for_files();
    let folder = folder_with(&tree());
    let share = service.unmade_share("by-azring");
    let outcome = upload(&folder, &share).arg("/SetContentType").run();
    outcome.succeeded().counting(tree().len() as u64, 0, 0);
    for (_, _, download) in PROGRAMS {
        let target = Folder::new();
        download(&Peers::find(), &share, target.path());
        assert_same(&tree(), &Tree::read_from(target.path()));
    }
}

#[test]
fn azures_python_sdk_agrees_on_what_azring_uploaded_to_a_share() {
    let (_server, service) = single_account::start_for_files();
    let folder = folder_with(&tree());
    let share = service.unmade_share("for-python");
    let outcome = upload(&folder, &share).arg("/SetContentType").run();
    outcome.succeeded().counting(tree().len() as u64, 0, 0);
    let listed = Peers::find().python_files(&share);
    assert_eq!(listed.len(), tree().len());
    for file in listed {
        let name = file.name.as_str();
        let bytes = tree().get(name).expect("it was uploaded").to_owned();
        assert_eq!(file.bytes, bytes.len() as u64, "length of {name:?}");
        assert_eq!(file.content_md5, content_md5(&bytes), "MD5 of {name:?}");
        let content_type = match name.rsplit_once('.') {
            Some((_, "txt")) => "text/plain",
            Some((_, "html")) => "text/html",
            Some((_, "json")) => "application/json",
            _ => "application/octet-stream",
        };
        assert_eq!(file.content_type, content_type, "content type of {name:?}");
    }
}

#[test]
fn blobxfer_and_azring_read_each_others_shares() {
    let certificate = Certificate::make();
    let authority = certificate.authority();
    let emulator = EmulatorProcess::start_https(&certificate, &[]);
    let service = emulator.file_service(Some(&authority));
    let trust = format!("/CaFile:{}", authority.display());
    let (folder, peers) = (folder_with(&tree()), Peers::find());

    let share = service.unmade_share("by-blobxfer");
    peers::run(peers.blobxfer("upload", &share, folder.path(), &authority));
    let target = Folder::new();
    let outcome = download(&share, &target).args(["/CheckMD5", &trust]).run();
    outcome.succeeded().counting(tree().len() as u64, 0, 0);
    assert_same(&tree(), &Tree::read_from(target.path()));

    let share = service.unmade_share("for-blobxfer");
    upload(&folder, &share).arg(&trust).run().succeeded();
    let target = Folder::new();
    peers::run(peers.blobxfer("download", &share, target.path(), &authority));
    assert_same(&tree(), &Tree::read_from(target.path()));
}

/// A time without a fraction of a second.
fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_334_025_815)
}

fn set_modified(path: &Path) {
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(time()).unwrap();
}

/// The attributes as the bits of Windows that a mounted share shows, which AzCopy reads and writes.
const OF_MOUNT: &str = "user.cifs.dosattrib";
const HIDDEN_FILE: u32 = 0x22;
const HIDDEN_DIRECTORY: u32 = 0x12;

fn bits_at(path: &Path, name: &str, at: usize) -> u32 {
    let mut value = [0; 64];
    getxattr(path, name, &mut value).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    u32::from_le_bytes(value[at..at + 4].try_into().unwrap())
}

#[test]
fn azcopy_and_azring_keep_each_others_attributes() {
    let (_server, service) = single_account::start_for_files();
    let (folder, peers, logs) = (Folder::new(), Peers::find(), Folder::new());
    let (directory, file) = (folder.path().join("d"), folder.path().join("d/f"));
    fs::create_dir(&directory).unwrap();
    fs::write(&file, "abc").unwrap();
    set_modified(&file);
    for (path, bits) in [(&directory, HIDDEN_DIRECTORY), (&file, HIDDEN_FILE)] {
        setxattr(path, OF_MOUNT, &bits.to_le_bytes(), XattrFlags::empty()).unwrap();
    }

    let share = service.fresh_share("by-azcopy");
    let source = format!("{}/*", folder.path().display());
    let mut copy = peers.azcopy("LocalFile", &source, &with_sas(&share), logs.path());
    copy.arg("--preserve-smb-info");
    peers::run(copy);
    let target = Folder::new();
    download(&share, &target)
        .arg("/PreserveSmb")
        .run()
        .succeeded();
    let at = |name: &str| target.path().join(name);
    assert_eq!(bits_at(&at("d"), "user.DOSATTRIB", 12), HIDDEN_DIRECTORY);
    assert_eq!(bits_at(&at("d/f"), "user.DOSATTRIB", 12), HIDDEN_FILE);
    assert_eq!(fs::metadata(at("d/f")).unwrap().modified().unwrap(), time());

    let share = service.fresh_share("for-azcopy");
    upload(&folder, &share)
        .arg("/PreserveSmb")
        .run()
        .succeeded();
    let target = Folder::new();
    let source = with_sas(&share).replacen('?', "/*?", 1);
    let to = target.path().display().to_string();
    let mut copy = peers.azcopy("FileLocal", &source, &to, logs.path());
    copy.arg("--preserve-smb-info");
    peers::run(copy);
    let at = |name: &str| target.path().join(name);
    // AzCopy leaves out the bit that says that it is a directory.
    assert_eq!(bits_at(&at("d"), OF_MOUNT, 0), HIDDEN_DIRECTORY & !0x10);
    assert_eq!(bits_at(&at("d/f"), OF_MOUNT, 0), HIDDEN_FILE);
    assert_eq!(fs::metadata(at("d/f")).unwrap().modified().unwrap(), time());
}

#[test]
fn rclone_and_azring_keep_each_others_times() {
    let (_server, service) = single_account::start_for_files();
    let (folder, peers) = (Folder::new(), Peers::find());
    fs::write(folder.path().join("f"), "abc").unwrap();
    set_modified(&folder.path().join("f"));
    let modified = |folder: &Folder| {
        let facts = fs::metadata(folder.path().join("f")).unwrap();
        facts.modified().unwrap()
    };

    let share = service.fresh_share("by-rclone");
    let from = folder.path().to_string_lossy();
    peers::run(peers.rclone_files(&share, &from, "azure:"));
    let target = Folder::new();
    download(&share, &target)
        .arg("/PreserveSmb")
        .run()
        .succeeded();
    assert_eq!(modified(&target), time());

    let share = service.fresh_share("for-rclone");
    upload(&folder, &share)
        .arg("/PreserveSmb")
        .run()
        .succeeded();
    let target = Folder::new();
    let to = target.path().to_string_lossy();
    peers::run(peers.rclone_files(&share, "azure:", &to));
    assert_eq!(modified(&target), time());
}

#[test]
fn azures_python_sdk_sees_properties_that_a_copy_kept() {
    let (_server, service) = single_account::start_for_files();
    let (source, target) = (service.fresh_share("from"), service.fresh_share("to"));
    source.make_directory("d");
    let smb = [
        ("x-ms-file-creation-time", "2011-03-09T01:42:34.1234567Z"),
        ("x-ms-file-last-write-time", "2012-04-10T02:43:35.7654321Z"),
    ];
    let of_file = [
        ("x-ms-file-attributes", "Hidden|Archive"),
        ("x-ms-content-type", "text/plain"),
        ("x-ms-meta-colour", "blue"),
    ];
    source.put_with("d/f", "abc", &[&smb[..], &of_file].concat());
    let of_directory = [("x-ms-file-attributes", "System|Directory")];
    let headers = [&smb[..], &of_directory].concat();
    let query = [("restype", "directory"), ("comp", "properties")];
    source.ask("PUT", "d", &query, &headers, "").succeeded();

    Azring::between(&source, &target)
        .args(["/S", "/PreserveSmb"])
        .run()
        .succeeded();

    let listed = Peers::find().python_smb(&target);
    assert_eq!(listed, Peers::find().python_smb(&source));
    let (directory, file) = (&listed["d"], &listed["d/f"]);
    assert_eq!(directory.attributes, "System | Directory");
    assert_eq!(directory.last_write, "2012-04-10 02:43:35.765432+00:00");
    assert_eq!(file.attributes, "Hidden | Archive");
    assert_eq!(file.metadata["colour"], "blue");
    assert_eq!(file.content_type, "text/plain");
}
