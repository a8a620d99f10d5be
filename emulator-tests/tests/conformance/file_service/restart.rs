//! The folder store: after a restart shares have what was acknowledged, and nothing else.

use std::path::Path;

use azring_emulator_tests::emulator::{Options, PatternBlob, Server, StoreChoice};

use super::own_share::OwnShare;
use crate::client::Request;

fn options(folder: &Path) -> Options {
    Options {
        store: StoreChoice::Folder(folder.to_owned()),
        ..Options::default()
    }
}

fn fill(own: &OwnShare) {
    let set = own.share("PUT", "metadata").header("x-ms-meta-a", "b");
    set.send().expect(200);
    own.make_directory("Dir");
    own.make_directory("Dir/empty");
    own.make_directory("gone");
    own.directory("DELETE", "gone", "").send().expect(202);
    let create = own.create("Dir/f", 5000).header("x-ms-meta-k", "v");
    let create = create.header("x-ms-content-type", "text/plain");
    let create = create.header("x-ms-file-permission", "O:BAG:BAD:(A;;FA;;;BA)");
    create
        .header("x-ms-file-creation-time", "2001-01-01T00:00:00Z")
        .send()
        .expect(201);
    own.put_range("Dir/f", 100, &[1; 3000], 0)
        .send()
        .expect(201);
    own.put_range("Dir/f", 1000, b"", 1000).send().expect(201);
    own.put_range("Dir/f", 1500, b"inside", 0)
        .send()
        .expect(201);
    let cors = "<StorageServiceProperties><Cors><CorsRule><AllowedOrigins>*</AllowedOrigins><AllowedMethods>GET</AllowedMethods>\
        <MaxAgeInSeconds>5</MaxAgeInSeconds><ExposedHeaders></ExposedHeaders><AllowedHeaders></AllowedHeaders></CorsRule></Cors></StorageServiceProperties>";
    service_properties(own, "PUT").body(cors).send().expect(202);
    own.put("gone", b"gone");
    own.file("DELETE", "gone", "").send().expect(202);
    own.put("over", b"long before");
    own.share("PUT", "snapshot")
        .header("x-ms-meta-of", "snapshot")
        .send()
        .expect(201);
    own.make_directory("old");
    own.put("old/f", b"moved");
    let source = format!(
        "http://{}/{}/docs/old",
        own.client.address, own.client.account
    );
    let rename = own.directory("PUT", "New", "rename");
    rename
        .header("x-ms-file-rename-source", &source)
        .send()
        .expect(200);
    own.share("PUT", "filepermission")
        .body(r#"{"permission":"O:SYG:SYD:"}"#)
        .send()
        .expect(201);
    own.put("over", b"now");
}

fn service_properties(own: &OwnShare, method: &'static str) -> Request {
    let request = own.client.request(method, "").query("restype", "service");
    request.query("comp", "properties")
}

/// Everything of a share that clients see, but for the port.
fn seen(own: &OwnShare) -> Vec<String> {
    let mut seen = Vec::new();
    let shares = own
        .client
        .get("")
        .query("comp", "list")
        .query("include", "snapshots,metadata");
    let text = shares.send().expect(200).text();
    seen.push(text.split_once("<Shares").unwrap().1.to_owned());
    let time = text
        .split_once("<Snapshot>")
        .unwrap()
        .1
        .split_once('<')
        .unwrap()
        .0;
    let old = own.file("GET", "over", "").query("sharesnapshot", time);
    assert_eq!(old.send().expect(200).body, b"long before");
    let moved = own.file("GET", "New/f", "").query("sharesnapshot", time);
    moved.send().refused(404, "ParentNotFound");
    for path in ["", "Dir", "Dir/empty", "New"] {
        let list = own.directory("GET", path, "list");
        let list = list.query("include", "Timestamps,Etag,Attributes,PermissionKey");
        let text = list.send().expect(200).text();
        seen.push(text.split_once("<Entries").unwrap().1.to_owned());
    }
    for request in [
        own.share("GET", ""),
        service_properties(own, "GET"),
        own.share("GET", "stats"),
        own.directory("GET", "", ""),
        own.directory("GET", "Dir", ""),
        own.file("GET", "Dir/f", ""),
        own.file("GET", "Dir/f", "rangelist"),
        own.file("GET", "over", ""),
    ] {
        let reply = request.send().expect(200);
        let changing = ["date", "x-ms-request-id"];
        let headers = reply
            .headers
            .iter()
            .filter(|(name, _)| !changing.contains(&name.to_lowercase().as_str()));
        seen.push(format!(
            "{:?} {:?}",
            headers.collect::<Vec<_>>(),
            reply.body
        ));
    }
    seen
}

#[test]
fn shares_directories_and_files_survive_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnShare::with(&options(folder.path()));
    fill(&own);
    let before = seen(&own);
    drop(own);
    // The second start reads the journal that the first one wrote anew.
    for _ in 0..2 {
        let own = OwnShare::open(&options(folder.path()));
        assert_eq!(seen(&own), before);
    }
}

