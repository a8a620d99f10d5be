//! Checks of this machine: kernel, io_uring, limits, memory.

use std::num::NonZero;

use azring_core::options::Io;
use azring_transport::buffer::{Budget, Pool};
use azring_transport::descriptor::raise_descriptor_limit;
use azring_transport::runtime::{self, IoChoice, IoMode};
use rustix::process::{Resource, getrlimit};
use rustix::system::uname;

use super::{Finding, State};
use crate::console::{count, size};

/// The size of one worker's arena: registering it tests the limit of locked memory.
const ARENA_BYTES: u64 = 1 << 20;
/// With fewer descriptors the number of concurrent requests is limited.
const DESCRIPTORS_MIN: u64 = 2048;
/// With less memory requests wait for buffers.
const MEMORY_MIN: u64 = 256 << 20;

/// Checks everything.
pub(super) fn check(io: Io, bytes_per_second_max: Option<f64>) -> Vec<Finding> {
    let mut findings = vec![
        Finding::good("azring", env!("CARGO_PKG_VERSION")),
        Finding::good("kernel", uname().release().to_string_lossy()),
        cores(),
        ring(io),
        Finding::good(
            "locked memory",
            limit(getrlimit(Resource::Memlock).current, size),
        ),
        descriptors(raise_descriptor_limit()),
        memory(Budget::default_total()),
    ];
    findings.extend(bytes_per_second_max.map(rate_cap));
    findings
}

/// The cap on the rate that a copy with these parameters has. It is no fault, but makes copies slower.
fn rate_cap(bytes_per_second: f64) -> Finding {
    let megabits = bytes_per_second * 8.0 / 1e6;
    Finding::not(
        State::Poor,
        "rate cap",
        format!("{megabits} megabits per second"),
        "`/CapMbps` (`--cap-mbps`) limits all data that passes through this machine: leave it out for full speed",
    )
}

fn cores() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    Finding::good("cores", cores.to_string())
}

/// Opens a ring in the way that a copy would.
fn ring(io: Io) -> Finding {
    let choice = match io {
        Io::Auto => IoChoice::Auto,
        Io::Ring => IoChoice::Ring,
        Io::Threads => IoChoice::Threads,
    };
    let tried = Pool::new(ARENA_BYTES, 1)
        .and_then(|pool| runtime::run(choice, pool, async |engine| engine.mode));
    match tried {
        Ok(mode) => ring_in(&mode),
        Err(error) => Finding::not(
            State::Bad,
            "file IO",
            error.message(),
            "let azring choose, or allow io_uring in the kernel",
        ),
    }
}

fn ring_in(mode: &IoMode) -> Finding {
    let found = mode.to_string();
    match mode {
        IoMode::RingRegistered => Finding::good("file IO", found),
        IoMode::RingPlain => Finding::not(
            State::Poor,
            "file IO",
            found,
            "raise the limit of locked memory (`ulimit -l`) to 64 MiB",
        ),
        IoMode::Threads(_) => Finding::not(
            State::Poor,
            "file IO",
            found,
            "small files are slower without io_uring: allow it (in a container, in the seccomp profile)",
        ),
    }
}

fn descriptors(limit: u64) -> Finding {
    let found = count(limit);
    if limit < DESCRIPTORS_MIN {
        let advice = "raise the hard limit of open files (`ulimit -Hn`): each request needs two";
        return Finding::not(State::Poor, "open files", found, advice);
    }
    Finding::good("open files", found)
}

fn memory(bytes: u64) -> Finding {
    let found = format!("{} for data", size(bytes));
    if bytes < MEMORY_MIN {
        let advice = "give the machine or the control group more memory, or set `/Memory`";
        return Finding::not(State::Poor, "memory", found, advice);
    }
    Finding::good("memory", found)
}

fn limit(current: Option<u64>, shown: fn(u64) -> String) -> String {
    current.map_or_else(|| "unlimited".to_owned(), shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_cap_is_named_and_without_one_nothing_is_said_of_it() {
        let caps = |cap| {
            let findings = check(Io::Threads, cap).into_iter();
            let caps = findings.filter(|finding| finding.what == "rate cap");
            caps.map(|finding| finding.found).collect::<Vec<_>>()
        };
        assert_eq!(caps(Some(800_000.0)), ["6.4 megabits per second"]);
        assert!(caps(None).is_empty());
    }

    #[test]
    fn what_is_scarce_comes_with_advice() {
        let scarce = [
            ring_in(&IoMode::RingPlain),
            ring_in(&IoMode::Threads("this kernel has no io_uring".into())),
            descriptors(1024),
            memory(64 << 20),
        ];
        for finding in scarce {
            assert_eq!(finding.state, State::Poor);
            assert!(!finding.advice.is_empty(), "{finding:?}");
        }
        let plenty = [
            ring_in(&IoMode::RingRegistered),
            descriptors(65_536),
            memory(1 << 30),
        ];
        for finding in plenty {
            assert_eq!((finding.state, finding.advice.as_str()), (State::Good, ""));
        }
    }

    #[test]
    fn every_machine_can_be_looked_at() {
        let findings = check(Io::Threads, None);
        assert!(findings.iter().any(|finding| finding.what == "file IO"));
        assert!(findings.iter().all(|finding| !finding.found.is_empty()));
    }
}
