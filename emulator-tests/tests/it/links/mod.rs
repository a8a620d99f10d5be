//! The controller over real connections: the kinds of links that it is simulated on (`core/tests/it/link/scenario.rs`), as
//! far as the emulator's fault plan can be like them. Everything arrives; and what the controller did is counted in
//! requests, bytes and windows of its trace, never in seconds: how fast it was is measured by `scripts/scenes.sh`.

mod trace;

mod lines;

mod steps;

mod others;

mod budgets;

use azring_emulator_tests::account::Account;
use azring_emulator_tests::command::{Azring, Folder};
use azring_emulator_tests::emulator::{Options, Server, StoreChoice};
use azring_emulator_tests::rest::Container;
use azring_emulator_tests::single_account;

pub(crate) use trace::Trace;

/// How many second attempts a run may make, however little it carries.
const FREE_SECOND_ATTEMPTS: u64 = 4;

/// More than the head of a request has.
const HEAD_BYTES_MAX: u64 = 4096;

/// A service behind a link.
struct Link {
    server: Server,
    container: Container,
    /// What is carried: so many objects of so many bytes.
    objects: u64,
    object_bytes: u64,
}

/// What came of a run.
#[derive(Debug)]
struct Run {
    trace: Trace,
    /// Requests that carried an object or a part of it, and their bytes.
    requests: u64,
    bytes: u64,
    /// Answers with 503.
    refused: u64,
}

impl Link {
    fn new(objects: u64, object_bytes: u64) -> Self {
        let options = Options {
            store: StoreChoice::Memory,
            ..Options::default()
        };
        let (server, service) = single_account::start_with(&options);
        let container = service.unmade_container("link");
        Self {
            server,
            container,
            objects,
            object_bytes,
        }
    }

    fn all_bytes(&self) -> u64 {
        self.objects * self.object_bytes
    }

    /// A measurement of what is carried, made up here and kept there.
    fn bench(&self, way: &str) -> Azring {
        let azring = Azring::new().args(["bench", way, &self.container.url()]);
        let account = Account::development();
        let azring = match way {
            "upload" => azring.dest_key(&account),
            _ => azring.source_key(&account),
        };
        let (count, size) = (self.objects, self.object_bytes);
        azring
            .args([format!("/Count:{count}"), format!("/Size:{size}")])
            .args(["/Keep", "/MD5:off", "/CRC64:off"])
    }

    fn falls_to(&self, plan: &str) {
        self.server.set_fault_plan(plan);
        self.server.watch().counters.reset();
    }

    /// Brings everything here, from a service that is as the plan says; every byte is compared.
    fn down(&self, plan: &str) -> Run {
        self.bench("upload").run().succeeded();
        self.falls_to(plan);
        let run = self.run(self.bench("download").arg("/Verify"), "GetBlob");
        assert!(run.bytes >= self.all_bytes(), "{run:?}");
        run
    }

    /// Brings everything there.
    fn up(&self, plan: &str) -> Run {
        self.falls_to(plan);
        let run = self.run(self.bench("upload"), "PutBlob");
        assert_eq!(self.container.names().len() as u64, self.objects);
        assert!(run.bytes >= self.all_bytes(), "{run:?}");
        run
    }

    fn run(&self, azring: Azring, operation: &str) -> Run {
        let folder = Folder::new();
        let trace = folder.join("trace");
        azring
            .arg(format!("/TraceController:{}", trace.display()))
            .run()
            .succeeded();
        let counters = &self.server.watch().counters;
        let counts = counters.of(operation);
        let statuses = counters.snapshot().statuses;
        self.server.clear_faults();
        Run {
            trace: Trace::read(&trace),
            requests: counts.requests,
            bytes: counts.bytes_in + counts.bytes_out,
            refused: statuses.get(&503).copied().unwrap_or_default(),
        }
    }
}

impl Run {
    /// Nothing was refused, nothing was asked for twice but what was late at the end, and a fiftieth at most was for nothing.
    #[track_caller]
    fn assert_smooth(&self, link: &Link) {
        assert_eq!(self.refused, 0, "{self:?}");
        assert_eq!(self.trace.sum("timeouts"), 0, "{self:?}");
        let twice = self.requests - link.objects;
        assert!(twice <= self.trace.sum("raced"), "{self:?}");
        self.assert_wasted_at_most(50, link);
    }

    /// One byte in so many was for nothing at most, besides the second attempts that are free in a run of any length: how many
    /// requests are late depends on the machine too.
    #[track_caller]
    fn assert_wasted_at_most(&self, one_in: u64, link: &Link) {
        let free = self.trace.sum("raced").min(FREE_SECOND_ATTEMPTS);
        let free_bytes = free * (link.object_bytes + HEAD_BYTES_MAX);
        let wasted = self.trace.sum("failed_bytes");
        let wasted = wasted.saturating_sub(free_bytes);
        assert!(wasted * one_in <= link.all_bytes() + wasted, "{self:?}");
    }

    /// The most that went at once, and the most that was allowed.
    fn most_at_once(&self) -> (u64, u64) {
        (self.trace.most("under_way"), self.trace.most("concurrency"))
    }

    /// How many could go at once at the end.
    fn at_the_end(&self) -> u64 {
        self.trace.all("concurrency").last().unwrap_or_default()
    }
}
