//! The report, written by real runs and looked at by a real browser: Chromium draws what is in it, in light and in dark, runs
//! nothing and fetches nothing.

use std::collections::HashSet;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::{Options, Server};
use azring_emulator_tests::rest::BlobService;
use azring_emulator_tests::tree::{Tree, noise};
use rustix::process::Signal;

/// What must not be found anywhere.
const CANARY: &str = "Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5";

/// Names as an attacker would choose them.
const HOSTILE: [&str; 4] = [
    "<script>document.title='owned'<",
    "\" onmouseover=\"x",
    "<img src=x onerror=alert(1)>",
    "rtl\u{202e}gnp.exe",
];

struct Rig {
    server: Server,
    source: Folder,
    out: Folder,
}

impl Rig {
    fn new() -> Self {
        Self {
            server: Server::start(&Options::default()).expect("an emulator starts"),
            source: Folder::new(),
            out: Folder::new(),
        }
    }

    fn fault(&self, plan: &str) {
        self.server.set_fault_plan(plan);
    }

    /// A copy of the source that writes a report.
    fn copy(&self) -> Azring {
        let service =
            BlobService::path_style(&self.server.blob_url(), &Account::development(), None);
        Azring::copy(self.source.path(), service.container("cont").url())
            .dest_key(&Account::development())
            .args(["/S", "/Y", "/DestType:Blob"])
            .arg(format!("/Report:{}", self.report().display()))
    }

    fn report(&self) -> std::path::PathBuf {
        self.out.join("report.html")
    }

    fn page(&self) -> String {
        std::fs::read_to_string(self.report()).expect("there is a report")
    }

    /// A run with hostile names, which are the slowest, a failure and push-back: one for all tests that only look at it.
    fn with_everything() -> &'static Self {
        static RIG: LazyLock<Rig> = LazyLock::new(Rig::run_with_everything);
        &RIG
    }

    fn run_with_everything() -> Self {
        let rig = Self::new();
        let names: Vec<String> = (0..90).map(|number| format!("d/f{number}")).collect();
        let names = names.iter().map(String::as_str).chain(HOSTILE);
        let mut tree = Tree::named(names);
        for (name, power) in [("small", 3), ("middle", 12), ("large", 23)] {
            tree = tree.with(name, noise(1, 1 << power));
        }
        tree.write_to(rig.source.path());
        rig.fault(
            r#"{"budgets":[{"account":"devstoreaccount1","requests_per_second":30}],
                "rules":[{"when":{"path":"*/f7"},"then":{"answer":{"status":403,"code":"Nope"}}},
                         {"when":{"path":"*script*"},"then":{"delay_ms":3000}},
                         {"when":{"path":"*mouse*"},"then":{"delay_ms":3000}},
                         {"when":{"path":"*onerror*"},"then":{"delay_ms":3000}},
                         {"when":{"path":"*gnp*"},"then":{"delay_ms":3000}}]}"#,
        );
        let outcome = rig.copy().run();
        assert_eq!(outcome.status, Some(1), "{outcome}");
        rig
    }
}

/// Runs Chromium without anything that it does of its own accord; returns its standard output and its log.
fn chromium(page: &Path, words: &[&str]) -> (String, String) {
    let profile = Folder::new();
    let mut command = Command::new("timeout");
    command.args(["--kill-after=10", "180", "chromium"]);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--enable-logging=stderr",
    ]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    command
        .args(words)
        .arg(format!("file://{}", page.display()));
    let output = command.output().expect("`timeout` is there");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "Chromium is needed (`apt-get install chromium`; `scripts/test.sh` does that): {log}"
    );
    (String::from_utf8_lossy(&output.stdout).into_owned(), log)
}

/// What a page looks like: width, height and the colours of its pixels.
struct Picture {
    size: (u32, u32),
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    fn of(page: &Path, size: (u32, u32), words: &[&str]) -> Self {
        let folder = Folder::new();
        let file = folder.join("shot.png");
        let shot = format!("--screenshot={}", file.display());
        let window = format!("--window-size={},{}", size.0, size.1);
        let words = [words, &[&shot, &window]].concat();
        chromium(page, &words);
        let bytes = std::fs::read(&file).expect("Chromium has drawn it");
        let mut decoder = png::Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().expect("a PNG");
        let room = reader.output_buffer_size().expect("it fits into memory");
        let mut data = vec![0; room];
        let info = reader.next_frame(&mut data).expect("a PNG");
        let step = info.color_type.samples();
        let pixels = data[..info.buffer_size()]
            .chunks_exact(step)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect();
        Self {
            size: (info.width, info.height),
            pixels,
        }
    }

