//! The runs beside each other: a table for whoever waits for it, a line of JSON per run for programs.

use serde::Serialize;

use crate::figures::{Figures, server_s, wall_s};
use crate::session::{Run, Session};
use crate::tool::Tool;

/// The table's head. The last columns: how many times azring's time the tool took, and what share of the bound's rate it
/// reached.
pub fn head() -> String {
    let columns = format!(
        "{:<20} {:<7} {:>8} {:>8} {:>9} {:>13} {:>8} {:>9} {:>7} {:>7} {:>8}",
        "workload",
        "tool",
        "wall s",
        "CPU s",
        "CPU each",
        "rate",
        "RSS MiB",
        "server s",
        "x wall",
        "x CPU",
        "of bound"
    );
    let rule = "-".repeat(columns.len());
    format!("{columns}\n{rule}\n")
}

/// The table's lines for one workload. The processor time is told for each GiB, in seconds, or for each object, in
/// microseconds.
pub fn rows(session: &Session) -> String {
    let first_round = session.runs.iter().filter(|run| run.round == 0);
    first_round.map(|run| row(session, run.tool)).collect()
}

fn row(session: &Session, tool: Tool) -> String {
    let line = format!("{:<20} {tool:<7}", session.workload.name);
    let Some(figures) = Figures::of(session, tool) else {
        return line + "  every run failed\n";
    };
    let [times_wall, times_cpu, of_bound] =
        [figures.times_wall, figures.times_cpu, figures.of_bound]
            .map(|ratio| ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}")));
    let Figures {
        wall_s,
        cpu_s,
        rss_mib,
        server_s,
        rate,
        cpu_each,
        ..
    } = figures;
    format!(
        "{line} {wall_s:>8.2} {cpu_s:>8.2} {cpu_each:>9.3} {rate:>13} {rss_mib:>8.0} {server_s:>9.2} \
         {times_wall:>7} {times_cpu:>7} {of_bound:>8}\n"
    )
}

/// A run as a line of JSON, without its end.
pub fn json(session: &Session, run: &Run) -> String {
    let cost = run.cost.as_ref().ok();
    let line = RunRecord {
        workload: session.workload.name,
        tool: run.tool,
        round: run.round,
        bytes: session.bytes,
        files: session.files,
        wall_s: cost.map(wall_s),
        user_s: cost.map(|cost| cost.user.as_secs_f64()),
        system_s: cost.map(|cost| cost.system.as_secs_f64()),
        peak_rss_bytes: cost.map(|cost| cost.peak_rss_bytes),
        server_cpu_s: cost.map(server_s),
        error: run.cost.as_ref().err().map(String::as_str),
    };
    serde_json::to_string(&line).expect("numbers and text have a form in JSON")
}

#[derive(Debug, Serialize)]
struct RunRecord<'a> {
    workload: &'a str,
    tool: Tool,
    round: usize,
    bytes: u64,
    files: u64,
    wall_s: Option<f64>,
    user_s: Option<f64>,
    system_s: Option<f64>,
    peak_rss_bytes: Option<u64>,
    server_cpu_s: Option<f64>,
    error: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::tests::session;

    #[test]
    fn table_has_a_row_per_tool() {
        let rows = rows(&session());
        let tools: Vec<_> = rows
            .lines()
            .filter_map(|line| line.split_whitespace().nth(1))
            .collect();
        assert_eq!(tools, ["azring", "azcopy", "bound"]);
    }

    #[test]
    fn failed_run_is_a_line_of_json_with_its_error() {
        let session = session();
        let line = json(&session, &session.runs[5]);
        assert!(
            line.contains("\"error\":\"it broke\"") && line.contains("\"wall_s\":null"),
            "{line}"
        );
    }
}
