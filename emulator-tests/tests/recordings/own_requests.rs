//! azring's own requests beside the recorded ones that the real service accepted.
//!
//! azring copies to, from and between shares of an emulator, in the version of the recordings. Of each of its requests
//! the parameters of the query and the headers must be ones that a recorded request of the same operation has, each
//! header that all recorded ones have must be there, and the values must have a recorded form. What differs is in
//! [`ACCEPTED`], with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::interceptor::Interceptor;
use azring_emulator_tests::rest::Share;
use azring_emulator_tests::single_account;
use azring_emulator_tests::tree::{Tree, noise};

use crate::cassette::{Headers, Interaction, pairs};
use crate::folder::RecordingFolder;
use crate::service;

/// The newest version of the recordings.
const VERSION: &str = "2019-02-02";

/// Headers of HTTP and of the client, which are not about the operation.
const OF_HTTP: [&str; 7] = [
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "user-agent",
];

/// Headers with one of a few words.
const WORDS: [&str; 3] = ["x-ms-type", "x-ms-write", "x-ms-range-get-content-md5"];

/// Headers and parameters that azring sends and no recorded request of the operation has: the operation, the name, and
/// the reason.
const ACCEPTED: &[(&str, &str, &str)] = &[
    (
        "GET",
        "range",
        "beside `x-ms-range`, for caches on the way: the service takes `x-ms-range` where a request has both",
    ),
    (
        "GET comp=rangelist",
        "x-ms-range",
        "an optional header of the operation: the recorded client asked for all ranges of a short file",
    ),
    ("PUT", "x-ms-content-type", OPTIONAL),
    ("PUT", "x-ms-content-md5", OPTIONAL),
    ("PUT", "x-ms-file-creation-time", NOW),
    ("PUT", "x-ms-file-last-write-time", NOW),
    ("PUT restype=directory", "x-ms-file-creation-time", NOW),
    ("PUT restype=directory", "x-ms-file-last-write-time", NOW),
    ("PUT comp=properties", "x-ms-content-type", OPTIONAL),
    ("PUT comp=properties", "x-ms-content-md5", OPTIONAL),
    ("PUT comp=properties", "x-ms-file-attributes", PRESERVE),
    ("PUT comp=properties", "x-ms-file-creation-time", PRESERVE),
    ("PUT comp=properties", "x-ms-file-last-write-time", PRESERVE),
    ("PUT comp=properties", "x-ms-file-permission", PRESERVE),
];

const OPTIONAL: &str = "an optional header of the operation, which the recorded client did not set";
const NOW: &str = "the documentation has `now` beside a time";
const PRESERVE: &str =
    "the documentation has `preserve` beside a value; the recorded client set values";

/// A request: its operation, the query and the headers.
struct Sent {
    operation: String,
    query: BTreeSet<String>,
    headers: Headers,
}