    fn colours(&self) -> usize {
        self.pixels.iter().collect::<HashSet<_>>().len()
    }

    /// How bright it is on the whole, 0 to 255.
    fn brightness(&self) -> f64 {
        let sum: u64 = self
            .pixels
            .iter()
            .flatten()
            .map(|part| u64::from(*part))
            .sum();
        sum as f64 / (3 * self.pixels.len()) as f64
    }

    /// How many pixels are about of this colour.
    fn of_colour(&self, colour: [u8; 3]) -> usize {
        let is_near = |pixel: &&[u8; 3]| {
            pixel
                .iter()
                .zip(colour)
                .all(|(part, wanted)| part.abs_diff(wanted) <= 3)
        };
        self.pixels.iter().filter(is_near).count()
    }
}

#[test]
fn a_browser_draws_the_charts_in_light_and_in_dark() {
    let rig = Rig::with_everything();
    let wide = (1200, 1800);
    let light = Picture::of(&rig.report(), wide, &[]);
    let dark = Picture::of(
        &rig.report(),
        wide,
        &["--blink-settings=preferredColorScheme=0"],
    );
    for picture in [&light, &dark] {
        assert_eq!(picture.size, wide);
        assert!(picture.colours() > 100, "{} colours", picture.colours());
    }
    assert!(light.brightness() > 200.0, "{}", light.brightness());
    assert!(dark.brightness() < 70.0, "{}", dark.brightness());
    // The strip, lines and bars: what the service pushed back, what it let through.
    for (picture, blue, orange) in [
        (&light, [0x16, 0x68, 0xc7], [0xc2, 0x57, 0x0c]),
        (&dark, [0x5a, 0xa9, 0xff], [0xff, 0x9d, 0x5c]),
    ] {
        assert!(
            picture.of_colour(blue) > 1000,
            "{}",
            picture.of_colour(blue)
        );
        assert!(
            picture.of_colour(orange) > 500,
            "{}",
            picture.of_colour(orange)
        );
    }
    let narrow = Picture::of(&rig.report(), (500, 1800), &[]);
    assert_eq!(narrow.size, (500, 1800));
    assert!(narrow.colours() > 100);
}

#[test]
fn a_browser_finds_charts_and_names_and_nothing_to_run_or_to_fetch() {
    let rig = Rig::with_everything();
    let (dom, log) = chromium(&rig.report(), &["--dump-dom"]);
    for id in ["rate", "concurrency", "latency", "throttles", "sizes"] {
        assert!(
            dom.contains(&format!("aria-labelledby=\"{id}-t {id}-d\"")),
            "{id}"
        );
        assert!(dom.contains(&format!("<desc id=\"{id}-d\">")), "{id}");
    }
    assert!(dom.contains("document.title='owned'"), "the name is there");
    assert!(dom.contains("<title>azring: "), "and did nothing");
    for element in [
        "<script",
        "<img",
        "<iframe",
        "<link",
        " onmouseover=",
        " onerror=",
    ] {
        let elements = dom.replace("&lt;", "");
        // In the text of the page quotes stand as they are; within a tag there is none of these.
        let within_tags = elements
            .split('<')
            .skip(1)
            .filter_map(|tag| tag.split_once('>'))
            .any(|(tag, _)| format!("<{tag}").contains(element));
        assert!(!within_tags, "{element}");
    }
    assert!(!log.contains("CONSOLE"), "{log}");

    // And if there were anything, this would tell.
    let worse = rig.out.join("worse.html");
    let image = "<img src=\"http://127.0.0.1:9/x.png\"></body>";
    std::fs::write(&worse, rig.page().replace("</body>", image)).expect("the folder is ours");
    let (_, log) = chromium(&worse, &["--dump-dom"]);
    assert!(
        log.contains("CONSOLE") && log.contains("Content Security Policy"),
        "{log}"
    );
}

