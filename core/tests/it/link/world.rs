//! Requests that travel: from event to event, without a clock.
//!
//! All connections share the link evenly, none gets more than its cap. So one number says how far everybody is: the
//! bytes that a connection which was there from the beginning would have got; a request ends when that number has grown
//! by its own bytes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use azring_core::schedule::tuner::WINDOW;

use super::client::{Client, Next, Past};
use super::disk::Desk;
use super::random::Random;
use super::rules::Rule;
use super::scenario::Scenario;
use super::tcp::Connections;

/// What a client sends on before it sees that it is refused.
const SENT_IN_VAIN: f64 = 64.0 * 1024.0;

/// A time or an amount that can be ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct At(pub(super) f64);

impl Eq for At {}

impl PartialOrd for At {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for At {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A client may start something.
    Wake(usize),
    /// The request's first byte is at the other end.
    Begin(usize, u32),
    /// A refused request may try again.
    Again(usize),
    /// An attempt is too old.
    Silence(usize, u32),
    /// A window ends.
    Window(usize),
    /// The link is looked at anew.
    Weather,
    /// Packets have moved for a while.
    Packets,
    /// A client joins.
    Join(usize),
}

#[derive(Debug, Default)]
struct Flow {
    client: usize,
    bytes: f64,
    attempt: u32,
    tries: u32,
    begun_at: Option<f64>,
    sent_at: f64,
    is_used: bool,
}

struct Bucket {
    rate: f64,
    credit: f64,
    at: f64,
}

impl Bucket {
    fn new(rate: f64) -> Self {
        Self {
            rate,
            credit: rate,
            at: 0.0,
        }
    }

    fn fill(&mut self, now: f64) {
        self.credit = (self.credit + (now - self.at) * self.rate).min(self.rate);
        self.at = now;
    }

    fn has(&mut self, now: f64, amount: f64) -> bool {
        self.fill(now);
        self.credit >= amount.min(self.rate)
    }
}

/// The link, the service, and the clients.
pub(crate) struct World<'a> {
    scenario: &'a Scenario,
    random: Random,
    now: f64,
    events: BinaryHeap<Reverse<(At, u64, Event)>>,
    order: u64,
    clients: Vec<Client>,
    flows: Vec<Flow>,
    free: Vec<usize>,
    /// Who ends when the common number is so large.
    ends: BinaryHeap<Reverse<(At, usize, u32)>>,
    common: f64,
    active: u32,
    others: u32,
    capacity: f64,
    requests: Option<Bucket>,
    bytes: Option<Bucket>,
    processor_free_at: f64,
    /// Where the link is one of packets.
    connections: Option<Connections>,
}

impl<'a> World<'a> {
    /// Lets the rules loose on one link, each from its time on, until the end; returns what each saw.
    pub(crate) fn run(scenario: &'a Scenario, rules: Vec<(f64, Rule)>, end: f64) -> Vec<Vec<Past>> {
        let mut world = World {
            scenario,
            random: Random::new(scenario.seed),
            now: 0.0,
            events: BinaryHeap::new(),
            order: 0,
            clients: Vec::new(),
            flows: Vec::new(),
            free: Vec::new(),
            ends: BinaryHeap::new(),
            common: 0.0,
            active: 0,
            others: 0,
            capacity: 0.0,
            requests: scenario.budget.requests_per_second.map(Bucket::new),
            bytes: scenario.budget.bytes_per_second.map(Bucket::new),
            processor_free_at: 0.0,
            connections: scenario
                .tcp
                .map(|tcp| Connections::new(tcp, scenario.round_trip_s)),
        };
        for (index, (from, rule)) in rules.into_iter().enumerate() {
            world.clients.push(Client::new(rule, scenario));
            world.at(from, Event::Join(index));
        }
        world.at(0.0, Event::Weather);
        world.at(0.0, Event::Packets);
        world.pass(end);
        world
            .clients
            .into_iter()
            .map(|client| client.past)
            .collect()
    }

