//! What lies between a client and its service.

use super::disk::Disk;
use super::random::Random;
use super::tcp::Tcp;

/// A megabyte, a mebibyte, and a megabit per second in bytes.
pub(crate) const MB: f64 = 1e6;
pub(crate) const MIB: u64 = 1 << 20;
pub(crate) const MBIT: f64 = 125_000.0;

/// Push-back by a service: token buckets with one second's credit.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Budget {
    pub(crate) requests_per_second: Option<f64>,
    pub(crate) bytes_per_second: Option<f64>,
    /// The body is taken before the refusal.
    pub(crate) after_body: bool,
    /// It says which of the two it was.
    pub(crate) names_cause: bool,
    pub(crate) retry_after_s: Option<f64>,
}

/// One link with its two ends. Times in seconds, sizes in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) request_bytes: u64,
    /// Requests are blocks of large objects: their size may be changed.
    pub(crate) is_blocks: bool,
    pub(crate) round_trip_s: f64,
    /// It is an upload.
    pub(crate) is_upload: bool,
    /// What moves is seen as it moves; else an upload's is known only when it is answered.
    pub(crate) is_seen: bool,
    /// Somebody in between takes so many bytes of each request before they go on, and those are seen to move too.
    pub(crate) between: f64,
    /// From when on how many bytes per second; the first is at 0.
    pub(crate) bandwidth: Vec<(f64, f64)>,
    /// The most that one connection gets.
    pub(crate) flow: f64,
    /// The share of requests that lose a packet at a bad moment and stall.
    pub(crate) loss: f64,
    pub(crate) budget: Budget,
    /// An attempt that takes longer is given up.
    pub(crate) patience_s: f64,
    /// From so many requests on, each one more takes this share of the bandwidth away: a disk that seeks.
    pub(crate) thrash: Option<(u32, f64)>,
    /// Processor seconds per request and per byte.
    pub(crate) processor: (f64, f64),
    /// Others on the link: from, until, how many connections.
    pub(crate) others: Vec<(f64, f64, u32)>,
    /// Packets count: connections begin slowly, and queues fill.
    pub(crate) tcp: Option<Tcp>,
    /// What every client reads from, or writes to.
    pub(crate) disk: Option<Disk>,
    pub(crate) seed: u64,
}

impl Scenario {
    pub(crate) fn new(name: &str, request_bytes: u64, round_trip_ms: f64, bandwidth: f64) -> Self {
        Self {
            name: name.into(),
            request_bytes,
            is_blocks: request_bytes >= MIB,
            round_trip_s: round_trip_ms / 1e3,
            is_upload: false,
            is_seen: true,
            between: 0.0,
            bandwidth: vec![(0.0, bandwidth)],
            flow: f64::INFINITY,
            loss: 0.0,
            patience_s: 900.0,
            budget: Budget::default(),
            thrash: None,
            processor: (5e-6, 0.0),
            others: Vec::new(),
            tcp: None,
            disk: None,
            seed: 1,
        }
    }

    /// The same link the other way.
    pub(crate) fn upload(self) -> Self {
        let name = format!("{}, up", self.name);
        Self {
            name,
            is_upload: true,
            ..self
        }
    }

    /// The same upload where nothing tells what has arrived before it is answered.
    pub(crate) fn unseen(self) -> Self {
        Self {
            is_seen: false,
            ..self
        }
    }

    /// The same upload through a proxy that takes so many bytes of each request before they go on.
    pub(crate) fn through(self, between: f64) -> Self {
        Self { between, ..self }
    }

    /// What has moved is known only when a request is answered.
    pub(crate) fn waits_for_answers(&self) -> bool {
        self.is_upload && !self.is_seen
    }

    /// The same with such a disk.
    fn disk(self, disk: Disk) -> Self {
        Self {
            disk: Some(disk),
            ..self
        }
    }

    fn flow(self, flow: f64) -> Self {
        Self { flow, ..self }
    }

    /// Packets count: so long a queue before it, in milliseconds, and such a share lost by chance.
    fn queue(self, queue_ms: f64, loss: f64) -> Self {
        let tcp = Tcp {
            queue_s: queue_ms / 1e3,
            loss,
        };
        Self {
            tcp: Some(tcp),
            ..self
        }
    }