#[test]
fn what_failed_is_named_with_its_reason_and_no_markup() {
    let page = Rig::with_everything().page();
    assert!(
        page.contains("<span class=\"state bad\">1 failed</span>"),
        "{page}"
    );
    assert!(page.contains("<bdi>d/f7</bdi>"), "{page}");
    assert!(page.contains("throttled"), "{page}");
    for markup in ["<script", "<img", "\u{202e}"] {
        assert!(!page.contains(markup), "{markup}");
    }
}

#[test]
fn no_secret_is_in_a_report() {
    let rig = Rig::new();
    Tree::named(["a"]).write_to(rig.source.path());
    let url = format!(
        "{}/devstoreaccount1/cont?sv=2024&sig={CANARY}%3D",
        rig.server.blob_url()
    );
    let sas = Azring::copy(rig.source.path(), &url);
    let key = Azring::copy(rig.source.path(), url.split('?').next().expect("a URL"))
        .arg(format!("/DestKey:{CANARY}"));
    for azring in [sas, key] {
        let outcome = azring
            .args(["/S", "/Y", "/DestType:Blob"])
            .arg(format!("/Report:{}", rig.report().display()))
            .run();
        assert_eq!(outcome.status, Some(1), "{outcome}");
        let page = rig.page();
        assert!(page.contains("******"), "{page}");
        assert!(!page.contains(CANARY), "{page}");
        assert!(
            page.contains("class=\"error\"") || page.contains("Failures"),
            "{page}"
        );
    }
}

#[test]
fn an_interrupted_run_writes_its_report_too() {
    let rig = Rig::new();
    let names: Vec<String> = (0..200).map(|number| format!("f{number}")).collect();
    Tree::named(names.iter().map(String::as_str)).write_to(rig.source.path());
    rig.fault(r#"{"rules":[{"then":{"delay_ms":50}}]}"#);
    // Without anybody between, who might pass a signal on twice.
    let mut running = rig.copy().arg("/NC:2").launch();
    running.wait_until(|| rig.server.watch().counters.of("PutBlob").requests >= 10);
    running.signal(Signal::INT);
    assert_eq!(running.end(), Some(130));
    let page = rig.page();
    assert!(
        page.contains("<span class=\"state bad\">Interrupted</span>"),
        "{page}"
    );
    assert!(page.ends_with("</html>\n"), "it is whole");
}

#[test]
fn a_file_that_cannot_be_written_is_reported_before_anything_is_copied() {
    let rig = Rig::new();
    Tree::named(["a"]).write_to(rig.source.path());
    for words in [
        vec![format!(
            "/Report:{}",
            rig.out.join("no/such/folder.html").display()
        )],
        vec![format!("/Report:{}", rig.out.path().display())],
    ] {
        let service =
            BlobService::path_style(&rig.server.blob_url(), &Account::development(), None);
        let url = service.container("cont").url();
        let copy = Azring::copy(rig.source.path(), &url).dest_key(&Account::development());
        let bench = Azring::new()
            .args(["bench", "upload", &url])
            .dest_key(&Account::development());
        for azring in [copy, bench] {
            let outcome = azring.args(&words).run();
            assert_eq!(outcome.status, Some(2), "{outcome}");
            assert!(
                outcome.stderr.contains("cannot write the report"),
                "{outcome}"
            );
        }
    }
    assert!(rig.server.watch().counters.snapshot().operations.is_empty());
}

#[test]
fn a_report_takes_the_place_of_the_one_before() {
    let rig = Rig::new();
    Tree::named(["a"]).write_to(rig.source.path());
    std::fs::write(rig.report(), "x".repeat(1 << 20)).expect("the folder is ours");
    rig.copy().run().succeeded().counting(1, 0, 0);
    let page = rig.page();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert!(page.contains(">Complete<"));
}

#[test]
fn what_is_measured_is_reported_too() {
    let rig = Rig::new();
    let url = format!("{}/devstoreaccount1/bench", rig.server.blob_url());
    let outcome = Azring::new()
        .args(["bench", "download", &url, "/Size:1M", "/Count:8", "/Verify"])
        .source_key(&Account::development())
        .arg(format!("/Report:{}", rig.report().display()))
        .run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    let page = rig.page();
    assert!(page.contains("<h1>Speed of downloads</h1>"), "{page}");
    assert!(page.contains("in 8 object(s)"), "{page}");
    assert!(page.contains("<code>azring bench download /"), "{page}");
}
