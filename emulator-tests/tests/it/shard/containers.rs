//! A plan in a container: the same commands, with a URL in the place of the folder.

use std::fs;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::rest::{Container, Storage as _};
use azring_emulator_tests::tree::Tree;

use super::scene::{Scene, name_in, tree};
use crate::secrets::assert_free_of;

/// The virtual directory of the plan.
const DIRECTORY: &str = "of/monday";

/// An upload whose plan is in a container of the same account.
struct Hosted {
    scene: Scene,
    plans: Container,
}

impl Hosted {
    fn new(tree: Tree) -> Self {
        let scene = Scene::new(tree);
        let plans = scene.service.unmade_container("plans");
        Self { scene, plans }
    }

    fn url(&self) -> String {
        format!("{}/{DIRECTORY}", self.plans.url())
    }

    /// With the key of the plan's container in its variable.
    fn keyed(&self, command: Azring) -> Azring {
        command.env("AZRING_PLAN_KEY", self.plans.account().key_in_base64())
    }

    fn plan(&self, words: &[&str]) -> Azring {
        let command = self.scene.between(Azring::new().args(["shard", "plan"]));
        let into = format!("/Into:{}", self.url());
        self.keyed(command).args(["/S", &into]).args(words)
    }

    fn run(&self, shards: &str, state: &Folder) -> Azring {
        let command = Azring::new().args(["shard", "run", &self.url(), shards]);
        let state = format!("/State:{}", state.path().display());
        self.keyed(self.scene.between(command)).arg(state)
    }

    fn tell(&self, word: &str) -> Azring {
        self.keyed(Azring::new().args(["shard", word, &self.url()]))
    }

    /// A file of the plan.
    fn read(&self, name: &str) -> String {
        let bytes = self.plans.get(&format!("{DIRECTORY}/{name}"));
        String::from_utf8(bytes).expect("the file is text")
    }

    /// How many shards the plan has, once it is sealed.
    fn shards(&self) -> usize {
        let text = self.read("plan.json");
        assert!(text.contains("\"sealed\": true"), "{text}");
        text.matches("\"shard\": ").count()
    }

    /// The next question about this file of the plan finds nothing, whatever is there.
    fn hide_once(&self, name: &str) {
        self.scene.server.set_faults(&format!(
            r#"{{ "when": {{ "method": "HEAD", "path": "*/{name}", "times": 1 }},
                "then": {{ "answer": {{ "status": 404, "code": "BlobNotFound" }} }} }}"#
        ));
    }

    /// Everything is at the target, and the merged ledger has every object once.
    #[track_caller]
    fn assert_complete(&self) {
        assert_same(&self.scene.tree, &Tree::get_from(&self.scene.container));
        self.tell("status").run().succeeded();
        let ledger = self.scene.state.join("merged");
        let word = format!("/Ledger:{}", ledger.display());
        self.tell("merge").arg(word).run().succeeded();
        let ledger = fs::read_to_string(ledger).expect("the ledgers were merged");
        let mut names: Vec<_> = ledger.lines().map(name_in).collect();
        names.sort();
        let files = self.scene.tree.files();
        let mut wanted: Vec<_> = files.map(|(name, _)| name.to_owned()).collect();
        wanted.sort();
        assert_eq!(names, wanted);
    }
}

#[test]
fn a_plan_in_a_container_is_run_by_two_workers_and_merged() {
    let hosted = Hosted::new(tree(60));
    let planned = hosted.plan(&["/Shards:4"]).run().succeeded();
    let command = format!("azring shard run {} <i>", hosted.url());
    assert!(planned.stdout.contains(&command), "{planned}");
    assert_eq!(hosted.shards(), 4);
    let other = Folder::new();
    hosted.run("0-1", &hosted.scene.state).run().succeeded();
    let status = hosted.tell("status").run().exited(75);
    let open = "Shards without result: 2-3";
    assert!(status.stdout.contains(open), "{status}");
    hosted.run("2-3", &other).run().succeeded();
    hosted.assert_complete();
    let names = hosted.plans.names();
    assert!(
        names
            .iter()
            .all(|name| name.starts_with(&format!("{DIRECTORY}/"))),
        "{names:?}"
    );
    for shard in 0..4 {
        let result = format!("{DIRECTORY}/shard-0000{shard}.done");
        assert!(names.contains(&result), "{names:?}");
    }
}

