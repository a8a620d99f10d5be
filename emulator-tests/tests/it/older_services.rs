//! Services that know less than Azure: what one lacks is left out with one notice, and everything arrives and is checked.

use azring_emulator_tests::account::Account;
use azring_emulator_tests::azurite;
use azring_emulator_tests::command::{Azring, Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{AccountOption, Behaviour, Options, Server};
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

/// The version that Azure Stack Hub knows, and the one before.
const STACK: &str = "2019-07-07";
const OLD_STACK: &str = "2017-11-09";

struct Lesser {
    server: Server,
    container: Container,
    source: Folder,
    tree: Tree,
}

impl Lesser {
    /// A service with these habits, and files on disk: small ones, and two of several blocks.
    fn new(behaviour: Behaviour) -> Self {
        let known = |account: Account| AccountOption {
            name: account.name().to_owned(),
            key: account.key_in_base64(),
            second_key: None,
        };
        let options = Options {
            accounts: [Account::development(), Account::second()]
                .map(known)
                .to_vec(),
            behaviour,
            log_lines: 10_000,
            ..Options::default()
        };
        let (server, service) = single_account::start_with(&options);
        let tree = Tree::named(["a", "d/b", "d/e/c"])
            .with("empty", Vec::new())
            .with("large", noise(1, (12 << 20) + 77))
            .with("d/larger", noise(2, 17 << 20));
        let source = Folder::new();
        tree.write_to(source.path());
        Self {
            container: service.container("cont"),
            server,
            source,
            tree,
        }
    }

    fn up_to(version: &str) -> Self {
        Self::new(Behaviour {
            newest_version: version.to_owned(),
            ..Behaviour::default()
        })
    }

    fn upload(&self) -> Azring {
        Azring::upload(self.source.path(), &self.container).args(["/S", "/Y"])
    }

    fn download(&self, target: &Folder) -> Azring {
        Azring::download(&self.container, target.path()).args(["/S", "/Y", "/CheckMD5"])
    }

    /// Up and down again, each run with these words.
    fn goes_round(&self, words: &[&str]) -> [Outcome; 2] {
        let target = Folder::new();
        let up = self.upload().args(words).run().succeeded();
        let down = self.download(&target).args(words).run().succeeded();
        assert_same(&self.tree, &Tree::read_from(target.path()));
        [up, down]
    }

    fn headers(&self, name: &str) -> usize {
        let lines = self.server.watch().log.lines();
        lines.iter().filter(|line| line.contains(name)).count()
    }
}

fn notices(outcome: &Outcome, text: &str) -> usize {
    let all = format!("{}{}", outcome.stdout, outcome.stderr);
    all.lines().filter(|line| line.contains(text)).count()
}

#[test]
fn blocks_carry_their_md5_where_crc64_is_not_known() {
    let lesser = Lesser::new(Behaviour {
        no_crc64: true,
        ..Behaviour::default()
    });
    let [up, _] = lesser.goes_round(&[]);
    assert_eq!(
        notices(&up, "does not know `x-ms-content-crc64`"),
        1,
        "{up}"
    );
}

#[test]
fn an_azurite_that_knows_no_crc64_takes_everything_and_gives_it_back() {
    let container = azurite::shared_older()
        .blob_service()
        .fresh_container("older");
    let tree = Tree::named(["a", "d/b"])
        .with("large", noise(1, (12 << 20) + 77))
        .with("d/larger", noise(2, 17 << 20));
    let (source, target) = (Folder::new(), Folder::new());
    tree.write_to(source.path());
    let account = container.service().account();
    let up = Azring::copy(source.path(), container.url())
        .dest_key(account)
        .args(["/S", "/Y", "/DestType:Blob"])
        .run()
        .succeeded();
    let told = notices(&up, "does not know `x-ms-content-crc64`");
    assert_eq!(told, 1, "{up}");
    Azring::copy(container.url(), target.path())
        .source_key(account)
        .args(["/S", "/Y", "/SourceType:Blob", "/CheckMD5"])
        .run()
        .succeeded();
    assert_same(&tree, &Tree::read_from(target.path()));
}

#[test]
fn a_bit_that_flips_on_the_way_is_caught_without_crc64_too() {
    let lesser = Lesser::new(Behaviour {
        no_crc64: true,
        ..Behaviour::default()
    });
    let flip = r#"{ "seed": 1, "rules": [ { "name": "flip",
        "when": { "method": "PUT", "path": "*/large", "query": "*comp=block&*", "hits": [2] },
        "then": { "flip_request_bit": 4711 } } ] }"#;
    lesser.server.set_fault_plan(flip);
    lesser.goes_round(&[]);
}

