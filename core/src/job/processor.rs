//! Measures how busy the processor is.
//!
//! It is the share that this process uses of what it may use or, where this process does much of
//! the work, the busy share of the whole machine. Where nothing is left, more requests at once
//! bring nothing.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// With a smaller share of its processor time, a process is not what fills the machine.
const OWN_SHARE: f64 = 0.3;

/// Measures once per window.
pub(super) struct Processor {
    cores: u32,
    used: Duration,
    machine: Option<MachineTime>,
}

/// The processor time of the machine since its start (`/proc/stat`, proc(5)), in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MachineTime {
    busy: u64,
    idle: u64,
}

impl Processor {
    /// For a process that may use this many cores.
    pub(super) fn new(cores: u32) -> Self {
        Self {
            cores: cores.max(1),
            used: used(),
            machine: MachineTime::now(),
        }
    }

    /// The busy share since the last call, which was `long` ago, 0 to 1.
    pub(super) fn busy(&mut self, long: Duration) -> f64 {
        let (used, machine) = (used(), MachineTime::now());
        let allowed = long.as_secs_f64() * f64::from(self.cores);
        let own = used.saturating_sub(self.used).as_secs_f64() / allowed.max(1e-3);
        let all = match (self.machine, machine) {
            (Some(before), Some(now)) => now.busy_since(before),
            _ => 0.0,
        };
        (self.used, self.machine) = (used, machine);
        taken(own, all)
    }
}

/// The share that counts.
///
/// A full machine only counts when this process fills it: if other processes compute, requests that
/// wait for the network still help.
fn taken(own: f64, all: f64) -> f64 {
    if own >= OWN_SHARE {
        own.max(all).min(1.0)
    } else {
        own
    }
}

fn used() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

impl MachineTime {
    fn now() -> Option<Self> {
        Self::read(&std::fs::read_to_string("/proc/stat").ok()?)
    }

    /// Reads `cpu user nice system idle iowait irq softirq steal ..`. Time that the host took away
    /// (steal) counts as busy.
    fn read(stat: &str) -> Option<Self> {
        let numbers = stat
            .lines()
            .next()?
            .strip_prefix("cpu ")?
            .split_whitespace();
        let numbers: Vec<u64> = numbers
            .map_while(|number| number.parse().ok())
            .take(8)
            .collect();
        let idle = numbers.get(3)? + numbers.get(4)?;
        Some(Self {
            busy: numbers.iter().sum::<u64>() - idle,
            idle,
        })
    }

    fn busy_since(self, before: Self) -> f64 {
        let busy = self.busy.saturating_sub(before.busy) as f64;
        let idle = self.idle.saturating_sub(before.idle) as f64;
        busy / (busy + idle).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_others_fill_does_not_count() {
        assert!((taken(0.1, 1.0) - 0.1).abs() < 1e-9);
        assert!((taken(0.5, 0.99) - 0.99).abs() < 1e-9);
        assert!((taken(0.5, 0.2) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn the_machines_ticks_are_read_and_nonsense_is_not() {
        let before = MachineTime::read("cpu  10 0 20 100 5 1 2 3 0 0\ncpu0 1 2 3\n").unwrap();
        assert_eq!(
            before,
            MachineTime {
                busy: 36,
                idle: 105
            }
        );
        let now = MachineTime::read("cpu  40 0 20 110 5 1 2 3 0 0\n").unwrap();
        assert!((now.busy_since(before) - 0.75).abs() < 1e-9);
        assert_eq!(before.busy_since(before).to_bits(), 0.0_f64.to_bits());
        for nonsense in ["", "cpu", "cpu 1 2", "gpu 1 2 3 4 5", "cpu a b c d e"] {
            assert_eq!(MachineTime::read(nonsense), None);
        }
    }
}
