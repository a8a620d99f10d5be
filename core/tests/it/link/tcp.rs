//! What TCP makes of a link: connections that begin slowly, a queue that fills, packets that are lost, and windows that
//! shrink for it.
//!
//! Nothing is kept for a packet. In steps that are short beside a round trip every connection has as many bytes under way
//! as its window; what the line does not hold of all windows together lies in the queue before it, and what the queue does
//! not hold is lost. Windows double with every round trip (RFC 5681) until the queue grows (`HyStart`, RFC 9406) or
//! something is lost; then they shrink to seven tenths and grow as CUBIC lets them (RFC 9438). What comes behind a lost
//! packet is handed on a round trip later, all at once. A window of a few packets finds out by a timer only.

use super::random::Random;

/// What a packet carries, in bytes.
const PACKET: f64 = 1460.0;

/// The window that a connection begins with, and the largest: what Linux allows a sender by default.
const WINDOW_FIRST: f64 = 10.0 * PACKET;
const WINDOW_MAX: f64 = 4.0 * 1024.0 * 1024.0;

/// With fewer packets under way a loss is found by a timer, which lasts two hundred milliseconds at least.
const TIMER_PACKETS: f64 = 4.0;
const TIMER_MIN_S: f64 = 0.2;

/// What a loss leaves of a window, and how fast it grows back, in packets per cubic second.
const LEFT: f64 = 0.7;
const GROWTH: f64 = 0.4;

/// The packets on a line of some length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tcp {
    /// For how long a packet may lie in the queue before the line, in seconds: beyond, it is lost.
    pub(crate) queue_s: f64,
    /// The share of packets that is lost by chance.
    pub(crate) loss: f64,
}

#[derive(Debug, Clone)]
struct Connection {
    client: usize,
    window: f64,
    /// Up to here it doubles.
    threshold: f64,
    /// The window before the last loss, and when that was.
    before: f64,
    lost_at: f64,
    /// No second loss counts until then, and what comes waits for what was lost.
    mending_until: f64,
    waiting: f64,
    /// It sends nothing until then: the timer runs.
    silent_until: f64,
    idle_since: f64,
    carries: Option<ObjectProperties>,
}

#[derive(Debug, Clone, Copy)]
struct ObjectProperties {
    flow: usize,
    bytes: f64,
    handed_on: f64,
}

/// What a step brought.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    /// Bytes for each client.
    pub(crate) moved: Vec<(usize, f64)>,
    /// Requests that have all of theirs.
    pub(crate) ended: Vec<usize>,
}

/// All connections over one line.
#[derive(Debug)]
pub(crate) struct Connections {
    tcp: Tcp,
    round_trip_s: f64,
    all: Vec<Connection>,
    /// Bytes that lie before the line, as time on it.
    queue_s: f64,
}

impl Connections {
    pub(crate) fn new(tcp: Tcp, round_trip_s: f64) -> Self {
        Self {
            tcp,
            round_trip_s,
            all: Vec::new(),
            queue_s: 0.0,
        }
    }

    /// How long a step is: short beside the round trip.
    pub(crate) fn step_s(&self) -> f64 {
        (self.round_trip_s / 8.0).clamp(0.001, 0.01)
    }

    /// What a packet takes there and back now.
    pub(crate) fn round_trip_s(&self) -> f64 {
        self.round_trip_s + self.queue_s
    }

    /// A connection for a client's request, the last used if there is one, and whether it had to be made.
    pub(crate) fn take(&mut self, client: usize, flow: usize, now: f64) -> bool {
        let carried = ObjectProperties {
            flow,
            bytes: 0.0,
            handed_on: 0.0,
        };
        let idle = self
            .all
            .iter_mut()
            .filter(|one| one.client == client && one.carries.is_none())
            .max_by(|one, other| one.idle_since.total_cmp(&other.idle_since));
        if let Some(idle) = idle {
            if now - idle.idle_since > TIMER_MIN_S + self.round_trip_s {
                idle.window = idle.window.min(WINDOW_FIRST);
            }
            idle.carries = Some(carried);
            return false;
        }
        self.all.push(Connection {
            client,
            window: WINDOW_FIRST,
            threshold: WINDOW_MAX,
            before: 0.0,
            lost_at: now,
            mending_until: 0.0,
            waiting: 0.0,
            silent_until: 0.0,
            idle_since: now,
            carries: Some(carried),
        });
        true
    }

