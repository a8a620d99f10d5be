//! What `/TraceController` has written: a line of JSON for each window.

use std::fmt;
use std::path::Path;

use serde_json::Value;

/// The windows of a run.
pub(crate) struct Trace(Vec<Value>);

impl Trace {
    /// Reads a trace.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("there is a trace");
        let windows = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line of JSON"));
        Self(windows.collect())
    }

    /// The windows, in their order.
    pub(crate) fn windows(&self) -> &[Value] {
        &self.0
    }

    /// What a field comes to, where it is given.
    pub(crate) fn all<'a>(&'a self, field: &'a str) -> impl Iterator<Item = u64> + 'a {
        self.0.iter().filter_map(move |line| line[field].as_u64())
    }

    /// All of a field together.
    pub(crate) fn sum(&self, field: &str) -> u64 {
        self.all(field).sum()
    }

    /// The largest of a field.
    pub(crate) fn most(&self, field: &str) -> u64 {
        self.all(field).max().unwrap_or_default()
    }
}

impl fmt::Debug for Trace {
    /// A line for each window, of what tests look at.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out)?;
        for line in &self.0 {
            let of = |field: &str| &line[field];
            writeln!(
                out,
                "{} ms: {} of {} at once, {} bytes moved, {} for nothing, {} refused, pace {} {}, {} {}",
                of("time_ms"),
                of("under_way"),
                of("concurrency"),
                of("moved_bytes"),
                of("failed_bytes"),
                of("refused"),
                of("pace_requests_per_second"),
                of("pace_bytes_per_second"),
                of("phase"),
                of("bound")
            )?;
        }
        Ok(())
    }
}
