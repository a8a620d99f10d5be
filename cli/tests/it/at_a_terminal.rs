//! What a person at a terminal sees and is asked.

use super::run;
use super::service::Service;
use super::terminal::Terminal;

/// Four files that are at their destination already.
fn uploaded() -> Service {
    let service = Service::with_files(&[("a", 1), ("b", 1), ("c", 1), ("d", 1)]);
    assert_eq!(run(&service.upload(&[])).code, Some(0));
    service
}

#[test]
fn the_overwrite_question_takes_yes_no_and_all() {
    let service = uploaded();
    let mut terminal = Terminal::run(&service.upload(&[]), 120);
    let question = "? (Yes/No/All) ";
    for (asked, answer) in [(1, "Yes\n"), (2, "n\n"), (3, "perhaps\n"), (4, "all\n")] {
        terminal.wait_for(question, asked);
        terminal.type_in(answer);
    }
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    let first = format!("Overwrite {}/a with ", service.url());
    assert!(shown.contains(&first), "{shown}");
    assert!(
        shown.contains("Transfer successfully:   3")
            && shown.contains("Transfer skipped:        1")
    );
}

#[test]
fn what_is_replaced_after_a_question_keeps_what_is_stored_beside_it() {
    let service = Service::with_files(&[("a", 1), ("b", 5 << 20)]);
    let beside = [
        ("x-ms-blob-content-type", "text/plain"),
        ("x-ms-blob-content-language", "de"),
        ("x-ms-blob-cache-control", "no-store"),
        ("x-ms-meta-colour", "blue"),
    ];
    let container = service.container();
    container.make();
    for name in ["a", "b"] {
        container.put_with(name, "old", &beside);
    }
    let mut terminal = Terminal::run(&service.upload(&[]), 120);
    terminal.wait_for("? (Yes/No/All) ", 1);
    terminal.type_in("All\n");
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    for name in ["a", "b"] {
        let stored = container.ask("HEAD", name, &[], &[], "").succeeded();
        assert_ne!(stored.header("content-length"), "3", "it was replaced");
        for (header, value) in [
            ("content-type", "text/plain"),
            ("content-language", "de"),
            ("cache-control", "no-store"),
            ("x-ms-meta-colour", "blue"),
        ] {
            assert_eq!(stored.header(header), value, "{header} of {name}");
        }
    }
}

#[test]
fn ctrl_c_at_the_question_overwrites_nothing() {
    let service = uploaded();
    let mut terminal = Terminal::run(&service.upload(&[]), 120);
    terminal.wait_for("? (Yes/No/All) ", 1);
    terminal.type_in("\x03");
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("Transfer successfully:   0"), "{shown}");
}

#[test]
fn ctrl_c_while_it_copies_leaves_a_journal_and_the_same_command_asks_and_goes_on() {
    // So many that they are not all done by the time of the interruption, however slow this machine is.
    let names: Vec<_> = (0..60).map(|number| number.to_string()).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), 1 << 20)).collect();
    let service = Service::with_files(&files);
    service.fall_ill(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*/container/*"}, "then": {"delay_ms": 500}}]}"#,
    );
    let journal = format!("/Z:{}", service.path("journal"));
    let words = service.upload(&["/NC:1", &journal]);
    let mut terminal = Terminal::run(&words, 120);
    terminal.wait_for(" / 60.0 MiB ", 1);
    terminal.type_in("\x03");
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(130), "{shown}");
    assert!(
        shown.contains("stopping: what is under way is finished first"),
        "{shown}"
    );

    service.fall_ill(r#"{"rules": []}"#);
    let mut terminal = Terminal::run(&words, 120);
    terminal.wait_for("do you want to resume the operation?", 1);
    terminal.type_in("Yes\n");
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("Finished 60 of total 60 file(s)."),
        "{shown}"
    );
    assert_eq!(service.container().names().len(), 60);
}

#[test]
fn with_y_nothing_is_asked() {
    let service = uploaded();
    let (shown, code) = Terminal::run(&service.upload(&["/Y"]), 120).end();
    assert_eq!(code, Some(0));
    assert!(!shown.contains("(Yes/No/All)") && shown.contains("Transfer successfully:   4"));
}

#[test]
fn progress_is_drawn_within_the_width_and_taken_away_at_the_end() {
    for columns in [60, 120] {
        let service = Service::with_files(&[("big", 8 << 20)]);
        service.fall_ill(r#"{"bandwidth": {"total_bytes_per_second": 4000000}}"#);
        let mut terminal = Terminal::run(&service.upload(&[]), columns);
        terminal.wait_for(" / 8.00 MiB ", 1);
        let (shown, code) = terminal.end();
        assert_eq!(code, Some(0), "{shown}");
        let bars = shown
            .split(['\r', '\n'])
            .map(plain)
            .filter(|line| line.contains("MiB"));
        for bar in bars {
            assert!(bar.trim_end().len() < usize::from(columns), "{bar}");
        }
        assert!(shown.ends_with("\r\n") && shown.contains("Finished 1 of total 1 file(s)."));
    }
}

/// The text without the sequences that move the cursor and clear lines.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '\x1b' {
            letters.find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[test]
fn a_key_that_is_typed_is_not_shown() {
    let service = Service::with_files(&[("a", 1)]);
    let mut words = service.upload(&[]);
    words[2] = "/DestKey:-".to_owned();
    let mut terminal = Terminal::run(&words, 120);
    terminal.wait_for("/DestKey: ", 1);
    terminal.type_in(&format!("{}\n", super::service::KEY));
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(&super::service::KEY[..16]));
}

#[test]
fn without_progress_the_screen_is_not_redrawn() {
    let service = Service::with_files(&[("a", 1)]);
    let (shown, _) = Terminal::run(&service.upload(&["/Progress:none"]), 80).end();
    assert!(!shown.contains('\x1b'), "{shown:?}");
}