#[test]
fn page_and_append_blobs_go_without_crc64_too() {
    for blob_type in ["page", "append"] {
        let lesser = Lesser::new(Behaviour {
            no_crc64: true,
            ..Behaviour::default()
        });
        let data = Tree::named([] as [&str; 0]).with("data", noise(3, 9 << 20));
        data.write_to(lesser.source.path());
        let kind = format!("/BlobType:{blob_type}");
        let up = lesser.upload().args(["/Pattern:data", kind.as_str()]).run();
        let up = up.succeeded();
        assert_eq!(
            notices(&up, "does not know `x-ms-content-crc64`"),
            1,
            "{up}"
        );
        assert_eq!(lesser.container.get("data"), noise(3, 9 << 20));
    }
}

#[test]
fn azure_stack_works_in_the_version_that_is_given() {
    for version in [STACK, OLD_STACK] {
        let lesser = Lesser::up_to(version);
        let word = format!("/ServiceVersion:{version}");
        let [up, _] = lesser.goes_round(&[&word]);
        let lacks = notices(&up, "has no CRC-64");
        assert_eq!(lacks, usize::from(version == OLD_STACK), "{up}");
        // By the variable that scripts for Azure Stack set, too.
        let target = Folder::new();
        let down = lesser.download(&target);
        let down = down.env("AZCOPY_DEFAULT_SERVICE_API_VERSION", version);
        down.run().succeeded();
        assert_same(&lesser.tree, &Tree::read_from(target.path()));
    }
}

#[test]
fn azure_stack_copies_by_itself_in_the_version_that_is_given() {
    for version in [STACK, OLD_STACK] {
        let lesser = Lesser::up_to(version);
        let word = format!("/ServiceVersion:{version}");
        lesser.upload().args([&word]).run().succeeded();
        for way in ["auto", "blocks", "async"] {
            // Of another account: its source is read with a token that is signed here.
            let other =
                BlobService::path_style(&lesser.server.blob_url(), &Account::second(), None);
            let other = other.container(&format!("to-{way}"));
            let copy = Azring::copy(lesser.container.url(), other.url())
                .source_key(&Account::development())
                .dest_key(&Account::second())
                .args(["/S", "/Y", "/SourceType:Blob", "/DestType:Blob"])
                .args([&word, &format!("/ServerCopy:{way}")]);
            copy.run().succeeded();
            // The test itself reads in a later version.
            lesser.server.set_behaviour(Behaviour::default());
            assert_eq!(other.get("d/larger"), noise(2, 17 << 20), "{version} {way}");
            lesser.server.set_behaviour(Behaviour {
                newest_version: version.to_owned(),
                ..Behaviour::default()
            });
        }
    }
}

#[test]
fn a_version_that_the_service_names_is_spoken_and_told_once() {
    let lesser = Lesser::new(Behaviour {
        newest_version: STACK.to_owned(),
        names_version: true,
        ..Behaviour::default()
    });
    for outcome in lesser.goes_round(&[]) {
        let told = notices(&outcome, "does not know the version 2021-12-02");
        assert_eq!(told, 1, "{outcome}");
    }
    assert!(lesser.headers("PutBlock") > 0);
}

#[test]
fn a_version_that_is_refused_is_reported_with_what_to_give() {
    let lesser = Lesser::up_to(STACK);
    for azring in [lesser.upload(), lesser.download(&Folder::new())] {
        let outcome = azring.run().failed();
        let all = outcome.stderr.clone();
        assert!(all.contains("`/ServiceVersion:2019-07-07`"), "{outcome}");
    }
    let outcome = Azring::new()
        .args(["list", &lesser.container.url()])
        .args(["--source-key", &Account::development().key_in_base64()])
        .run();
    assert_ne!(outcome.status, Some(0), "{outcome}");
    assert!(
        outcome.stderr.contains("HeaderName `x-ms-version`"),
        "{outcome}"
    );
    assert!(
        outcome.stderr.contains("HeaderValue `2021-12-02`"),
        "{outcome}"
    );
}

#[test]
fn a_version_that_is_no_date_is_refused_before_anything_is_asked() {
    for wrong in ["latest", "2019", "2031-01-01"] {
        let word = format!("/ServiceVersion:{wrong}");
        let outcome = Azring::copy("/tmp", "http://127.0.0.1:1/devstoreaccount1/c")
            .args([&word])
            .run();
        outcome.refused().naming(&["/ServiceVersion"]);
    }
}
