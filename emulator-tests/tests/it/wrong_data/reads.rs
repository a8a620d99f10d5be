//! What is read is not what was asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::Folder;
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::rest::{BlobService, Container};
use azring_emulator_tests::tree::{Tree, noise};

use super::tool::{RANGE_BYTES, Tool};
use super::{Ran, Verdict};

/// A service of its own, which will fault.
pub(super) struct Service {
    pub(super) server: Server,
    pub(super) container: Container,
}

impl Service {
    /// An honest one with an empty container.
    pub(super) fn new() -> Self {
        let server = Server::start(&Options::default()).expect("an emulator starts");
        let account = Account::development();
        let container =
            BlobService::path_style(&server.blob_url(), &account, None).container("cont");
        container.make();
        Self { server, container }
    }

    /// Its answers have these faults from now on.
    pub(super) fn set_faults(&self, rules: &str) {
        self.server.set_faults(rules);
    }

    /// Whether it has. From here on it is honest.
    pub(super) fn faults_were_applied(&self) -> bool {
        let applied = self.server.applied_faults();
        self.server.clear_faults();
        applied.iter().any(|times| *times > 0)
    }
}

pub(super) fn twenty() -> Tree {
    (0..20_u64).fold(Tree::new(), |tree, number| {
        tree.with(&format!("f{number:02}"), noise(number, 4096))
    })
}

/// Downloads this tree, which is in the container, from a service with these faults.
fn download(tool: &Tool, service: &Service, tree: &Tree, rules: &str) -> Verdict {
    service.set_faults(rules);
    let target = Folder::new();
    let ran = tool.download(&service.container, target.path());
    if !service.faults_were_applied() {
        return Verdict::Untried("it asks for no such range");
    }
    Verdict::of(&ran, tree, &Tree::read_from(target.path()))
}

/// Stores a blob without an MD5, as large ones are that come in blocks from most programs: with one, a program may notice
/// afterwards.
fn put_without_md5(container: &Container, name: &str, bytes: Vec<u8>) {
    container.put(name, bytes);
    container
        .ask("PUT", name, &[("comp", "properties")], &[], "")
        .succeeded();
}

/// Downloads one blob of three ranges, of which the second always has this fault.
fn second_range(tool: &Tool, fault: &str) -> Verdict {
    let tree = Tree::new().with("large", noise(7, 3 * RANGE_BYTES as usize));
    let rule = format!(
        r#"{{ "when": {{ "method": "GET", "range_first": {RANGE_BYTES} }}, "then": {{ {fault} }} }}"#
    );
    let service = Service::new();
    for (name, bytes) in tree.files() {
        put_without_md5(&service.container, name, bytes.to_vec());
    }
    download(tool, &service, &tree, &rule)
}

pub(super) fn another_range(tool: &Tool) -> Verdict {
    second_range(tool, r#""move_range": 4096"#)
}

pub(super) fn first_bytes(tool: &Tool) -> Verdict {
    second_range(tool, r#""first_bytes": true"#)
}

pub(super) fn another_length(tool: &Tool) -> Verdict {
    second_range(tool, r#""object_bytes": "+4096""#)
}

pub(super) fn spare_answer(tool: &Tool) -> Verdict {
    let rule = r#"{ "when": { "method": "GET", "path": "*/cont/f*", "every": 5 },
        "then": { "spare_answer": "with_next" } }"#;
    let (service, tree) = (Service::new(), twenty());
    tree.put_into(&service.container);
    download(tool, &service, &tree, rule)
}

/// The blob becomes another one before its second range is read, and the service does not mind.
pub(super) fn newer_version(tool: &Tool) -> Verdict {
    let service = Service::new();
    let versions = [1, 2].map(|seed| noise(seed, 6 * RANGE_BYTES as usize));
    put_without_md5(&service.container, "blob", versions[0].clone());
    service.set_faults(r#"{ "when": { "method": "GET", "path": "*/blob" }, "then": { "ignore_conditions": true } }"#);
    let account = Account::development();
    let request = format!("GET /{}/cont/blob", account.name());
    let replaced = Arc::new(AtomicBool::new(false));
    let interceptor = Interceptor::before_second(&service.server.blob_url(), &request, {
        let (replaced, container) = (Arc::clone(&replaced), service.container.clone());
        let second = versions[1].clone();
        move || {
            put_without_md5(&container, "blob", second);
            replaced.store(true, Ordering::Release);
        }
    });
    let through = interceptor.blob_service(&account).container("cont");
    let target = Folder::new();
    let ran = tool.download(&through, target.path());
    if !replaced.load(Ordering::Acquire) {
        return Verdict::Untried("it asks for no second range");
    }
    let found = Tree::read_from(target.path());
    let whole = versions.map(|bytes| Tree::new().with("blob", bytes));
    let of = |expected: &Tree, ran: &Ran| Verdict::of(ran, expected, &found);
    // Either version is right, a mix is not.
    match of(&whole[1], &ran) {
        Verdict::Right => Verdict::Right,
        _ => of(&whole[0], &ran),
    }
}
