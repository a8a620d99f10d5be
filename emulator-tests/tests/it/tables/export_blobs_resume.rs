//! Exports to blobs that are interrupted: a manifest is there only with all data files, and the next run
//! completes the export.

use std::path::{Path, PathBuf};
use std::process::Command;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::Server;
use azring_emulator_tests::program;
use azring_emulator_tests::rest::{Container, Table};
use rustix::process::Signal;

use super::export::{Services, entities, export, files, filled, large};
use super::export_blobs::{contents, is_empty, to_blobs, with_container};

/// In three ranges, with a journal in this folder.
fn run(table: &Table, container: &Container, journal: &Folder) -> Azring {
    to_blobs(table, container)
        .args(["/PKRS:aa#bb", "/NC:1", "/Manifest:abc"])
        .arg(format!("/Z:{}", journal.path().display()))
}

fn whole(table: &Table) -> Vec<String> {
    let folder = Folder::new();
    export(table, folder.path()).run().succeeded();
    entities(&files(folder.path()))
}

/// The files in the spool of the job in this folder.
fn spooled(journal: &Folder) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(journal.path()).expect("the folder exists");
    let spools = folders
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.is_dir());
    let files = spools.flat_map(|spool| std::fs::read_dir(spool).expect("it can be read"));
    files
        .map(|entry| entry.expect("it can be read").path())
        .collect()
}

/// The first data file, which waits for its upload.
fn spooled_data(journal: &Folder) -> PathBuf {
    let mut files = spooled(journal).into_iter();
    let is_first = |path: &PathBuf| path.to_string_lossy().contains("_0_0_");
    files.find(is_first).expect("it is in the spool")
}

fn rule(when: &str, then: &str) -> String {
    format!(r#"{{ "rules": [{{ "when": {{ {when} }}, "then": {then} }}] }}"#)
}

const NEITHER_SERVED_NOR_ANSWERED: &str = r#"{ "blackhole": true }"#;
const SERVED_AND_NOT_ANSWERED: &str = r#"{ "lose_answer": true, "how": "blackhole" }"#;
const REFUSED: &str = r#"{ "answer": { "status": 403, "code": "AuthorizationFailure" } }"#;
const DATA: &str = r#""method": "PUT", "path": "*.json""#;
const MANIFEST: &str = r#""method": "PUT", "path": "*/abc""#;

/// Starts an export, and kills it when it waits for the answer of such a request.
fn killed(server: &Server, run: Azring, when: &str, then: &str) {
    server.set_fault_plan(&rule(when, then));
    let mut killed = run.launch();
    killed.wait_for_faults(server);
    assert!(killed.kill());
    server.clear_faults();
}

#[test]
fn a_killed_export_is_completed_by_the_next_run_wherever_it_was_killed() {
    let page = r#""method": "GET", "path": "*()""#;
    let last_page = r#""method": "GET", "path": "*()", "query": "*bb*""#;
    for (when, then) in [
        (page, NEITHER_SERVED_NOR_ANSWERED),
        // The first data files are closed, and perhaps uploaded.
        (last_page, NEITHER_SERVED_NOR_ANSWERED),
        // A data file is closed, and its upload not planned yet.
        (
            r#""method": "HEAD", "path": "*.json""#,
            NEITHER_SERVED_NOR_ANSWERED,
        ),
        (DATA, NEITHER_SERVED_NOR_ANSWERED),
        (
            r#""method": "PUT", "path": "*_1_0_*""#,
            NEITHER_SERVED_NOR_ANSWERED,
        ),
        // The data files are there, and the journal does not know it.
        (DATA, SERVED_AND_NOT_ANSWERED),
        (
            r#""method": "PUT", "path": "*_2_0_*""#,
            SERVED_AND_NOT_ANSWERED,
        ),
        // All data files are there, and the manifest is not, or is and the journal does not know it.
        (MANIFEST, NEITHER_SERVED_NOR_ANSWERED),
        (MANIFEST, SERVED_AND_NOT_ANSWERED),
    ] {
        let (services, container) = with_container();
        let table = filled(&services.tables);
        let wanted = whole(&table);
        let journal = Folder::new();
        killed(
            &services.server,
            run(&table, &container, &journal),
            when,
            then,
        );
        let there = contents(&container);
        if there.contains_key("abc") {
            assert_eq!(
                entities(&there),
                wanted,
                "{when} {then}: a manifest says that all is there"
            );
        }

        let outcome = run(&table, &container, &journal).run().succeeded();

        let there = contents(&container);
        assert_eq!(entities(&there), wanted, "{when} {then}: {outcome}");
        let manifest = String::from_utf8_lossy(&there["abc"]).into_owned();
        assert!(manifest.contains("\"TotalDataFiles\":3}"), "{manifest}");
        assert_eq!(there.len(), 4, "{:?}", there.keys());
        assert!(is_empty(journal.path()), "{when} {then}");
        outcome.counting(4, 0, 0);
    }
}

#[test]
fn an_export_of_rows_that_was_killed_has_all_schemas() {
    for then in [NEITHER_SERVED_NOR_ANSWERED, SERVED_AND_NOT_ANSWERED] {
        let (services, container) = with_container();
        let table = filled(&services.tables);
        let journal = Folder::new();
        let run = || run(&table, &container, &journal).arg("/PayloadFormat:CSV");
        let schema = r#""method": "PUT", "path": "*_1_0_*.schema.csv""#;
        killed(&services.server, run(), schema, then);

        run().run().succeeded().counting(7, 0, 0);

        let names = container.names();
        let schemas = names.iter().filter(|name| name.ends_with(".schema.csv"));
        assert_eq!((names.len(), schemas.count()), (7, 3), "{names:?}");
        assert!(is_empty(journal.path()));
    }
}

#[test]
fn a_spooled_file_that_is_gone_or_changed_ends_the_export_and_is_named() {
    type Damage = fn(&Path);
    let damages: [Damage; 3] = [
        |path| std::fs::remove_file(path).expect("it is there"),
        |path| std::fs::write(path, "short").expect("it can be written"),
        |path| {
            let mut bytes = std::fs::read(path).expect("it can be read");
            bytes[200] ^= 1;
            std::fs::write(path, bytes).expect("it can be written");
        },
    ];
    for damage in damages {
        let (services, container) = with_container();
        let table = filled(&services.tables);
        let journal = Folder::new();
        let killing = run(&table, &container, &journal);
        killed(&services.server, killing, DATA, NEITHER_SERVED_NOR_ANSWERED);
        let path = spooled_data(&journal);
        damage(&path);

        // A later run finds no more than the next one.
        for _ in 0..2 {
            let name = path.file_name().expect("it has a name").to_string_lossy();
            let outcome = run(&table, &container, &journal).run().failed();
            outcome.naming(&[&name, "was changed or removed", "jobs clean"]);
            assert!(!contents(&container).contains_key("abc"));
        }
    }
}

#[test]
fn a_blob_that_is_deleted_between_two_runs_ends_the_export_and_is_named() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    let journal = Folder::new();
    let killing = run(&table, &container, &journal);
    killed(
        &services.server,
        killing,
        MANIFEST,
        NEITHER_SERVED_NOR_ANSWERED,
    );
    let names = container.names();
    container.delete(&names[1]);

    for _ in 0..2 {
        let outcome = run(&table, &container, &journal).run().failed();
        outcome.naming(&[&names[1], "is gone", "jobs clean"]);
        assert!(!contents(&container).contains_key("abc"));
    }
}