    /// The same with a service that pushes back.
    pub(crate) fn budget(self, budget: Budget) -> Self {
        Self { budget, ..self }
    }

    fn step(mut self, at: f64, bandwidth: f64) -> Self {
        self.bandwidth.push((at, bandwidth));
        self
    }

    /// The bandwidth at this time.
    pub(crate) fn bandwidth_at(&self, time: f64) -> f64 {
        let begun = self.bandwidth.iter().rev().find(|(from, _)| *from <= time);
        begun.map_or(0.0, |(_, bandwidth)| *bandwidth)
    }

    /// When the link changes for good: the beginnings of its phases, 0 among them.
    pub(crate) fn changes(&self) -> Vec<f64> {
        let mut changes: Vec<f64> = self.bandwidth.iter().map(|(from, _)| *from).collect();
        for (from, until, _) in &self.others {
            changes.extend([*from, *until]);
        }
        changes.sort_by(f64::total_cmp);
        changes.dedup();
        changes
    }

    /// The most bytes per second that may be asked for in the phase that begins here: what the service admits, and half
    /// of the link where there are others.
    pub(crate) fn allowed_at(&self, time: f64) -> f64 {
        let has_others = self
            .others
            .iter()
            .any(|(from, until, _)| *from <= time && time < *until);
        let half = if has_others {
            self.bandwidth_at(time) / 2.0
        } else {
            f64::INFINITY
        };
        let disk = self.disk.map_or(f64::INFINITY, |disk| {
            // What is in memory when the watching ends has not come through both.
            disk.rate.min(self.bandwidth_at(time))
        });
        self.allowed().min(half).min(disk)
    }

    /// The bytes per second that the service admits.
    pub(crate) fn allowed(&self) -> f64 {
        let by_requests = self
            .budget
            .requests_per_second
            .map(|rate| rate * self.request_bytes as f64);
        let by_bytes = self.budget.bytes_per_second;
        by_requests
            .into_iter()
            .chain(by_bytes)
            .fold(f64::INFINITY, f64::min)
    }

    /// It is slow from its beginning: below 20 Mbit/s.
    pub(crate) fn is_slow(&self) -> bool {
        self.bandwidth[0].1 < 20.0 * MBIT
    }

    /// The service pushes back.
    pub(crate) fn pushes_back(&self) -> bool {
        self.budget.requests_per_second.is_some() || self.budget.bytes_per_second.is_some()
    }
}

