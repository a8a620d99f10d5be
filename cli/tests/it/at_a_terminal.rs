//! What a person at a terminal sees and is asked.

use super::run;
use super::service::Service;
use super::terminal::Terminal;

/// Four files that exist at the destination already.
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

/// The whole screen, with the lines that a narrow screen breaks.
#[test]
fn the_question_and_its_answers_are_all_that_is_on_the_screen() {
    for columns in [60, 120] {
        let service = uploaded();
        let mut terminal = Terminal::run(&service.upload(&["/Progress:none"]), columns);
        let question = |name: &str| {
            let source = service.path("source");
            format!(
                "Overwrite {}/{name} with {source}/{name}? (Yes/No/All) ",
                service.url()
            )
        };
        let mut expected = String::new();
        for (name, answer) in [("a", "Yes"), ("b", "No"), ("c", "All")] {
            expected.push_str(&question(name));
            let whole = |screen: &str| unbroken(screen) == unbroken(&expected);
            terminal.wait_for_screen(whole);
            terminal.type_in(&format!("{answer}\n"));
            expected.push_str(answer);
        }
        let (screen, code) = terminal.last_screen();
        assert_eq!(code, Some(0), "{screen}");
        let (asked, summary) = screen.split_once("Copied ").expect("a summary");
        assert_eq!(unbroken(asked), unbroken(&expected));
        assert_eq!(numberless(&format!("Copied {summary}")), SUMMARY);
        assert!(summary.contains("Transfer successfully:   3"), "{screen}");
        assert!(summary.contains("Transfer skipped:        1"), "{screen}");
    }
}