#[test]
fn a_blob_of_somebody_else_is_never_taken_for_a_data_file() {
    // The upload was planned before, or not.
    for when in [DATA, r#""method": "HEAD", "path": "*.json""#] {
        let (services, container) = with_container();
        container.make();
        let table = filled(&services.tables);
        let wanted = whole(&table);
        let journal = Folder::new();
        let killing = run(&table, &container, &journal);
        killed(&services.server, killing, when, NEITHER_SERVED_NOR_ANSWERED);
        let path = spooled_data(&journal);
        let name = path.file_name().expect("it has a name").to_string_lossy();
        let bytes = std::fs::metadata(&path).expect("it is there").len();
        container.put(&name, vec![b'x'; bytes as usize]);

        // The failure is kept, so that the next run does not count the file as done.
        for _ in 0..2 {
            let outcome = run(&table, &container, &journal).run().failed();
            outcome.naming(&[&name]);
            assert!(!contents(&container).contains_key("abc"), "{when}");
            assert!(container.get(&name).starts_with(b"xxx"), "it stays");
        }

        run(&table, &container, &journal)
            .arg("/Y")
            .run()
            .succeeded()
            .counting(4, 0, 0);
        assert_eq!(entities(&contents(&container)), wanted);
        assert!(is_empty(journal.path()));
    }
}

#[test]
fn a_journal_that_is_cleaned_takes_the_spooled_files_with_it() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    let journal = Folder::new();
    let killing = run(&table, &container, &journal);
    killed(&services.server, killing, DATA, NEITHER_SERVED_NOR_ANSWERED);
    assert!(!spooled(&journal).is_empty());
    Azring::new()
        .args(["jobs", "clean"])
        .arg(format!("/Z:{}", journal.path().display()))
        .run()
        .succeeded();
    assert!(is_empty(journal.path()));
}