/// The scenarios that have a name.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn named() -> Vec<Scenario> {
    let bytes = |rate: f64| Budget {
        bytes_per_second: Some(rate),
        after_body: true,
        ..Budget::default()
    };
    let requests = |rate: f64| Budget {
        requests_per_second: Some(rate),
        ..Budget::default()
    };
    let gbit = 1000.0 * MBIT;
    vec![
        Scenario::new(
            "10 Gbit/s, 15 ms, 60 MB/s a connection, 8 MiB",
            8 * MIB,
            15.0,
            10.0 * gbit,
        )
        .flow(60.0 * MB),
        Scenario::new(
            "1 Gbit/s, 100 ms, 6 MB/s a connection, 4 MiB",
            4 * MIB,
            100.0,
            gbit,
        )
        .flow(6.0 * MB),
        Scenario {
            patience_s: 60.0,
            ..Scenario::new(
                "10 Mbit/s uplink, 40 ms, 8 MiB, 60 s of patience",
                8 * MIB,
                40.0,
                10.0 * MBIT,
            )
        },
        Scenario::new(
            "4 KiB, 20 ms, 20,000 requests/s allowed",
            4096,
            20.0,
            10.0 * gbit,
        )
        .budget(requests(20_000.0)),
        Scenario {
            processor: (100e-6, 0.0),
            ..Scenario::new("4 KiB, 5 ms, the processor limits", 4096, 5.0, 10.0 * gbit)
        },
        Scenario::new(
            "250 MB/s allowed, 503 after the body, 4 MiB",
            4 * MIB,
            10.0,
            10.0 * gbit,
        )
        .budget(bytes(250.0 * MB)),
        Scenario::new(
            "290 MB/s allowed, 32 MiB blocks",
            32 * MIB,
            10.0,
            10.0 * gbit,
        )
        .budget(bytes(290.0 * MB)),
        Scenario::new("10 to 1 to 10 Gbit/s, 15 ms", 4 * MIB, 15.0, 10.0 * gbit)
            .flow(60.0 * MB)
            .step(20.0, gbit)
            .step(40.0, 10.0 * gbit),
        Scenario::new(
            "1 to 10 Gbit/s, 30 ms, 25 MB/s a connection",
            4 * MIB,
            30.0,
            gbit,
        )
        .flow(25.0 * MB)
        .step(30.0, 10.0 * gbit),
        Scenario {
            thrash: Some((4, 0.15)),
            ..Scenario::new("a disk of 200 MB/s that seeks", 4 * MIB, 4.0, 200.0 * MB)
        },
        Scenario::new("64 KiB, 60 ms, 1 Gbit/s", 65536, 60.0, gbit),
        Scenario {
            loss: 0.02,
            ..Scenario::new(
                "2 % of the requests stall, 80 ms, 500 Mbit/s",
                MIB,
                80.0,
                500.0 * MBIT,
            )
        }
        .flow(4.0 * MB),
        Scenario::new("1 MiB, 20 ms, 1 Gbit/s", MIB, 20.0, gbit),
        Scenario::new("1 MiB, 80 ms, 1 Gbit/s", MIB, 80.0, gbit).flow(10.0 * MB),
        Scenario {
            others: vec![(20.0, 40.0, 32)],
            ..Scenario::new(
                "32 other connections for 20 s, 1 Gbit/s",
                4 * MIB,
                20.0,
                gbit,
            )
        },
        Scenario::new(
            "500 requests/s allowed, Retry-After 1 s, 64 KiB",
            65536,
            10.0,
            gbit,
        )
        .budget(Budget {
            retry_after_s: Some(1.0),
            names_cause: true,
            ..requests(500.0)
        }),
        Scenario {
            processor: (20e-6, 1.0 / (400.0 * MB)),
            ..Scenario::new("TLS at 400 MB/s limits, 2 ms", 4 * MIB, 2.0, 10.0 * gbit)
        },
        Scenario::new("2 Mbit/s, 300 ms (satellite)", 4 * MIB, 300.0, 2.0 * MBIT),
    ]
}

/// Lines that have a name: links on which packets count.
pub(crate) fn lines() -> Vec<Scenario> {
    let line = |name: &str, request_bytes, round_trip_ms: f64, mbit: f64| {
        Scenario::new(name, request_bytes, round_trip_ms, mbit * MBIT)
            .queue(round_trip_ms.max(20.0), 0.0)
    };
    vec![
        line("line: 200 Mbit/s, 80 ms, 1 MiB", MIB, 80.0, 200.0),
        line("line: 200 Mbit/s, 80 ms, 4 MiB", 4 * MIB, 80.0, 200.0),
        line("line: 200 Mbit/s, 20 ms, 1 MiB", MIB, 20.0, 200.0),
        line("line: 200 Mbit/s, 200 ms, 1 MiB", MIB, 200.0, 200.0),
        line("line: 50 Mbit/s, 80 ms, 1 MiB", MIB, 80.0, 50.0),
        line("line: 1 Gbit/s, 80 ms, 1 MiB", MIB, 80.0, 1000.0),
        line("line: 1 Gbit/s, 200 ms, 8 MiB", 8 * MIB, 200.0, 1000.0),
        line(
            "line: 0.1 % lost, 200 Mbit/s, 80 ms, 1 MiB",
            MIB,
            80.0,
            200.0,
        )
        .queue(80.0, 0.001),
        line("line: 1 % lost, 200 Mbit/s, 80 ms, 1 MiB", MIB, 80.0, 200.0).queue(80.0, 0.01),
        line(
            "line: 0.1 % lost, 1 Gbit/s, 40 ms, 4 MiB",
            4 * MIB,
            40.0,
            1000.0,
        )
        .queue(40.0, 0.001),
        line(
            "line: small queue, 200 Mbit/s, 80 ms, 1 MiB",
            MIB,
            80.0,
            200.0,
        )
        .queue(8.0, 0.0),
        line(
            "line: bloated queue, 200 Mbit/s, 80 ms, 1 MiB",
            MIB,
            80.0,
            200.0,
        )
        .queue(1000.0, 0.0),
        line("line: 64 KiB, 200 Mbit/s, 80 ms", 65536, 80.0, 200.0),
        line(
            "line: 200 to 20 to 200 Mbit/s, 40 ms, 1 MiB",
            MIB,
            40.0,
            200.0,
        )
        .step(20.0, 20.0 * MBIT)
        .step(40.0, 200.0 * MBIT),
    ]
}