#[test]
fn a_second_plan_in_a_container_is_refused() {
    let hosted = Hosted::new(tree(5));
    hosted.plan(&["/Shards:2"]).run().succeeded();
    let before = hosted.read("plan.json");
    let again = hosted.plan(&["/Shards:2"]).run().refused();
    again.naming(&["complete plan already"]);
    // The first one was not there yet when the second one looked.
    hosted.hide_once("plan.json");
    let again = hosted.plan(&["/Shards:2"]).run().refused();
    again.naming(&["at the same time"]);
    assert_eq!(hosted.read("plan.json"), before);
}

#[test]
fn a_result_in_a_container_is_written_once() {
    let hosted = Hosted::new(tree(10));
    hosted.plan(&["/Shards:1", "/Y"]).run().succeeded();
    hosted.run("0", &hosted.scene.state).run().succeeded();
    let result = hosted.read("shard-00000.done");
    // A worker that began before the other one had ended.
    hosted.hide_once("shard-00000.done");
    let late = hosted.run("0", &Folder::new()).run().succeeded();
    assert!(late.stdout.contains("done already"), "{late}");
    assert_eq!(late.summary().done, 12, "{late}");
    assert_eq!(hosted.read("shard-00000.done"), result);
    hosted.assert_complete();
}

#[test]
fn an_interrupted_plan_in_a_container_goes_on_where_it_was_begun() {
    let hosted = Hosted::new(tree(300));
    let home = Folder::new();
    let plan = |home: &Folder| {
        let command = hosted.plan(&["/BytesPerShard:20M"]);
        command.env("XDG_STATE_HOME", home.path())
    };
    let mut run = plan(&home).launch();
    let counters = &hosted.scene.server.watch().counters;
    // Shards, and the table of contents from time to time.
    run.wait_until(|| counters.of("PutBlob").requests >= 20);
    assert!(run.kill(), "the plan was faster than this test");
    assert!(hosted.read("plan.json").contains("\"sealed\": false"));
    hosted.run("0", &hosted.scene.state).run().succeeded();
    let result = hosted.read("shard-00000.done");
    let elsewhere = plan(&Folder::new()).run().refused();
    elsewhere.naming(&["another machine or user began"]);
    plan(&home).run().succeeded();
    assert_eq!(hosted.read("shard-00000.done"), result);
    let last = hosted.shards() - 1;
    assert!(last > 60);
    // No shard is left on the machine that planned.
    let left = azring_emulator_tests::tree::names_below(home.path());
    assert!(!left.iter().any(|name| name.contains("shard-")), "{left:?}");
    let all = format!("0-{last}");
    hosted.run(&all, &hosted.scene.state).run().succeeded();
    hosted.assert_complete();
}

/// A pod needs no volume for such a plan, and its manifest has no credential.
#[test]
fn a_manifest_for_a_plan_in_a_container_names_its_url_without_a_signature() {
    let hosted = Hosted::new(tree(3));
    let sas = hosted.scene.service.account_sas();
    let (_, signature) = sas.split_once("sig=").expect("a signature");
    let into = format!("/Into:{}?{sas}", hosted.url());
    let planning = hosted.scene.between(Azring::new().args(["shard", "plan"]));
    let planned = planning
        .args(["/S", &into, "/Shards:2", "/Emit:kubernetes"])
        .run()
        .succeeded();
    let status = hosted.tell("status").arg("/Emit:kubernetes").run();
    for manifest in [planned.stdout, status.succeeded().stdout] {
        let run = format!("\"shard\",\"run\",\"{}\"", hosted.url());
        assert!(manifest.contains(&run), "{manifest}");
        let merge = format!("\"shard\",\"merge\",\"{}\"", hosted.url());
        assert!(manifest.contains(&merge), "{manifest}");
        assert!(
            !manifest.contains("\"claimName\":\"azring-plan\""),
            "{manifest}"
        );
        assert!(!manifest.contains(&signature[..12]), "{manifest}");
    }
}