#[test]
fn one_refused_upload_is_a_failure_that_the_next_run_makes_good() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    let wanted = whole(&table);
    let journal = Folder::new();
    let first = r#""method": "PUT", "path": "*_0_0_*""#;
    services.server.set_fault_plan(&rule(first, REFUSED));
    let outcome = run(&table, &container, &journal).run().failed();
    outcome.counting(2, 0, 1).naming(&["403"]);
    assert!(!contents(&container).contains_key("abc"));
    assert_eq!(spooled(&journal).len(), 1, "only what is still needed");
    services.server.clear_faults();

    run(&table, &container, &journal)
        .run()
        .succeeded()
        .counting(4, 0, 0);

    assert_eq!(entities(&contents(&container)), wanted);
    assert!(is_empty(journal.path()));
}

/// Partitions of one entity each, and the keys between them.
fn many_partitions(services: &Services, count: usize) -> (Table, String) {
    let table = services.tables.fresh_table("many");
    for partition in 0..count {
        table.insert(&format!(
            "{{\"PartitionKey\":\"p{partition:03}\",\"RowKey\":\"1\"}}"
        ));
    }
    let keys: Vec<String> = (1..count)
        .map(|partition| format!("p{partition:03}"))
        .collect();
    (table, format!("/PKRS:{}", keys.join("#")))
}

#[test]
fn uploads_that_are_all_refused_end_the_run_without_a_manifest() {
    let (services, container) = with_container();
    let (table, keys) = many_partitions(&services, 120);
    let wanted = whole(&table);
    let journal = Folder::new();
    let run = || {
        to_blobs(&table, &container)
            .args([&keys, "/Manifest:abc"])
            .arg(format!("/Z:{}", journal.path().display()))
    };
    services.server.set_fault_plan(&rule(DATA, REFUSED));
    let outcome = run().run().failed().naming(&["403"]);
    assert!(outcome.errors().len() >= 20, "{outcome}");
    assert!(contents(&container).is_empty());
    services.server.clear_faults();

    run().run().succeeded().counting(121, 0, 0);

    let there = contents(&container);
    assert_eq!((entities(&there), there.len()), (wanted, 121));
    assert!(is_empty(journal.path()));
}

#[test]
fn a_container_that_cannot_be_made_ends_the_run_with_its_reason() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    let journal = Folder::new();
    let made = r#""method": "PUT", "query": "*restype=container*""#;
    services.server.set_fault_plan(&rule(made, REFUSED));
    let outcome = run(&table, &container, &journal).run().failed();
    outcome.naming(&["AuthorizationFailure"]);
    services.server.clear_faults();

    run(&table, &container, &journal)
        .run()
        .succeeded()
        .counting(4, 0, 0);
    assert!(is_empty(journal.path()));
}

#[test]
fn an_interrupt_ends_an_export_whose_uploads_are_not_answered() {
    let (services, container) = with_container();
    let table = filled(&services.tables);
    let journal = Folder::new();
    for when in [DATA, MANIFEST] {
        services
            .server
            .set_fault_plan(&rule(when, NEITHER_SERVED_NOR_ANSWERED));
        let mut running = run(&table, &container, &journal).launch();
        running.wait_for_faults(&services.server);
        running.signal(Signal::INT);
        assert_eq!(running.end(), Some(130), "{when}");
        services.server.clear_faults();
        assert!(!contents(&container).contains_key("abc"), "{when}");
    }
    run(&table, &container, &journal)
        .run()
        .succeeded()
        .counting(4, 0, 0);
    assert!(is_empty(journal.path()));
}

#[test]
fn threads_that_cannot_start_end_the_export() {
    let (services, container) = with_container();
    let table = large(&services.tables, 40);
    let outcome = to_blobs(&table, &container)
        .arg("/IO:ring")
        .without_io_uring()
        .run();
    outcome.failed().naming(&["io_uring"]);
    assert!(contents(&container).is_empty());
}

#[test]
fn a_spool_without_room_fails_its_range_and_no_manifest_is_written() {
    let (services, container) = with_container();
    let table = large(&services.tables, 12);
    let journal = Folder::new();
    // A file system of 2 MiB for the journal and the spool; the table has almost 6.
    let script = r#"
        mount -t tmpfs -o size=2m none "$1" || exit 99
        "$2" "/Source:$3" "/Dest:$4" "/SourceKey:$5" "/DestKey:$5" "/Z:$1" /SourceType:Table /DestType:Blob /Y"#;
    let account = container.service().account();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script, "full"])
        .args([journal.path(), &program::built("azring")])
        .args([table.url(), container.url(), account.key_in_base64()])
        .output()
        .expect("unshare is part of every Debian");
    let words = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert_ne!(
        output.status.code(),
        Some(99),
        "this test needs to mount a tmpfs in a namespace: {words}"
    );
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("no space left on device"), "{words}");
    assert!(contents(&container).is_empty());
}
