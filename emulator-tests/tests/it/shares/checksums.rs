//! Every range of an upload carries a checksum: the CRC-64 in its body, or the MD5 where the service knows no such body.

use azring_emulator_tests::command::{Folder, Outcome};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::{Behaviour, Options, Server};
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use super::{download, folder_with, upload};

/// A service with this behaviour, a share of it, and files of one range and of several.
struct CheckedShare {
    server: Server,
    share: Share,
    tree: Tree,
}

impl CheckedShare {
    fn new(behaviour: Behaviour) -> Self {
        let options = Options {
            behaviour,
            log_lines: 10_000,
            ..Options::default()
        };
        let (server, service) = single_account::start_for_files_with(&options);
        let share = service.unmade_share("checked");
        let mut ends_in_zeros = noise(3, 5000);
        ends_in_zeros.resize(ends_in_zeros.len() + 100_000, 0);
        let mut begins_with_zeros = vec![0; 100_000];
        begins_with_zeros.extend(noise(4, 5000));
        let tree = Tree::named(["a", "d/b"])
            .with("empty", Vec::new())
            .with("zeros", vec![0; 3000])
            .with("d/ends in zeros", ends_in_zeros)
            .with("d/begins with zeros", begins_with_zeros)
            .with("large", noise(1, (12 << 20) + 77));
        Self {
            server,
            share,
            tree,
        }
    }

    /// Up and down again.
    #[track_caller]
    fn goes_round(&self) -> Outcome {
        let up = upload(&folder_with(&self.tree), &self.share).run();
        let up = up.succeeded();
        let target = Folder::new();
        let down = download(&self.share, &target).arg("/CheckMD5").run();
        down.succeeded();
        assert_same(&self.tree, &Tree::read_from(target.path()));
        up
    }

    /// The requests of this call for this file.
    fn requests(&self, call: &str, name: &str) -> usize {
        let lines = self.server.watch().log.lines();
        let is_one = |line: &&String| line.contains(call) && line.contains(name);
        lines.iter().filter(is_one).count()
    }
}

fn notices(outcome: &Outcome, text: &str) -> usize {
    let all = format!("{}{}", outcome.stdout, outcome.stderr);
    all.lines().filter(|line| line.contains(text)).count()
}

#[test]
fn a_file_of_one_range_is_one_request_unless_it_begins_with_zeros() {
    let checked = CheckedShare::new(Behaviour::default());
    checked.goes_round();
    for (name, ranges) in [
        ("/a\"", 0),
        ("/empty\"", 0),
        ("/zeros\"", 0),
        ("/ends%20in%20zeros\"", 0),
        ("/begins%20with%20zeros\"", 1),
        ("/large\"", 4),
    ] {
        assert_eq!(checked.requests("\"CreateFile\"", name), 1, "{name}");
        assert_eq!(checked.requests("\"PutRange\"", name), ranges, "{name}");
        let others = checked.requests("\"SetFileProperties\"", name);
        assert_eq!(others, usize::from(name == "/large\""), "{name}");
    }
}

#[test]
fn ranges_carry_their_md5_where_structured_bodies_are_not_known() {
    let checked = CheckedShare::new(Behaviour {
        no_crc64: true,
        ..Behaviour::default()
    });
    let up = checked.goes_round();
    let told = notices(
        &up,
        "does not know `x-ms-structured-body`: ranges carry their MD5 instead",
    );
    assert_eq!(told, 1, "{up}");
}

#[test]
fn a_service_that_refuses_the_version_is_asked_in_an_older_one() {
    let checked = CheckedShare::new(Behaviour {
        newest_version: "2022-11-02".to_owned(),
        ..Behaviour::default()
    });
    let up = checked.goes_round();
    let told = notices(
        &up,
        "does not know the version 2026-06-06 of the interface: requests use 2022-11-02",
    );
    assert_eq!(told, 1, "{up}");
    assert_eq!(checked.requests("\"PutRange\"", "/a\""), 1);
}

#[test]
fn a_bit_that_flips_on_the_way_is_caught_by_either_checksum() {
    for no_crc64 in [false, true] {
        let checked = CheckedShare::new(Behaviour {
            no_crc64,
            ..Behaviour::default()
        });
        let flips = r#"{ "seed": 1, "rules": [
            { "when": { "method": "PUT", "path": "*/large", "query": "*comp=range*", "hits": [3] },
              "then": { "flip_request_bit": 4711 } },
            { "when": { "method": "PUT", "path": "*/a", "hits": [2] },
              "then": { "flip_request_bit": 0 } } ] }"#;
        checked.server.set_fault_plan(flips);
        checked.goes_round();
    }
}