    fn at(&mut self, time: f64, event: Event) {
        self.order += 1;
        self.events.push(Reverse((At(time), self.order, event)));
    }

    fn pass(&mut self, end: f64) {
        while self.now < end {
            let next_event = self.events.peek().map_or(end, |Reverse((At(at), ..))| *at);
            let rate = self.flow_rate();
            let next_end = match self.ends.peek() {
                Some(Reverse((At(common), ..))) if rate > 0.0 => {
                    self.now + ((common - self.common) / rate).max(0.0)
                }
                _ => f64::INFINITY,
            };
            let next_read = self.next_at_disk();
            self.advance(next_event.min(next_end).min(next_read).min(end), rate);
            if next_read < next_end && next_read <= next_event {
                self.disk_ends();
            } else if next_end <= next_event {
                if let Some(Reverse((At(common), flow, attempt))) = self.ends.pop() {
                    self.common = self.common.max(common);
                    if self.flows[flow].attempt == attempt && self.flows[flow].begun_at.is_some() {
                        self.end(flow);
                    }
                }
            } else if let Some(Reverse((_, _, event))) = self.events.pop() {
                self.happen(event);
            }
        }
    }

    fn advance(&mut self, until: f64, rate: f64) {
        let grown = rate * (until - self.now);
        for client in &mut self.clients {
            if let Some(disk) = &mut client.disk {
                disk.advance(until - self.now);
            }
        }
        self.now = until;
        self.common += grown;
        if grown > 0.0 {
            for client in &mut self.clients {
                client.moved += grown * f64::from(client.active);
            }
        }
    }

    /// When the next operation at a disk ends.
    fn next_at_disk(&self) -> f64 {
        let disks = self
            .clients
            .iter()
            .filter_map(|client| client.disk.as_ref());
        self.now + disks.map(Desk::ends_in).fold(f64::INFINITY, f64::min)
    }

    /// The operation at a disk that is through: what was read is sent, what was written makes room.
    fn disk_ends(&mut self) {
        let mut disks = self.clients.iter_mut().enumerate();
        let through = disks.find_map(|(index, client)| {
            let disk = client.disk.as_mut().filter(|disk| disk.ends_in() <= 1e-9)?;
            Some((index, disk.end()?))
        });
        let Some((index, flow)) = through else {
            return;
        };
        if self.scenario.is_upload {
            self.send(flow);
        } else {
            self.free(flow);
        }
        self.start(index);
    }

