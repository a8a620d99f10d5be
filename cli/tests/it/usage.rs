//! Help and wrong commands: nothing is copied; exit code and stream distinguish the two.

use std::io::Write;

use super::run;

const KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

#[test]
fn help_is_a_result_and_a_success() {
    for words in [
        &[][..],
        &["/?"],
        &["/?:Source"],
        &["/?:Sample"],
        &["--help"],
        &["-h"],
        &["-V"],
        &["version"],
        &["help"],
        &["help", "sync"],
        &["help", "/Pattern"],
        &["help", "progress"],
        &["sync", "-h"],
        &["sync", "--help"],
        &["shard", "plan", "--help"],
        &["jobs", "list", "-h"],
        &["bench", "upload", "/?"],
        &[
            "sync",
            "/data",
            "https://a.blob.core.windows.net/b",
            "--help",
        ],
        // The parameters that begin so.
        &["/?:X"],
        &["--help", "exclude"],
        &["--help", "exit-codes"],
        &["--version"],
        // A word that asks for help is obeyed, whatever the other words are.
        &["/Source:x", "/?"],
    ] {
        let finished = run(words);
        assert_eq!(finished.code, Some(0), "{words:?}");
        assert!(
            !finished.results.is_empty() && finished.messages.is_empty(),
            "{words:?}"
        );
    }
}

#[test]
fn a_bare_call_shows_the_version() {
    let version = format!("azring {}", env!("CARGO_PKG_VERSION"));
    assert!(run::<&str>(&[]).results.starts_with(&version));
    for words in [&["--version"][..], &["-V"], &["version"]] {
        assert_eq!(run(words).results.trim_end(), version);
    }
    // A short page, and a long one.
    assert_eq!(run(&["-h"]).results, run::<&str>(&[]).results);
    assert!(run(&["--help"]).results.len() > 10 * run(&["-h"]).results.len());
    assert!(
        run(&["/?:X"]).results.contains("/XO  "),
        "parameters that begin so"
    );
}

#[test]
fn a_wrong_command_ends_with_2_and_says_why_on_standard_error() {
    for words in [
        &["copy"][..],
        &["/MOV"],
        &["/Source:/x", "--recursive"],
        &["--source"],
        &["/Source:/x"],
        &["/Source:/x", "/Dest:/y"],
        &["/Source:ftp://x/y", "/Dest:/y"],
        &[
            "/Source:/x",
            "/Dest:https://a.blob.core.windows.net/c",
            "/NC:0",
        ],
        &[
            "/Source:/x",
            "/Dest:https://a.blob.core.windows.net/c",
            "/Snapshot",
        ],
        &["--help", "queues"],
        &["help", "queues"],
        &["help", "sync", "list"],
        &["version", "x"],
    ] {
        let finished = run(words);
        assert_eq!(finished.code, Some(2), "{words:?}");
        assert!(finished.results.is_empty(), "{words:?}");
        assert_eq!(&finished.messages[..1], "[", "{words:?}");
        assert_eq!(&finished.messages[20..29], "][ERROR] ", "{words:?}");
    }
}

#[test]
fn no_complaint_shows_a_key() {
    let key = |name: &str| format!("{name}{KEY}");
    for words in [
        &[&*key("/DestKy:")][..],
        &[KEY],
        &[
            "/Source:/x",
            &key("/SourceKey:"),
            "/Dest:https://a.blob.core.windows.net/c",
        ],
        &["/Source:/x", "/Dest:/y", &key("/DestKey:")],
        &["--source-key", KEY],
        &["--source-key=", KEY],
        &[&key("/SourceKey:"), &key("/SourceKey:")],
        &[&key("/S:")],
        &[
            &key("/NC:"),
            "/Source:/x",
            "/Dest:https://a.blob.core.windows.net/c",
        ],
        &[
            &key("/IO:"),
            "/Source:/x",
            "/Dest:https://a.blob.core.windows.net/c",
        ],
    ] {
        let finished = run(words);
        assert_eq!(finished.code, Some(2), "{words:?}");
        assert!(
            !finished.messages.contains(&KEY[..16]),
            "{words:?}: {}",
            finished.messages
        );
    }
}

#[test]
fn commands_beside_copying_print_results_that_programs_can_use() {
    let finished = run(&["completions", "bash"]);
    assert_eq!(finished.code, Some(0));
    let mut bash = std::process::Command::new("bash")
        .arg("-n")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    bash.stdin
        .take()
        .unwrap()
        .write_all(finished.results.as_bytes())
        .unwrap();
    assert!(bash.wait().unwrap().success());
    let page = run(&["man"]);
    assert_eq!((page.code, page.messages.as_str()), (Some(0), ""));
    assert!(page.results.contains(".SH NAME"));
    let converted = run(&[
        "convert-args",
        "/Source:/x",
        "/S",
        &format!("/DestKey:{KEY}"),
    ]);
    let line = "azring --source /x --recursive --dest-key @env:AZRING_DEST_KEY\n";
    assert_eq!(converted.results, line);
    for wrong in [
        &["completions"][..],
        &["completions", "tcsh"],
        &["man", "x"],
        &["convert-args"],
    ] {
        assert_eq!(run(wrong).code, Some(2), "{wrong:?}");
    }
}