#[test]
fn ids_and_names_go_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnShare::with(&options(folder.path()));
    let id = |own: &OwnShare, path: &str| {
        let head = own.file("HEAD", path, "").send().expect(200);
        head.header("x-ms-file-id").unwrap().to_owned()
    };
    own.put("a", b"x");
    let first = id(&own, "a");
    drop(own);
    let own = OwnShare::open(&options(folder.path()));
    own.put("b", b"x");
    assert_ne!(id(&own, "b"), first);
    own.put("A", b"y");
    assert_eq!(own.names(""), ["a", "b"]);
}

#[test]
fn changes_since_a_snapshot_are_the_same_after_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnShare::with(&options(folder.path()));
    own.put("f", &[1; 4096]);
    own.create("hole", 4096).send().expect(201);
    own.put("last", b"x");
    let snapshot = own.share("PUT", "snapshot").send().expect(201);
    let time = snapshot.header("x-ms-snapshot").unwrap().to_owned();
    own.put_range("f", 1024, &[2; 512], 0).send().expect(201);
    own.put_range("hole", 512, b"", 512).send().expect(201);
    // The journal names the bytes of these files anew.
    for path in ["f", "hole"] {
        let set = own.file("PUT", path, "metadata").header("x-ms-meta-a", "b");
        set.send().expect(200);
    }
    own.put_range("f", 2048, b"", 512).send().expect(201);
    let changes = |own: &OwnShare, path: &str| {
        let list = own.file("GET", path, "rangelist");
        list.query("prevsharesnapshot", &time).send()
    };
    let before = ["f", "hole"].map(|path| changes(&own, path).expect(200).text());
    assert!(before[1].contains("<ClearRange>"), "{}", before[1]);
    own.file("DELETE", "last", "").send().expect(202);
    drop(own);
    for _ in 0..2 {
        let own = OwnShare::open(&options(folder.path()));
        let after = ["f", "hole"].map(|path| changes(&own, path).expect(200).text());
        assert_eq!(after, before);
    }
    // The id of a file in a snapshot is not given again.
    let own = OwnShare::open(&options(folder.path()));
    own.put("last", b"y");
    changes(&own, "last").refused(409, "FileGenerationMismatch");
}

#[test]
fn a_deleted_share_stays_deleted_and_blobs_stay_beside_shares() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnShare::with(&options(folder.path()));
    own.put("f", b"x");
    own.share("DELETE", "").send().expect(202);
    let mut blobs = own.client.clone();
    blobs.address = own.server.address().to_string();
    blobs
        .put("box")
        .query("restype", "container")
        .send()
        .expect(201);
    let put = blobs.put("box/b").header("x-ms-blob-type", "BlockBlob");
    put.body("blob").send().expect(201);
    drop(own);
    let own = OwnShare::open(&options(folder.path()));
    own.share("GET", "").send().refused(404, "ShareNotFound");
    let mut blobs = own.client.clone();
    blobs.address = own.server.address().to_string();
    assert_eq!(blobs.get("box/b").send().expect(200).body, b"blob");
}

#[test]
fn pattern_files_exist_from_the_start_with_their_directories() {
    let pattern =
        |text: &str| -> Vec<PatternBlob> { PatternBlob::parse_many(text).unwrap().collect() };
    let own = OwnShare::open(&Options {
        store: StoreChoice::Null,
        pattern_files: pattern("docs/a/b/f-:1000:3"),
        ..Options::default()
    });
    assert_eq!(own.names("a/b"), ["f-0", "f-1", "f-2"]);
    let expected: Vec<u8> = (0..1000)
        .map(azring_emulator_tests::emulator::pattern::byte_at)
        .collect();
    assert_eq!(own.bytes("a/b/f-2"), expected);
    let refused = Server::start(&Options {
        pattern_files: pattern("docs/f:1:1"),
        ..Options::default()
    });
    let refused = refused.err().unwrap().to_string();
    assert!(
        refused.contains("pattern files need the store `null`"),
        "{refused}"
    );
}

#[test]
fn the_null_store_returns_the_pattern_at_each_offset() {
    let own = OwnShare::with(&Options {
        store: StoreChoice::Null,
        ..Options::default()
    });
    own.create("f", 1 << 20).send().expect(201);
    own.put_range("f", 4096, &[7; 4096], 0).send().expect(201);
    let expected: Vec<u8> = (4096..8192)
        .map(azring_emulator_tests::emulator::pattern::byte_at)
        .collect();
    let get = own
        .file("GET", "f", "")
        .header("x-ms-range", "bytes=4096-8191");
    assert_eq!(get.send().expect(206).body, expected);
}
