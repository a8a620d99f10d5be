use azring_core::Error;
use azring_core::entry::EntryName;
use azring_core::report::{Deletions, Details, Event, Measured, Window};
use azring_core::schedule::tuner::{Bound, Phase};
use azring_transport::traffic::Traffic;
use insta::assert_snapshot;

use super::*;
use crate::report::document::STYLE;
use crate::report::samples::tests::window;

/// A run of three seconds that speeds up, is throttled, and has one failure.
fn history() -> RunHistory {
    let mut history = RunHistory::default();
    history.add(&Event::IoMode("ring, registered buffers"));
    let windows = [
        (4, Phase::Climb, Bound::Unknown, 2 << 20, 0, Some((4, 9))),
        (8, Phase::Climb, Bound::Unknown, 4 << 20, 0, Some((5, 20))),
        (16, Phase::Climb, Bound::Service, 6 << 20, 3, Some((7, 80))),
        (12, Phase::Hold, Bound::Service, 5 << 20, 1, None),
        (12, Phase::Hold, Bound::Network, 5 << 20, 0, Some((6, 31))),
    ];
    for (index, (concurrency, phase, bound, moved, refused, latency)) in
        windows.into_iter().enumerate()
    {
        let at = 250 * (index as u64 + 1);
        let mut window: Window = window(at, concurrency, phase, bound);
        window.sample.moved_bytes = moved;
        window.sample.succeeded = concurrency;
        window.sample.refused = refused;
        window.p50 = latency.map(|(p50, _)| Duration::from_millis(p50));
        window.p99 = latency.map(|(_, p99)| Duration::from_millis(p99));
        history.add(&Event::Window(&window));
    }
    for (name, bytes, ms) in [
        ("a/<script>alert(1)</script>", 20 << 20, 900),
        ("a/\"quoted\" & 'so'", 1 << 20, 300),
        ("a/\u{202e}gnp.exe\u{7}", 700, 20),
    ] {
        let details = Details {
            attempts: 1,
            elapsed: Duration::from_millis(ms),
            ..Details::default()
        };
        history.add(&Event::Done {
            name: &name.into(),
            bytes,
            details: &details,
        });
    }
    history.add(&Event::Failed {
        name: &EntryName::new(&b"bad\xff"[..]),
        bytes: 5,
        error: &Error::Integrity("</td><b>https://h/c?sig=canary&se=1".into()),
        details: &Details::default(),
    });
    let traffic = Traffic::default();
    history.add(&Event::Measured(&Measured {
        succeeded: 52,
        refused: 4,
        timeouts: 0,
        sent_bytes: 22 << 20,
        received_bytes: 9000,
        failed_bytes: 0,
        first_bytes: traffic.first_bytes(),
        latencies: traffic.latencies(),
    }));
    history
}

fn shown(history: &RunHistory, outcome: RunResult<'_>, ending: Ending) -> String {
    let begun: Zoned = "2018-08-16T15:19:39+02:00[+02:00]".parse().unwrap();
    let ended: Zoned = "2018-08-16T15:19:42+02:00[+02:00]".parse().unwrap();
    let data = ReportData {
        version: "0.1.0",
        command: "azring /Source:/data /Dest:https://a.blob.core.windows.net/c /DestKey:****** /S",
        source: "/data",
        target: "https://a.blob.core.windows.net/c",
        is_preview: false,
        begun: &begun,
        ended: &ended,
        outcome,
        ending,
        history,
        ledger: None,
        machine: "host, 2 core(s), Linux 6.1".to_owned(),
    };
    page(&data).replace(STYLE, "")
}

fn summary() -> Summary {
    Summary {
        listed: 4,
        done: 3,
        failed: 1,
        bytes: 22_020_796,
        retries: 4,
        elapsed: Duration::from_millis(1300),
        ..Summary::default()
    }
}

/// The page with one time in place of those at which objects failed, which differ between runs.
fn without_times(page: &str) -> String {
    let mut parts = page.split("</code> ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (time, rest) = part.split_once('<').unwrap_or((part, ""));
        assert_eq!(time.len(), "15:19:41".len(), "{time}");
        text.push_str("</code> 15:19:41<");
        text.push_str(rest);
    }
    text
}

#[test]
fn a_page_shows_everything_of_a_run() {
    let page = shown(&history(), RunResult::Run(&summary()), Ending::Failure);
    assert_snapshot!("run", without_times(&page));
}