impl Sent {
    /// What `Interceptor::heads` has of a request.
    fn of_head(head: &str) -> Self {
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ');
        let method = words.next().unwrap_or_default();
        let target = words.next().unwrap_or_default();
        let (_, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        Self::new(method, query, Headers(headers.collect()))
    }

    fn of_recorded(one: &Interaction) -> Self {
        let request = &one.request;
        Self::new(&request.method, &request.query, request.headers.clone())
    }

    fn new(method: &str, query: &str, headers: Headers) -> Self {
        let parameter = |name: &str| pairs(query).find(|(key, _)| key == name);
        let [kind, comp] = ["restype", "comp"].map(|name| {
            parameter(name).map_or_else(String::new, |(name, value)| format!(" {name}={value}"))
        });
        let source = headers
            .get("x-ms-copy-source")
            .map_or("", |_| " from a source");
        Self {
            operation: format!("{method}{kind}{comp}{source}"),
            query: pairs(query).map(|(name, _)| name).collect(),
            headers,
        }
    }

    fn header_names(&self) -> BTreeSet<&str> {
        let names = self.headers.0.iter().map(|(name, _)| name.as_str());
        names.filter(|name| !OF_HTTP.contains(name)).collect()
    }
}

/// What the recorded requests of one operation have.
#[derive(Default)]
struct Recorded {
    query: BTreeSet<String>,
    /// The values of each header, in their forms.
    headers: BTreeMap<String, BTreeSet<String>>,
    in_all: Option<BTreeSet<String>>,
}

impl Recorded {
    fn add(&mut self, sent: &Sent) {
        self.query.extend(sent.query.iter().cloned());
        for (name, value) in &sent.headers.0 {
            let values = self.headers.entry(name.clone()).or_default();
            values.insert(form(name, value));
        }
        let names: BTreeSet<_> = sent.header_names().into_iter().map(str::to_owned).collect();
        self.in_all = Some(match self.in_all.take() {
            None => names,
            Some(before) => &before & &names,
        });
    }
}

/// The form of a value: a word as it is, and everything else without its digits and letters.
fn form(name: &str, value: &str) -> String {
    if WORDS.contains(&name) {
        return value.to_ascii_lowercase();
    }
    // The operation does not say what they are.
    let is_any = ["content-md5", "x-ms-client-request-id", "x-ms-copy-source"].contains(&name);
    if is_any || name.starts_with("x-ms-meta-") {
        return String::new();
    }
    let mut form = String::new();
    for character in value.chars() {
        let class = match character {
            '0'..='9' => '9',
            'a'..='z' | 'A'..='Z' => 'a',
            other => other,
        };
        if !form.ends_with(class) || !class.is_ascii_alphanumeric() {
            form.push(class);
        }
    }
    form
}

/// What a request of azring has that the recorded ones do not, or the reverse.
struct Unlike {
    operation: String,
    what: String,
}

impl fmt::Display for Unlike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.what)
    }
}

fn is_accepted(operation: &str, name: &str) -> bool {
    let mut rows = ACCEPTED.iter();
    rows.any(|(of, accepted, _)| *of == operation && *accepted == name)
}

fn compare(sent: &Sent, recorded: &Recorded) -> Vec<Unlike> {
    let mut unlike = Vec::new();
    let mut note = |name: &str, what: String| {
        if !is_accepted(&sent.operation, name) {
            let operation = sent.operation.clone();
            unlike.push(Unlike { operation, what });
        }
    };
    for name in &sent.query {
        if !recorded.query.contains(name) {
            note(
                name,
                format!("the parameter `{name}` is in no recorded request"),
            );
        }
    }
    for name in sent.header_names() {
        let value = sent.headers.get(name).unwrap_or_default();
        match recorded.headers.get(name) {
            None => note(
                name,
                format!("the header `{name}: {value}` is in no recorded request"),
            ),
            Some(forms) if !forms.contains(&form(name, value)) => {
                note(name, format!("`{name}: {value}` has no form of {forms:?}"));
            }
            Some(_) => {}
        }
    }
    for name in recorded.in_all.iter().flatten() {
        if sent.headers.get(name).is_none() {
            note(
                name,
                format!("all recorded requests have the header `{name}`"),
            );
        }
    }
    unlike
}

/// What the real service accepted, by operation.
fn recorded(folder: &RecordingFolder) -> BTreeMap<String, Recorded> {
    let mut operations: BTreeMap<String, Recorded> = BTreeMap::new();
    for cassette in folder.cassettes(&service::FILE) {
        for one in &cassette.interactions {
            if service::FILE.owns(&one.request) && one.response.status < 300 {
                let sent = Sent::of_recorded(one);
                operations
                    .entry(sent.operation.clone())
                    .or_default()
                    .add(&sent);
            }
        }
    }
    operations
}

/// One file of a range and a little, below a directory.
fn tree() -> Tree {
    let text = [noise(1, 700), vec![0; 1 << 20], noise(2, 4 << 20)].concat();
    Tree::new().with("d/file", text)
}

fn arguments(copy: Azring) -> Azring {
    let version = format!("/ServiceVersion:{VERSION}");
    copy.args(["/S", "/NC:1", "/NoJournal", &version])
}

/// A share seen through an interceptor, and the share itself.
fn seen(through: &Interceptor, share: &Share) -> Share {
    let account = share.service().account().clone();
    through.file_service(&account).share(share.name())
}

