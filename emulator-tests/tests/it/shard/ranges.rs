//! D7 for targets that are written in ranges: one file of a folder, and one page blob.

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azring_emulator_tests::background_run::BackgroundRun;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::compare::assert_same;
use azring_emulator_tests::emulator::clock::pause;
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::rest::{Storage as _, content_md5};
use azring_emulator_tests::tree::{Tree, names_below, noise};
use rustix::process::Signal;

use super::scene::Scene;
use crate::kills::Draw;

const MIB: usize = 1 << 20;

/// A download of one large blob and a few small ones, planned in four shards.
struct Download {
    scene: Scene,
    target: Folder,
}

impl Download {
    fn planned(words: &[&str]) -> Self {
        let scene = Scene::new(tree());
        let bytes = noise(77, 33 * MIB);
        let md5 = content_md5(&bytes);
        scene.tree.put_into(&scene.container);
        scene
            .container
            .put_with("disk.img", bytes, &[("x-ms-blob-content-md5", &md5)]);
        let download = Self {
            scene,
            target: Folder::new(),
        };
        let into = format!("/Into:{}", download.scene.plan.path().display());
        let planning = Azring::new().args(["shard", "plan"]);
        let planning = download.between(planning).args(["/S", &into, "/Shards:4"]);
        let planned = planning.arg("/SplitAbove:8M").args(words).run().succeeded();
        assert!(planned.stdout.contains("In parts"), "{planned}");
        download
    }

    fn between(&self, command: Azring) -> Azring {
        command
            .arg(self.scene.container.url())
            .arg(self.target.path())
            .source_key(self.scene.container.account())
            .arg("/SourceType:Blob")
    }

    fn run(&self, shards: &str, state: &Folder) -> Azring {
        let command = Azring::new().args(["shard", "run"]);
        let command = command.arg(self.scene.plan.path()).arg(shards);
        let state = format!("/State:{}", state.path().display());
        self.between(command).args([&state, "/NC:4"])
    }

    /// Every file is there and no part file, and the results say so.
    #[track_caller]
    fn assert_complete(&self) {
        assert_same(&self.scene.tree, &Tree::read_from(self.target.path()));
        let names = names_below(self.target.path());
        assert!(
            !names.iter().any(|name| name.contains(".azring")),
            "{names:?}"
        );
        self.scene.tell("status").run().succeeded();
        self.scene.tell("merge").run().succeeded();
    }
}

fn tree() -> Tree {
    let small = (0..6).map(|number| (format!("small/{number}"), noise(number, 5_000)));
    let tree = small.fold(Tree::new(), |tree, (name, bytes)| tree.with(&name, bytes));
    tree.with("disk.img", noise(77, 33 * MIB))
}

fn wait(mut run: BackgroundRun) {
    while !run.has_ended() {
        pause(Duration::from_millis(1));
    }
}

#[test]
fn a_file_in_parts_appears_when_the_last_part_is_written() {
    for order in [["0", "1", "2", "3"], ["3", "2", "1", "0"]] {
        for words in [&[][..], &["/Y", "/CheckMD5"]] {
            let download = Download::planned(words);
            let (last, before) = order.split_last().expect("there are four");
            for shard in before {
                // Each worker is another machine.
                download.run(shard, &Folder::new()).run().succeeded();
                assert!(!download.target.join("disk.img").exists());
            }
            let other = Folder::new();
            download.run(last, &other).run().succeeded();
            download.run(last, &other).run().succeeded();
            download.assert_complete();
            let modified = |path| fs::metadata(path).and_then(|facts| facts.modified());
            let small = modified(download.target.join("small/0")).expect("it is there");
            let large = modified(download.target.join("disk.img")).expect("it is there");
            let apart = large
                .duration_since(small)
                .unwrap_or_else(|early| early.duration());
            assert!(apart < Duration::from_hours(1));
        }
    }
}

