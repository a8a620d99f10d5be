//! The signals that programs of the tests start with.

use std::fs;
use std::sync::{Arc, Once};

use signal_hook::consts::{SIGHUP, SIGQUIT};

/// Makes programs that are started from now on react to SIGHUP and SIGQUIT.
///
/// A signal that this process ignores would be ignored by them too (`execve(2)`). That is so when
/// the tests were started by `nohup`, or in the background by a script. A signal with a handler has
/// its default action in a new program, so an ignored signal gets a handler that does nothing.
///
/// # Panics
/// When a handler cannot be installed.
pub fn restore() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [SIGHUP, SIGQUIT] {
            if is_ignored(signal) {
                signal_hook::flag::register(signal, Arc::default()).expect("it can be handled");
            }
        }
    });
}

/// Whether the mask of ignored signals (`proc_pid_status(5)`) has this one.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