    /// The first byte of a request is on its way.
    pub(crate) fn begin(&mut self, flow: usize, bytes: f64) {
        if let Some(carried) = self.carrier(flow).and_then(|one| one.carries.as_mut()) {
            carried.bytes = bytes;
        }
    }

    /// What a request has brought so far.
    pub(crate) fn handed_on(&self, flow: usize) -> f64 {
        let carried = self.all.iter().filter_map(|one| one.carries);
        let mut of_it = carried.filter(|carried| carried.flow == flow);
        of_it.next().map_or(0.0, |carried| carried.handed_on)
    }

    /// A request is over; what it had brought.
    pub(crate) fn leave(&mut self, flow: usize, now: f64) -> f64 {
        let Some(one) = self.carrier(flow) else {
            return 0.0;
        };
        one.idle_since = now;
        one.waiting = 0.0;
        one.carries.take().map_or(0.0, |carried| carried.handed_on)
    }

    fn carrier(&mut self, flow: usize) -> Option<&mut Connection> {
        let carries = |one: &Connection| one.carries.is_some_and(|carried| carried.flow == flow);
        self.all.iter_mut().find(|one| carries(one))
    }

    /// Time passes on a line of so many bytes per second, of which no connection gets more than its cap.
    pub(crate) fn step(&mut self, now: f64, rate: f64, cap: f64, random: &mut Random) -> Brought {
        let step_s = self.step_s();
        let round_trip_s = self.round_trip_s;
        let sends = |one: &Connection| {
            one.silent_until <= now
                && one
                    .carries
                    .is_some_and(|carried| carried.bytes > carried.handed_on + one.waiting)
        };
        let of = |one: &Connection| one.window.min(cap * round_trip_s).min(WINDOW_MAX);
        let windows: f64 = self.all.iter().filter(|one| sends(one)).map(of).sum();
        let (line, queue) = (rate * round_trip_s, rate * self.tcp.queue_s);
        let lost = ((windows - line - queue) / windows.max(1.0)).max(0.0);
        self.queue_s = (windows - line).clamp(0.0, queue) / rate.max(1.0);
        let (round_trip_s, queue_s) = (self.round_trip_s(), self.queue_s);
        let passes = rate.min(windows / self.round_trip_s) * step_s;
        let mut brought = Brought::default();
        for one in &mut self.all {
            if one.silent_until <= now && sends(one) {
                let window = of(one);
                let came = passes * window / windows.max(1.0);
                let by_chance = 1.0 - (1.0 - self.tcp.loss).powf(came / PACKET);
                let by_queue = 1.0 - (1.0 - lost.min(0.9)).powf(window / PACKET);
                one.waiting += came;
                if random.draw() < by_chance.max(by_queue) && one.mending_until <= now {
                    one.lose(now, round_trip_s, lost, random);
                } else if one.mending_until <= now {
                    one.grow(came, now, round_trip_s, queue_s, window);
                }
            }
            if one.mending_until > now || one.silent_until > now {
                continue;
            }
            let Some(carried) = &mut one.carries else {
                continue;
            };
            let handed_on = one.waiting.min(carried.bytes - carried.handed_on);
            if handed_on > 0.0 {
                one.waiting = 0.0;
                carried.handed_on += handed_on;
                brought.moved.push((one.client, handed_on));
                if carried.handed_on >= carried.bytes {
                    brought.ended.push(carried.flow);
                }
            }
        }
        brought
    }
}

impl Connection {
    fn lose(&mut self, now: f64, round_trip_s: f64, lost: f64, random: &mut Random) {
        self.before = self.window;
        self.lost_at = now;
        self.threshold = (self.window * LEFT).max(2.0 * PACKET);
        // What was sent again may be lost again.
        if self.window < TIMER_PACKETS * PACKET || random.draw() < lost {
            self.silent_until = now + TIMER_MIN_S.max(2.0 * round_trip_s);
            self.window = PACKET;
        } else {
            self.mending_until = now + round_trip_s;
            self.window = self.threshold;
        }
    }

