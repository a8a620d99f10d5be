//! What was written is not what was said, or not there any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::Folder;
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::tree::Tree;

use super::Verdict;
use super::reads::{Service, twenty};
use super::tool::{Replace, Tool};

/// Uploads twenty files to a service with these faults.
fn upload(tool: &Tool, rules: &str, replace: Replace) -> Verdict {
    let (service, source, tree) = (Service::new(), Folder::new(), twenty());
    tree.write_to(source.path());
    service.set_faults(rules);
    let ran = tool.upload(source.path(), &service.container, replace);
    if !service.faults_were_applied() {
        return Verdict::Untried("it makes no such request");
    }
    Verdict::of(&ran, &tree, &Tree::get_from(&service.container))
}

/// One file is refused, and the answer to the one before it comes once more in its place.
pub(super) fn spare_answer(tool: &Tool) -> Verdict {
    let rules = r#"{ "when": { "method": "PUT", "path": "*/cont/f10" },
            "then": { "answer": { "status": 403, "code": "AuthorizationPermissionMismatch", "after_body": true } } },
        { "when": { "method": "PUT", "path": "*/cont/f*" }, "then": { "spare_answer": "with_next" } }"#;
    upload(tool, rules, Replace::Yes)
}

pub(super) fn not_stored(tool: &Tool) -> Verdict {
    let rule = r#"{ "when": { "method": "PUT", "path": "*/cont/f10" },
        "then": { "answer": { "status": 200, "after_body": true } } }"#;
    upload(tool, rule, Replace::Yes)
}

pub(super) fn lost_answer(tool: &Tool) -> Verdict {
    let rule = r#"{ "when": { "method": "PUT", "path": "*/cont/f10", "times": 1 }, "then": { "lose_answer": true } }"#;
    upload(tool, rule, Replace::No)
}

/// What the program did not see when it began is there when it writes.
pub(super) fn somebody_else(tool: &Tool) -> Verdict {
    let (service, source) = (Service::new(), Folder::new());
    Tree::new().with("a", "ours").write_to(source.path());
    let account = Account::development();
    let request = format!("PUT /{}/cont/a", account.name());
    let written = Arc::new(AtomicBool::new(false));
    let interceptor = Interceptor::before(&service.server.blob_url(), &request, {
        let (written, container) = (Arc::clone(&written), service.container.clone());
        move || {
            container.put("a", "theirs");
            written.store(true, Ordering::Release);
        }
    });
    let through = interceptor.blob_service(&account).container("cont");
    let ran = tool.upload(source.path(), &through, Replace::No);
    if !written.load(Ordering::Acquire) {
        return Verdict::Untried("it makes no such request");
    }
    let theirs = Tree::new().with("a", "theirs");
    Verdict::of(&ran, &theirs, &Tree::get_from(&service.container))
}

/// One file is refused; then the container is another one of the same name, and the same is asked for again.
pub(super) fn replaced_container(tool: &Tool) -> Verdict {
    let (service, source, tree) = (Service::new(), Folder::new(), twenty());
    tree.write_to(source.path());
    service.set_faults(
        r#"{ "when": { "method": "PUT", "path": "*/cont/f10" },
             "then": { "answer": { "status": 403, "code": "AuthorizationPermissionMismatch", "after_body": true } } }"#,
    );
    let first = tool.upload(source.path(), &service.container, Replace::Yes);
    if !service.faults_were_applied() || first.succeeded {
        return Verdict::Untried("its first run does not fail");
    }
    let query = [("restype", "container")];
    service
        .container
        .ask("DELETE", "", &query, &[], "")
        .succeeded();
    service.container.make();
    let ran = tool.go_on(source.path(), &service.container, &first);
    Verdict::of(&ran, &tree, &Tree::get_from(&service.container))
}