/// Without blanks and breaks, so that it is the same on every screen.
fn unbroken(text: &str) -> String {
    text.split_whitespace().collect()
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
fn after_ctrl_c_the_same_command_asks_and_resumes_from_the_journal() {
    // Enough files that some are not done when the signal comes, on a machine of any speed.
    let names: Vec<_> = (0..60).map(|number| number.to_string()).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), 1 << 20)).collect();
    let service = Service::with_files(&files);
    service.set_faults(
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
        shown.contains("stopping: active transfers are finished first"),
        "{shown}"
    );

    service.set_faults(r#"{"rules": []}"#);
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

/// Two files: one is copied at once, the other takes three seconds.
fn one_of_two() -> Service {
    let service = Service::with_files(&[("a", 1 << 20), ("b", 1 << 20)]);
    service.set_faults(
        r#"{"rules": [{"when": {"method": "PUT", "path": "*/container/b"}, "then": {"delay_ms": 3000}}]}"#,
    );
    service
}

/// The screen with `#` for every number and one unit for every size, because those differ between runs.
fn numberless(screen: &str) -> String {
    let mut text = String::new();
    let mut was_number = false;
    for letter in screen.chars() {
        let is_number =
            letter.is_ascii_digit() || (was_number && matches!(letter, '.' | ':' | ','));
        if !is_number {
            text.push(letter);
        } else if !was_number {
            text.push('#');
        }
        was_number = is_number;
    }
    text.replace("# KiB", "# B").replace("# MiB", "# B")
}

/// The first line without its blanks, because wrapping removes one.
fn unspaced(screen: &str) -> String {
    let (line, block) = screen.split_once('\n').expect("there is a block");
    format!("{}\n{block}", line.replace(' ', ""))
}

const SUMMARY: &str = "Copied # B in # s, # B/s, no retries.
Finished # of total # file(s).
[#/#/# #] Transfer summary:
-----------------
Total files transferred: #
Transfer successfully:   #
Transfer skipped:        #
Transfer failed:         #
Elapsed time:            #";

#[test]
fn progress_takes_two_lines_that_fit_and_nothing_of_it_is_left_at_the_end() {
    for (columns, bar) in [
        (
            120,
            "# B / # B #%  (# B confirmed)  # B/s  (avg # B/s)  files #/#\nlimit: work  active #/#",
        ),
        (
            80,
            "# B / # B #%  (# B confirmed)  # B/s  files #/#\nlimit: work  active #/#",
        ),
        (
            60,
            "# B / # B #%  # B/s  files #/#\nlimit: work  active #/#",
        ),
        (40, "# B / # B #%  # B/s\nlimit: work  active #/#"),
    ] {
        let service = one_of_two();
        let mut terminal = Terminal::run(&service.upload(&["/NC:2"]), columns);
        let screen = terminal.wait_for_screen(|screen| {
            screen.contains("limit: work") && (columns < 80 || screen.contains("confirmed"))
        });
        // How much of the slow file is sent differs between runs, and so does whether a time is left.
        let mut screen = numberless(&screen).replace("  ETA #", "");
        if columns < 120 {
            // It fits beside small numbers.
            screen = screen.replace("  (avg # B/s)", "");
        }
        assert_eq!(screen, bar, "{columns} columns");
        let (screen, code) = terminal.last_screen();
        assert_eq!(code, Some(0), "{screen}");
        // The first line is the only one that a narrow terminal wraps.
        let (line, block) = screen.split_once("\nFinished").expect("there is a block");
        let line = numberless(&line.replace('\n', ""));
        let shown = format!("{line}\nFinished{}", numberless(block));
        assert_eq!(unspaced(&shown), unspaced(SUMMARY), "{columns} columns");
    }
}

#[test]
fn progress_follows_a_terminal_that_is_made_narrower_and_wider() {
    let service = one_of_two();
    let mut terminal = Terminal::run(&service.upload(&["/NC:2"]), 120);
    let fits = |columns: usize| {
        move |screen: &str| {
            let bar: Vec<_> = screen.lines().rev().take(2).collect();
            bar.len() == 2
                && bar[0].starts_with("limit: work")
                && bar.iter().all(|line| line.len() < columns)
        }
    };
    terminal.wait_for_screen(|screen| fits(120)(screen) && screen.contains("(avg "));
    terminal.resize(40);
    terminal.wait_for_screen(|screen| fits(40)(screen) && !screen.contains("files "));
    terminal.resize(120);
    terminal.wait_for_screen(|screen| fits(120)(screen) && screen.contains("(avg "));
    let (screen, code) = terminal.last_screen();
    assert_eq!(code, Some(0), "{screen}");
    assert!(numberless(&screen).ends_with(SUMMARY), "{screen}");
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

#[test]
fn nothing_is_coloured_and_a_dumb_terminal_is_sent_no_commands() {
    let service = one_of_two();
    let mut terminal = Terminal::run(&service.upload(&["/NC:2"]), 80);
    terminal.wait_for_screen(|screen| screen.contains("limit: work"));
    let (shown, code) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    let commands = shown.split("\x1b[").skip(1);
    for command in commands {
        let end = command.find(|letter: char| letter.is_ascii_alphabetic());
        assert_ne!(end.map(|end| &command[end..=end]), Some("m"), "{command}");
    }
    let words = service.upload(&["/Y"]);
    let (shown, code) = Terminal::of_kind("dumb", &words, 80).end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains('\x1b'), "{shown:?}");
    assert!(
        numberless(&shown.replace('\r', "")).starts_with(SUMMARY),
        "{shown}"
    );
}

#[test]
fn a_sync_asks_once_before_it_deletes() {
    for (answer, stays) in [("No\n", true), ("Yes\n", false)] {
        let service = uploaded();
        let container = service.container();
        container.put("gone", "x");
        let words = service.upload(&["/Sync", "/Delete:ask"]);
        let mut terminal = Terminal::run(&words, 120);
        terminal.wait_for("Delete 1 of 5 object(s) at ", 1);
        terminal.type_in(answer);
        let (shown, code) = terminal.end();
        assert_eq!(code, Some(0), "{shown}");
        let names = container.names();
        assert_eq!(names.contains(&"gone".to_owned()), stays, "{shown}");
        assert!(names.len() >= 4, "{names:?}");
    }
}

#[test]
fn a_removal_asks_before_it_deletes() {
    for (answer, code, left) in [("No\n", 1, 4), ("Yes\n", 0, 0)] {
        let service = uploaded();
        let key = service.download(&[]).remove(2);
        let words = ["remove".to_owned(), service.url(), key, "/S".to_owned()];
        let mut terminal = Terminal::run(&words, 120);
        terminal.wait_for("? (Yes/No) ", 1);
        terminal.type_in(answer);
        let (shown, ended) = terminal.end();
        assert_eq!(ended, Some(code), "{shown}");
        assert_eq!(service.container().names().len(), left, "{shown}");
    }
}