/// A line that nobody chose.
pub(crate) fn drawn_line(seed: u64) -> Scenario {
    let mut random = Random::new(seed ^ 0x11E5);
    let request_bytes = random.pick(&[65536, MIB, MIB, 4 * MIB, 8 * MIB]);
    let round_trip_ms = random.magnitude(10.0, 250.0);
    let bandwidth = random.magnitude(20.0 * MBIT, 2000.0 * MBIT);
    let queue_ms = round_trip_ms * random.magnitude(0.1, 4.0);
    let loss = if random.draw() < 0.4 {
        random.magnitude(0.0001, 0.01)
    } else {
        0.0
    };
    let mut scenario =
        Scenario::new("", request_bytes, round_trip_ms, bandwidth).queue(queue_ms.max(2.0), loss);
    scenario.seed = seed;
    if random.draw() < 0.2 {
        scenario.flow = random.magnitude(bandwidth / 32.0, bandwidth);
    }
    if random.draw() < 0.2 {
        let factor = random.pick(&[0.1, 0.3, 3.0, 10.0]);
        scenario.bandwidth.push((30.0, bandwidth * factor));
    }
    scenario.name = format!(
        "drawn line {seed}: {} KiB, {round_trip_ms:.0} ms, {:.0} Mbit/s, queue {queue_ms:.0} ms, {:.2} % lost",
        request_bytes / 1024,
        bandwidth / MBIT,
        100.0 * loss
    );
    scenario
}

/// A scenario that nobody chose.
pub(crate) fn drawn(seed: u64) -> Scenario {
    let mut random = Random::new(seed);
    let request_bytes = random.pick(&[4096, 65536, MIB, 4 * MIB, 8 * MIB]);
    let round_trip_ms = random.magnitude(2.0, 150.0);
    let bandwidth = random.magnitude(20.0 * MBIT, 10_000.0 * MBIT);
    let mut scenario = Scenario::new("", request_bytes, round_trip_ms, bandwidth);
    scenario.seed = seed;
    if random.draw() < 0.6 {
        scenario.flow = random.magnitude(bandwidth / 64.0, bandwidth);
    }
    if random.draw() < 0.2 {
        scenario.loss = random.magnitude(0.001, 0.02);
    }
    match random.draw() {
        draw if draw < 0.2 || (draw < 0.4 && scenario.is_blocks) => {
            // No service's limit is but a handful of blocks.
            let limit = (bandwidth * random.between(0.2, 0.8)).max(8.0 * request_bytes as f64);
            scenario.budget.bytes_per_second = Some(limit);
            scenario.budget.after_body = random.draw() < 0.5;
        }
        draw if draw < 0.4 => {
            let reachable = bandwidth / request_bytes as f64;
            let reachable = reachable.min(200.0 / scenario.round_trip_s).min(10_000.0);
            scenario.budget.requests_per_second = Some(reachable * random.between(0.2, 0.8));
        }
        _ => {}
    }
    if random.draw() < 0.15 && scenario.is_blocks {
        scenario.thrash = Some((random.pick(&[2, 4, 8, 16]), random.between(0.02, 0.2)));
    }
    if random.draw() < 0.3 {
        scenario.processor = (random.magnitude(5e-6, 200e-6), 0.0);
    }
    if random.draw() < 0.2 && !scenario.pushes_back() {
        let factor = random.pick(&[0.1, 0.3, 3.0, 10.0]);
        scenario.bandwidth.push((30.0, bandwidth * factor));
    }
    scenario.name = format!(
        "drawn {seed}: {} KiB, {round_trip_ms:.0} ms, {:.0} Mbit/s",
        request_bytes / 1024,
        bandwidth / MBIT
    );
    scenario
}