/// Also where the command is refused.
#[test]
fn no_output_has_the_signature_of_a_plans_url() {
    const SECRET: &str = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0MDA%3D";
    let url =
        format!("https://a.blob.core.windows.net/plans/p?sv=2022-11-02&sr=c&sp=rl&sig={SECRET}");
    let into = format!("/Into:{url}");
    let state = Folder::new();
    for words in [
        &["convert-args", "/Source:/a", "/Dest:/b", &into][..],
        &[
            "convert-args",
            "--to",
            "dash",
            "/Source:/a",
            "/Dest:/b",
            &into,
        ],
        &["convert-args", "shard", "plan", "/a", "/b", &into],
        &["convert-args", "shard", "run", &url, "0", "/a", "/b"],
        &["/Source:/a", "/Dest:/b", &into],
        &["shard", "plan", "/a", "/b", &into, "/Shards:none"],
        &["shard", "run", "0", &url],
        &["shard", "run", &url, "x", "/a", "/b"],
        &["shard", "run", &url, &url, "/a", "/b"],
        &["shard", "status", &url, &url],
        &["shard", "merge", &url, &url, &url, &url],
        &["shard", &url],
    ] {
        let outcome = Azring::new().args(words).run();
        assert_free_of(&[SECRET[..16].to_owned()], &outcome, state.path());
    }
}

#[test]
fn a_plan_in_the_container_of_one_of_its_ends_is_refused() {
    let scene = Scene::new(tree(1));
    let into = format!("/Into:{}/plan", scene.container.url());
    let command = scene.between(Azring::new().args(["shard", "plan"]));
    let refused = command.arg(into).run().refused();
    refused.naming(&["outside of both ends"]);
    assert!(scene.container.names().is_empty());
}

#[test]
fn the_credential_of_a_plans_container_is_its_own_and_stored_nowhere() {
    let hosted = Hosted::new(tree(4));
    let sas = hosted.scene.service.account_sas();
    let (_, signature) = sas.split_once("sig=").expect("a signature");
    let secrets = [
        signature[..16].to_owned(),
        hosted.plans.account().key_in_base64(),
    ];
    let home = Folder::new();
    let with_sas = |command: Azring| command.env("XDG_STATE_HOME", home.path());
    let url = format!("{}?{sas}", hosted.url());
    let plan = || hosted.scene.between(Azring::new().args(["shard", "plan"]));
    // The credential of the destination is not the plan's.
    let into = format!("/Into:{}", hosted.url());
    plan().args(["/S", &into]).run().exited(4);
    let into = format!("/Into:{url}");
    let planned = with_sas(plan().args(["/S", &into, "/Shards:1"])).run();
    let state = format!("/State:{}", hosted.scene.state.path().display());
    let run = Azring::new().args(["shard", "run", &url, "0"]);
    let ran = with_sas(hosted.scene.between(run).arg(state)).run();
    let merge = Azring::new().args(["shard", "merge", &hosted.url()]);
    let merged = merge.env("AZRING_PLAN_SAS", &sas).run();
    for outcome in [planned, ran, merged] {
        let outcome = outcome.succeeded();
        for folder in [home.path(), hosted.scene.state.path()] {
            assert_free_of(&secrets, &outcome, folder);
        }
    }
    for name in hosted.plans.names() {
        let bytes = hosted.plans.get(&name);
        let text = String::from_utf8_lossy(&bytes);
        assert!(
            !secrets.iter().any(|secret| text.contains(secret)),
            "{name}"
        );
    }
    assert_same(&hosted.scene.tree, &Tree::get_from(&hosted.scene.container));
}

#[test]
fn a_table_of_contents_that_is_replaced_while_it_is_read_is_read_again() {
    let hosted = Hosted::new(tree(3));
    hosted.plan(&["/Shards:1"]).run().succeeded();
    hosted.scene.server.set_faults(
        r#"{ "when": { "method": "GET", "path": "*/plan.json", "times": 1 },
            "then": { "answer": { "status": 412, "code": "ConditionNotMet" } } }"#,
    );
    let status = hosted.tell("status").run().exited(75);
    assert!(status.stdout.contains("0 of 1"), "{status}");
}