#[test]
fn what_a_sync_could_not_delete_is_among_the_failures() {
    let mut history = RunHistory::default();
    history.add(&Event::DeletionFailed {
        name: &"gone".into(),
        bytes: 5,
        error: &Error::TargetChanged("`gone` was overwritten since it was compared".into()),
    });
    let summary = Summary {
        listed: 1,
        done: 1,
        deletions: Some(Deletions {
            failed: 1,
            ..Deletions::default()
        }),
        ..Summary::default()
    };
    let page = shown(&history, RunResult::Run(&summary), Ending::Failure);
    let said = "; 1 that only the destination has could not be deleted.";
    assert!(page.contains(said), "{page}");
    assert!(page.contains("was overwritten since it was compared"));
}

#[test]
fn a_disk_that_was_given_a_limit_has_a_chart_and_any_other_has_none() {
    let page_of = |bound: Bound, turns: Option<u32>| {
        let mut history = RunHistory::default();
        let mut window = window(250, 8, Phase::Hold, bound);
        window.sample.disk_ended = 5;
        window.decision.turns = turns;
        history.add(&Event::Window(&window));
        shown(&history, RunResult::Run(&summary()), Ending::Success)
    };
    let limited = page_of(Bound::Disk, Some(2));
    assert!(limited.contains("Concurrent disk operations"));
    assert!(limited.contains("2 reads or writes"));
    for other in [page_of(Bound::Disk, None), page_of(Bound::Network, Some(8))] {
        assert!(!other.contains("Concurrent disk operations"));
    }
}

#[test]
fn hostile_names_are_text_and_secrets_are_masked() {
    let page = shown(&history(), RunResult::Run(&summary()), Ending::Failure);
    assert!(!page.contains("<script") && !page.contains("canary"));
    assert!(!page.contains(['\u{202e}', '\u{7}']));
    assert!(page.contains("a/&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("&lt;/td&gt;&lt;b&gt;https://h/c?sig=******&amp;se=1"));
    assert!(page.contains(r"bad\xff") && page.contains(r"\u{202e}gnp.exe\u{7}"));
}

#[test]
fn nothing_is_asked_for_from_elsewhere() {
    let page = shown(&history(), RunResult::Run(&summary()), Ending::Failure) + STYLE;
    for word in [
        "src=",
        "href",
        "url(",
        "@import",
        "<link",
        "<script",
        "javascript:",
    ] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn a_run_that_never_began_says_why() {
    let why = "the account's key is <wrong>".to_owned();
    let page = shown(
        &RunHistory::default(),
        RunResult::Broken(why),
        Ending::Failure,
    );
    assert!(page.contains("the account&#39;s key is &lt;wrong&gt;"));
    assert!(page.contains("<span class=\"state bad\">Failed</span>"));
    assert!(!page.contains("<svg"));
}

#[test]
fn the_tags_of_a_page_are_closed_in_their_order() {
    const ALONE: [&str; 2] = ["meta", "!DOCTYPE"];
    let pages = [
        shown(&history(), RunResult::Run(&summary()), Ending::Failure),
        shown(
            &RunHistory::default(),
            RunResult::Broken(String::new()),
            Ending::Success,
        ),
    ];
    for page in pages {
        let mut open = Vec::new();
        for tag in page.split('<').skip(1) {
            let tag = tag.split('>').next().unwrap();
            let name = tag
                .trim_start_matches('/')
                .split([' ', '/', '\n'])
                .next()
                .unwrap();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{tag}");
            } else if !tag.ends_with('/') && !ALONE.contains(&name) {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

#[test]
fn a_page_stays_small_however_long_the_run_and_however_many_its_objects() {
    let mut history = RunHistory::default();
    let details = Details {
        elapsed: Duration::from_secs(1),
        ..Details::default()
    };
    let name = EntryName::from("n".repeat(2000).as_str());
    for at in 0..50_000 {
        let mut window = window(
            at * 250,
            1 + at as u32 % 500,
            Phase::Hold,
            Bound::ALL[at as usize % 7],
        );
        window.sample.moved_bytes = at * 100_000;
        window.sample.refused = at as u32 % 9;
        window.p99 = Some(Duration::from_micros(1 + at * 37));
        window.p50 = window.p99;
        history.add(&Event::Window(&window));
        history.add(&Event::Done {
            name: &name,
            bytes: at.pow(3),
            details: &details,
        });
    }
    let page = shown(&history, RunResult::Run(&summary()), Ending::Success);
    assert!(page.len() < 256 * 1024, "{}", page.len());
}