#[test]
fn two_workers_for_each_part_of_a_file_at_once_and_late_ones() {
    let mut draw = Draw::new("parts of a file");
    let download = Download::planned(&["/Y", "/MT"]);
    let states: Vec<Folder> = (0..8).map(|_| Folder::new()).collect();
    let mut asleep = Vec::new();
    for (shard, state) in (0..4).zip(&states) {
        let mut run = download.run(&format!("{shard}"), state).launch();
        pause(Duration::from_micros(draw.below(80_000)));
        run.signal(Signal::STOP);
        asleep.push(run);
    }
    let mut runs = Vec::new();
    for (shard, state) in (0..4).zip(&states[4..]) {
        runs.push(download.run(&format!("{shard}"), state).launch());
    }
    runs.into_iter().for_each(wait);
    download.run("0-3", &states[4]).run().succeeded();
    let modified = |name: &str| {
        let facts = fs::metadata(download.target.join(name)).expect("it is there");
        facts.modified().expect("it has a time")
    };
    let complete = modified("disk.img");
    for mut run in asleep {
        run.signal(Signal::CONT);
        wait(run);
    }
    // A worker that began a part after the commit leaves its own part file.
    let there = fs::read(download.target.join("disk.img")).expect("it is there");
    assert!(there == noise(77, 33 * MIB));
    download.scene.tell("merge").run().succeeded();
    assert_eq!(modified("disk.img"), complete);
}

#[test]
fn killed_workers_of_a_file_lose_nothing() {
    let mut draw = Draw::new("killed parts of a file");
    let download = Download::planned(&["/Y"]);
    let states: Vec<Folder> = (0..4).map(|_| Folder::new()).collect();
    for round in 1..4 {
        for (shard, state) in (0..4).zip(&states) {
            let run = download.run(&format!("{shard}"), state).launch();
            pause(Duration::from_micros(draw.below(40_000) * round));
            run.kill();
        }
    }
    for (shard, state) in (0..4).zip(&states) {
        download.run(&format!("{shard}"), state).run().succeeded();
    }
    download.assert_complete();
}

/// Parts in two files are no file.
#[test]
fn a_part_file_that_is_removed_between_the_parts_is_found_out() {
    let download = Download::planned(&["/Y"]);
    download.run("0-1", &Folder::new()).run().succeeded();
    let names = names_below(download.target.path());
    let part = names.iter().find(|name| name.contains(".azring"));
    let part = download.target.join(part.expect("there is a part file"));
    fs::remove_file(part).expect("a file of ours");
    let failed = download.run("2-3", &Folder::new()).run().failed();
    failed.naming(&["was replaced at the destination while its parts were copied"]);
    assert!(!download.target.join("disk.img").exists());
    download.scene.tell("status").run().exited(1);
}

#[test]
fn a_file_with_another_md5_than_the_blobs_is_not_put_in_its_place() {
    let download = Download::planned(&["/Y", "/CheckMD5"]);
    download.run("0-2", &Folder::new()).run().succeeded();
    let names = names_below(download.target.path());
    let part = names.iter().find(|name| name.contains(".azring"));
    let part = download.target.join(part.expect("there is a part file"));
    // Bytes that were right when they were written.
    let mut bytes = fs::read(&part).expect("a file of ours");
    let at = bytes
        .iter()
        .position(|byte| *byte != 0)
        .expect("it has data");
    bytes[at] ^= 1;
    let file = fs::File::options().write(true).open(&part);
    std::os::unix::fs::FileExt::write_all_at(&file.expect("it is there"), &bytes, 0)
        .expect("a file of ours");
    let failed = download.run("3", &Folder::new()).run().failed();
    failed.naming(&["disk.img", "MD5"]);
    assert!(!download.target.join("disk.img").exists());
    // The next attempt copies the object anew.
    download.run("3", &Folder::new()).run().succeeded();
    download.assert_complete();
}