/// Disks with a name, behind links that could bring more.
pub(crate) fn disks() -> Vec<Scenario> {
    let gbit = 1000.0 * MBIT;
    let behind = |name: &str, request_bytes, round_trip_ms, bandwidth, disk| {
        Scenario::new(name, request_bytes, round_trip_ms, bandwidth).disk(disk)
    };
    let down = [
        behind(
            "an SSD of 1 GB/s, 10 Gbit/s, 10 ms",
            4 * MIB,
            10.0,
            10.0 * gbit,
            Disk::ssd(1000.0 * MB),
        ),
        behind(
            "an SSD of 300 MB/s, 10 Gbit/s, 60 ms",
            4 * MIB,
            60.0,
            10.0 * gbit,
            Disk::ssd(300.0 * MB),
        ),
        behind(
            "an SSD faster than 1 Gbit/s, 40 ms",
            4 * MIB,
            40.0,
            gbit,
            Disk::ssd(500.0 * MB),
        ),
        behind(
            "a disk of 200 MB/s that seeks much, 10 Gbit/s, 5 ms",
            4 * MIB,
            5.0,
            10.0 * gbit,
            Disk::seeking(200.0 * MB, 1, 0.3),
        ),
        behind(
            "a disk of 200 MB/s that bears four, 10 Gbit/s, 80 ms",
            4 * MIB,
            80.0,
            10.0 * gbit,
            Disk::seeking(200.0 * MB, 4, 0.1),
        ),
        behind(
            "a disk of 150 MB/s that seeks, chunks of 256 KiB, 20 ms",
            256 * 1024,
            20.0,
            10.0 * gbit,
            Disk::seeking(150.0 * MB, 2, 0.05),
        ),
        behind(
            "a disk of 120 MB/s that seeks, 1 Gbit/s, 30 ms",
            8 * MIB,
            30.0,
            gbit,
            Disk::seeking(120.0 * MB, 2, 0.2),
        ),
        behind(
            "a disk of 1 GB/s, 150 MB/s behind 8 GB of cache, 10 ms",
            4 * MIB,
            10.0,
            10.0 * gbit,
            Disk::ssd(1000.0 * MB).cache(8000.0, 150.0 * MB),
        ),
        behind(
            "a disk of 400 MB/s that seeks, 100 MB/s behind 6 GB of cache, 10 ms",
            4 * MIB,
            10.0,
            10.0 * gbit,
            Disk::seeking(400.0 * MB, 2, 0.1).cache(6000.0, 100.0 * MB),
        ),
    ];
    // Nothing is read through a cache for writing.
    let is_read = |scenario: &&Scenario| scenario.disk.is_some_and(|disk| disk.cache.is_none());
    let up: Vec<Scenario> = down
        .iter()
        .filter(is_read)
        .cloned()
        .map(Scenario::upload)
        .collect();
    down.into_iter().chain(up).collect()
}

/// A disk that nobody chose, behind a link that nobody chose.
pub(crate) fn drawn_disk(seed: u64) -> Scenario {
    let mut random = Random::new(seed ^ 0xD15C);
    let request_bytes = random.pick(&[256 * 1024, MIB, 4 * MIB, 8 * MIB]);
    let round_trip_ms = random.magnitude(2.0, 120.0);
    let bandwidth = random.magnitude(200.0 * MBIT, 10_000.0 * MBIT);
    let is_ssd = random.draw() < 0.5;
    let rate = if is_ssd {
        random.magnitude(100.0 * MB, 3000.0 * MB)
    } else {
        random.magnitude(60.0 * MB, 300.0 * MB)
    };
    let mut disk = if is_ssd {
        Disk::ssd(rate)
    } else {
        Disk::seeking(
            rate,
            random.pick(&[1, 2, 4, 8]),
            random.magnitude(0.02, 0.4),
        )
    };
    let is_upload = random.draw() < 0.5;
    if !is_upload && random.draw() < 0.3 {
        disk = disk.cache(
            rate * random.between(10.0, 40.0) / MB,
            rate * random.between(0.1, 0.6),
        );
    }
    let mut scenario = Scenario::new("", request_bytes, round_trip_ms, bandwidth).disk(disk);
    scenario.seed = seed;
    scenario.name = format!(
        "drawn disk {seed}: {} KiB, {round_trip_ms:.0} ms, {:.0} MB/s, {:.0} MB/s of disk, seek {:?}, cache {:?}",
        request_bytes / 1024,
        bandwidth / MB,
        rate / MB,
        disk.seek,
        disk.cache.map(|(bytes, after)| (bytes / MB, after / MB)),
    );
    if is_upload {
        scenario.upload()
    } else {
        scenario
    }
}