    fn grow(&mut self, came: f64, now: f64, round_trip_s: f64, queue_s: f64, used: f64) {
        if self.window > 1.5 * used {
            // It is not its window that limits it.
            return;
        }
        if self.window < self.threshold {
            self.window += came;
            let base_s = round_trip_s - queue_s;
            if queue_s > (base_s / 8.0).clamp(0.004, 0.016) && self.window > 16.0 * PACKET {
                self.threshold = self.window;
                self.before = self.window;
                self.lost_at = now;
            }
            return;
        }
        let before = self.before / PACKET;
        let back_s = (before * (1.0 - LEFT) / GROWTH).cbrt();
        let since_s = now - self.lost_at;
        let cubic = (GROWTH * (since_s - back_s).powi(3) + before) * PACKET;
        // Never slower than one that adds half a packet in each round trip.
        let slowly = self.window + 0.5 * PACKET * came / self.window.max(PACKET);
        self.window = slowly.max(cubic.min(self.window + came / 2.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one connection brings in each round trip of 80 ms on a line of a gigabit.
    fn alone(tcp: Tcp, round_trips: usize) -> Vec<f64> {
        let (mut connections, mut random) = (Connections::new(tcp, 0.08), Random::new(1));
        assert!(connections.take(0, 0, 0.0));
        connections.begin(0, f64::MAX);
        let step_s = connections.step_s();
        let mut brought = vec![0.0; round_trips];
        for step in 0..8 * round_trips {
            let now = step as f64 * step_s;
            let came = connections.step(now, 125e6, f64::INFINITY, &mut random);
            brought[step / 8] += came.moved.iter().map(|(_, bytes)| bytes).sum::<f64>();
        }
        brought
    }

    #[test]
    fn a_connection_begins_with_ten_packets_and_doubles_until_the_line_fills() {
        let brought = alone(
            Tcp {
                queue_s: 0.08,
                loss: 0.0,
            },
            40,
        );
        assert!((1.0..2.0).contains(&(brought[0] / WINDOW_FIRST)));
        for pair in brought[..6].windows(2) {
            assert!((1.8..2.8).contains(&(pair[1] / pair[0])), "{brought:?}");
        }
        // The largest window is less than the line holds.
        let most = WINDOW_MAX / 0.08;
        assert!(brought[12..].iter().all(|bytes| bytes / 0.08 < 1.01 * most));
    }

    #[test]
    fn what_is_lost_by_chance_keeps_windows_small_and_comes_late_and_at_once() {
        let lossy = Tcp {
            queue_s: 0.08,
            loss: 0.001,
        };
        let brought = alone(lossy, 500);
        let mean_packets = brought[50..].iter().sum::<f64>() / 450.0 / PACKET;
        // One packet of a thousand is lost: CUBIC's window is then about 1.1 (0.08 / 0.001 ^ 3) ^ (1/4) packets.
        assert!((20.0..150.0).contains(&mean_packets), "{mean_packets}");
        let gaps = brought[50..]
            .iter()
            .filter(|bytes| **bytes < 0.5 * mean_packets * PACKET);
        let gaps = gaps.count();
        assert!(gaps > 10, "{gaps}");
    }

    #[test]
    fn what_the_queue_does_not_hold_is_lost_and_the_line_stays_full() {
        let short = Tcp {
            queue_s: 0.02,
            loss: 0.0,
        };
        let (mut connections, mut random) = (Connections::new(short, 0.08), Random::new(1));
        for flow in 0..64 {
            connections.take(0, flow, 0.0);
            connections.begin(flow, f64::MAX);
        }
        let (mut queues, mut brought) = (Vec::new(), 0.0);
        for step in 0..2000 {
            let now = f64::from(step) * connections.step_s();
            let came = connections.step(now, 25e6, f64::INFINITY, &mut random);
            queues.push(connections.round_trip_s());
            brought += came.moved.iter().map(|(_, bytes)| bytes).sum::<f64>();
        }
        let most = queues.iter().copied().fold(0.0, f64::max);
        assert!((0.099..0.1001).contains(&most), "{most}");
        assert!((0.9..1.001).contains(&(brought / 20.0 / 25e6)), "{brought}");
        let cut = connections.all.iter().filter(|one| one.before > 0.0);
        assert_eq!(cut.count(), 64);
    }

    #[test]
    fn a_connection_is_kept_and_one_that_has_rested_begins_again() {
        let calm = Tcp {
            queue_s: 0.1,
            loss: 0.0,
        };
        let mut connections = Connections::new(calm, 0.08);
        assert!(connections.take(0, 1, 0.0));
        connections.all[0].window = 1e6;
        connections.leave(1, 1.0);
        assert!(!connections.take(0, 2, 1.1));
        assert!(connections.all[0].window > WINDOW_FIRST);
        connections.leave(2, 2.0);
        // Another's is not taken.
        assert!(connections.take(1, 3, 3.0));
        assert!(!connections.take(0, 4, 3.0));
        assert!(connections.all[0].window <= WINDOW_FIRST);
    }
}