#[test]
fn a_page_blob_in_parts_is_whole_whoever_comes_first() {
    let mut draw = Draw::new("parts of a page blob");
    for words in [["0", "1", "2", "3"], ["3", "1", "0", "2"]] {
        let scene = Scene::new(Tree::new().with("disk.vhd", noise(77, 33 * MIB)));
        scene
            .plan(&["/Shards:4", "/SplitAbove:8M", "/BlobType:page", "/Y"])
            .run()
            .succeeded();
        assert!(scene.read("plan.json").contains("\"parts\": 5"));
        // Two begin at once.
        let states: Vec<Folder> = (0..4).map(|_| Folder::new()).collect();
        let mut asleep = scene.run_in(words[3], &states[3]).launch();
        let first = scene.run_in(words[0], &states[0]).launch();
        pause(Duration::from_micros(draw.below(60_000)));
        asleep.signal(Signal::STOP);
        wait(first);
        for (shard, state) in words.iter().zip(&states).take(3) {
            scene.run_in(shard, state).run().succeeded();
        }
        let other = Folder::new();
        scene.run_in(words[3], &other).run().succeeded();
        asleep.signal(Signal::CONT);
        wait(asleep);
        scene.run("0-3").run().succeeded();
        scene.assert_complete();
    }
}

#[test]
fn a_page_blob_that_another_worker_makes_meanwhile_is_joined() {
    let mut scene = Scene::new(Tree::new().with("disk.vhd", noise(77, 33 * MIB)));
    let account = scene.container.account().clone();
    let name = scene.container.name().to_owned();
    // One worker has found no blob, and looks a second time what may be replaced: the other makes the blob now.
    let line = format!("HEAD /{}/{name}/disk.vhd", account.name());
    let other: Arc<Mutex<Option<Azring>>> = Arc::default();
    let between = Interceptor::before_second(&scene.server.blob_url(), &line, {
        let other = Arc::clone(&other);
        move || {
            let worker = other.lock().unwrap().take().unwrap();
            worker.run().succeeded();
        }
    });
    let direct = scene.container;
    scene.container = between.blob_service(&account).container(&name);
    scene
        .plan(&["/Shards:4", "/SplitAbove:8M", "/BlobType:page", "/Y"])
        .run()
        .succeeded();
    let state = Folder::new();
    *other.lock().unwrap() = Some(scene.run_in("0", &state));
    scene.run("3").run().succeeded();
    assert!(other.lock().unwrap().is_none(), "nothing came in between");
    scene.run("0-3").run().succeeded();
    scene.container = direct;
    scene.assert_complete();
}

#[test]
fn a_page_blob_that_was_replaced_between_its_parts_is_found_out() {
    let scene = Scene::new(Tree::new().with("disk.vhd", noise(77, 33 * MIB)));
    scene
        .plan(&["/Shards:4", "/SplitAbove:8M", "/BlobType:page", "/Y"])
        .run()
        .succeeded();
    scene.run("0-1").run().succeeded();
    // The identity of a page blob is the second in which it was made.
    let second = || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| since.as_secs())
    };
    let made = second();
    scene.container.delete("disk.vhd");
    while second() == made {
        pause(Duration::from_millis(1));
    }
    let failed = scene.run("2-3").run().failed();
    failed.naming(&["was replaced at the destination while its parts were copied"]);
    scene.tell("status").run().exited(1);
}

#[test]
fn objects_that_cannot_have_parts_are_planned_whole() {
    for words in [
        &["/Shards:2", "/SplitAbove:8M", "/BlobType:append", "/Y"][..],
        &["/Shards:2", "/SplitAbove:8M", "/BlobType:page"],
        &["/BytesPerShard:8M", "/SplitAbove:0"],
    ] {
        let scene = Scene::new(Tree::new().with("disk.vhd", noise(77, 33 * MIB)));
        let planned = scene.plan(words).run().succeeded();
        assert!(!planned.stdout.contains("In parts"), "{planned}");
        scene.run_all();
        scene.assert_complete();
    }
}