    /// What one connection gets.
    fn flow_rate(&self) -> f64 {
        let sharing = f64::from(self.active + self.others);
        if sharing == 0.0 {
            return 0.0;
        }
        let mut capacity = self.capacity;
        if let Some((from, share)) = self.scenario.thrash
            && self.active > from
        {
            capacity /= 1.0 + share * f64::from(self.active - from);
        }
        let by_processor = self.scenario.processor.1;
        if by_processor > 0.0 {
            capacity = capacity.min(1.0 / by_processor);
        }
        (capacity / sharing).min(self.scenario.flow)
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Join(client) => {
                self.at(self.now + WINDOW.as_secs_f64(), Event::Window(client));
                self.start(client);
            }
            Event::Wake(client) => {
                self.clients[client].woken = false;
                self.start(client);
            }
            Event::Begin(flow, attempt) => {
                if self.flows[flow].attempt == attempt {
                    self.begin(flow);
                }
            }
            Event::Again(flow) => {
                let client = self.flows[flow].client;
                self.clients[client].again.push_back(flow);
                self.start(client);
            }
            Event::Silence(flow, attempt) => {
                if self.flows[flow].attempt == attempt && self.flows[flow].is_used {
                    self.fall_silent(flow);
                }
            }
            Event::Window(client) => self.window(client),
            Event::Packets => self.packets(),
            Event::Weather => {
                let noise = self.random.between(0.95, 1.0);
                self.capacity = self.scenario.bandwidth_at(self.now) * noise;
                let others = self.scenario.others.iter();
                self.others = others
                    .filter(|(from, until, _)| *from <= self.now && self.now < *until)
                    .map(|(.., connections)| connections)
                    .sum();
                self.at(self.now + 0.1, Event::Weather);
            }
        }
    }

    /// Starts what a client may start.
    fn start(&mut self, index: usize) {
        loop {
            let client = &mut self.clients[index];
            let (flow, is_again) = match client.next(self.scenario, self.now) {
                Next::Nothing => return,
                Next::At(earliest) => {
                    if !client.woken {
                        client.woken = true;
                        self.at(earliest, Event::Wake(index));
                    }
                    return;
                }
                Next::Again(flow) => (flow, true),
                Next::Fresh(bytes) => (self.fresh(index, bytes), false),
            };
            let bytes = self.flows[flow].bytes;
            match &mut self.clients[index].disk {
                Some(disk) if self.scenario.is_upload && !is_again => disk.put(flow, bytes),
                _ => self.send(flow),
            }
        }
    }

    /// Room for a client's new request.
    fn fresh(&mut self, client: usize, bytes: f64) -> usize {
        let flow = self.free.pop().unwrap_or_else(|| {
            self.flows.push(Flow::default());
            self.flows.len() - 1
        });
        self.flows[flow] = Flow {
            client,
            bytes,
            attempt: self.flows[flow].attempt,
            tries: 0,
            begun_at: None,
            sent_at: self.now,
            is_used: true,
        };
        flow
    }

    fn send(&mut self, flow: usize) {
        let tail = if self.random.draw() < 0.005 { 8.0 } else { 1.0 };
        let stall = if self.random.draw() < self.scenario.loss {
            self.random.between(0.2, 1.0)
        } else {
            0.0
        };
        let index = self.flows[flow].client;
        let is_new = match &mut self.connections {
            Some(connections) => connections.take(index, flow, self.now),
            None => self.clients[index].under_way > self.clients[index].warm,
        };
        let round_trip_s = self.round_trip_s();
        let mut latency = round_trip_s * self.random.between(0.85, 1.15) * tail;
        let (per_request, per_byte) = self.scenario.processor;
        let load = 1.0 + f64::from(self.clients[index].under_way) / 2000.0;
        let cost = per_request * load + per_byte * self.flows[flow].bytes;
        let client = &mut self.clients[index];
        if is_new || self.connections.is_none() {
            client.saw_round_trip(latency);
        }
        if is_new {
            // A new connection: two round trips more.
            client.warm = client.under_way;
            latency += 2.0 * round_trip_s;
        }
        client.busy_s += cost;
        self.processor_free_at = self.processor_free_at.max(self.now) + per_request * load;
        self.flows[flow].sent_at = self.now;
        self.flows[flow].attempt += 1;
        let attempt = self.flows[flow].attempt;
        if self.scenario.is_blocks {
            self.at(
                self.now + self.scenario.patience_s,
                Event::Silence(flow, attempt),
            );
        }
        let begins = self.processor_free_at + latency + stall;
        self.at(begins, Event::Begin(flow, attempt));
    }

    fn begin(&mut self, flow: usize) {
        if !self.scenario.budget.after_body && !self.is_admitted(flow) {
            let vain = self.flows[flow].bytes.min(SENT_IN_VAIN);
            self.clients[self.flows[flow].client].moved += vain;
            self.leave(flow);
            self.refuse(flow, vain);
            return;
        }
        if let Some(connections) = &mut self.connections {
            connections.begin(flow, self.flows[flow].bytes);
            self.flows[flow].begun_at = Some(self.common);
            return;
        }
        let entry = (
            At(self.common + self.flows[flow].bytes),
            flow,
            self.flows[flow].attempt,
        );
        self.ends.push(Reverse(entry));
        self.flows[flow].begun_at = Some(self.common);
        self.clients[self.flows[flow].client].active += 1;
        self.active += 1;
    }

    /// A step of the link's packets.
    fn packets(&mut self) {
        let Some(connections) = &mut self.connections else {
            return;
        };
        let step_s = connections.step_s();
        let cap = self.scenario.flow;
        let brought = connections.step(self.now, self.capacity, cap, &mut self.random);
        for (client, bytes) in brought.moved {
            self.clients[client].moved += bytes;
        }
        for flow in brought.ended {
            self.end(flow);
        }
        self.at(self.now + step_s, Event::Packets);
    }

    /// What a packet takes there and back now.
    fn round_trip_s(&self) -> f64 {
        let base = self.scenario.round_trip_s;
        self.connections
            .as_ref()
            .map_or(base, Connections::round_trip_s)
    }

    /// A request is no longer on the link; what it had brought.
    fn leave(&mut self, flow: usize) -> f64 {
        if let Some(connections) = &mut self.connections {
            self.flows[flow].begun_at = None;
            return connections.leave(flow, self.now);
        }
        let Some(begun) = self.flows[flow].begun_at.take() else {
            return 0.0;
        };
        self.clients[self.flows[flow].client].active -= 1;
        self.active -= 1;
        self.common - begun
    }

    fn end(&mut self, flow: usize) {
        self.leave(flow);
        let bytes = self.flows[flow].bytes;
        if self.scenario.budget.after_body && !self.is_admitted(flow) {
            self.refuse(flow, bytes);
            return;
        }
        let index = self.flows[flow].client;
        let client = &mut self.clients[index];
        client.ended(bytes, self.now - self.flows[flow].sent_at);
        match &mut client.disk {
            Some(disk) if !self.scenario.is_upload => disk.put(flow, bytes),
            _ => self.free(flow),
        }
        self.start(index);
    }

    /// It has come to its end.
    fn free(&mut self, flow: usize) {
        self.flows[flow].is_used = false;
        self.free.push(flow);
    }

    fn is_admitted(&mut self, flow: usize) -> bool {
        let bytes = self.flows[flow].bytes;
        let (now, mut admitted) = (self.now, true);
        if let Some(bucket) = &mut self.requests {
            admitted &= bucket.has(now, 1.0);
        }
        if let Some(bucket) = &mut self.bytes {
            admitted &= bucket.has(now, bytes);
        }
        if admitted {
            for (bucket, amount) in [(&mut self.requests, 1.0), (&mut self.bytes, bytes)] {
                if let Some(bucket) = bucket {
                    bucket.credit -= amount;
                }
            }
        }
        admitted
    }

    fn refuse(&mut self, flow: usize, vain: f64) {
        let tries = self.flows[flow].tries;
        self.flows[flow].tries += 1;
        self.flows[flow].attempt += 1;
        let own = 2_f64.powi(tries.min(6) as i32).min(60.0) * self.random.between(0.5, 1.0);
        let wait = own.max(self.scenario.budget.retry_after_s.unwrap_or(0.0));
        self.clients[self.flows[flow].client].was_refused(vain, self.scenario);
        self.at(self.now + wait, Event::Again(flow));
    }

    fn fall_silent(&mut self, flow: usize) {
        let got = self.leave(flow);
        self.flows[flow].attempt += 1;
        self.clients[self.flows[flow].client].gave_up(got);
        self.at(self.now + 1.0, Event::Again(flow));
    }

    /// What somebody in between has taken of a client's requests, and has not gone on.
    fn between(&self, client: usize) -> f64 {
        let takes = self.scenario.between;
        if takes <= 0.0 {
            return 0.0;
        }
        let flows = self.flows.iter().enumerate();
        let under_way = flows.filter(|(_, flow)| flow.client == client && flow.is_used);
        under_way
            .filter_map(|(index, flow)| {
                let begun = flow.begun_at?;
                let moved = match &self.connections {
                    Some(connections) => connections.handed_on(index),
                    None => self.common - begun,
                };
                Some((flow.bytes - moved).clamp(0.0, takes))
            })
            .sum()
    }

    fn window(&mut self, index: usize) {
        self.at(self.now + WINDOW.as_secs_f64(), Event::Window(index));
        let between = self.between(index);
        self.clients[index].window(self.scenario, self.now, between);
        self.start(index);
    }
}