/// azring's requests for an upload, a download and copies by the service in both ways.
fn own_requests() -> Vec<(&'static str, Vec<Sent>)> {
    let (server, service) = single_account::start_for_files();
    let (folder, target) = (Folder::new(), Folder::new());
    tree().write_to(folder.path());
    let share = service.unmade_share("own");
    let copies = [
        ("async", service.unmade_share("async")),
        ("blocks", service.unmade_share("blocks")),
    ];
    let sent = |copy: &dyn Fn(&Interceptor) -> Azring| {
        let through = Interceptor::recording(&server.file_url());
        arguments(copy(&through)).run().succeeded();
        through
            .heads()
            .iter()
            .map(|head| Sent::of_head(head))
            .collect()
    };
    let mut all = vec![
        (
            "upload",
            sent(&|through| Azring::upload(folder.path(), &seen(through, &share))),
        ),
        (
            "download",
            sent(&|through| {
                Azring::download(&seen(through, &share), target.path()).args(["/Y", "/CheckMD5"])
            }),
        ),
    ];
    for (way, to) in &copies {
        all.push((
            way,
            sent(&|through| {
                Azring::between(&seen(through, &share), &seen(through, to))
                    .arg(format!("/ServerCopy:{way}"))
            }),
        ));
    }
    all
}

#[test]
fn requests_to_shares_are_like_those_that_the_service_accepted() {
    let Some(folder) = RecordingFolder::open() else {
        return;
    };
    let recorded = recorded(&folder);
    let (mut unlike, mut operations) = (Vec::new(), BTreeMap::new());
    for (_, requests) in own_requests() {
        for sent in &requests {
            *operations.entry(sent.operation.clone()).or_insert(0) += 1;
            match recorded.get(&sent.operation) {
                Some(recorded) => unlike.extend(compare(sent, recorded)),
                None => unlike.push(Unlike {
                    operation: sent.operation.clone(),
                    what: "the operation was not recorded".into(),
                }),
            }
        }
    }
    let lines: BTreeSet<_> = unlike.iter().map(ToString::to_string).collect();
    let lines: Vec<_> = lines.into_iter().collect();
    assert!(lines.is_empty(), "{operations:#?}\n{}", lines.join("\n"));
    crate::println(&format!("azring's requests by operation: {operations:?}"));
}

/// The client library makes a file and then writes its ranges; azring makes the share and the directory first.
#[test]
fn a_file_is_made_and_read_in_the_recorded_order() {
    let Some(folder) = RecordingFolder::open() else {
        return;
    };
    let cassettes: Vec<_> = folder.cassettes(&service::FILE).collect();
    let order = |name: &str| {
        let cassette = cassettes.iter().find(|one| one.name == name);
        let cassette = cassette.unwrap_or_else(|| panic!("`{name}` is a recording"));
        let own = cassette.interactions.iter();
        let own = own.filter(|one| service::FILE.owns(&one.request));
        each_once(own.map(|one| Sent::of_recorded(one).operation))
    };
    let requests: BTreeMap<_, _> = own_requests().into_iter().collect();
    let own = |way: &str| {
        let operations = requests[way].iter().map(|sent| sent.operation.clone());
        each_once(operations)
    };
    assert_eq!(
        of_files(&own("upload")),
        order("test_file.test_create_file_from_text")[..2]
    );
    let ranges = order("test_file.test_update_range_from_file_url");
    assert_eq!(
        ranges[2..],
        [
            "PUT",
            "PUT comp=range from a source",
            "GET comp=rangelist",
            "GET"
        ]
    );
    let own_ranges = of_files(&own("blocks"));
    assert_eq!(own_ranges[own_ranges.len() - 2..], ranges[2..4]);
}

/// Without repetitions that follow each other.
fn each_once(operations: impl Iterator<Item = String>) -> Vec<String> {
    let mut operations: Vec<_> = operations.collect();
    operations.dedup();
    operations
}

/// The operations that make and write files.
fn of_files(operations: &[String]) -> Vec<String> {
    let is_writing = |operation: &&String| {
        operation.starts_with("PUT")
            && !operation.contains("restype=")
            && !operation.contains("properties")
    };
    operations.iter().filter(is_writing).cloned().collect()
}
