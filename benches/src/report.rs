//! The runs beside each other: a table for readers, a line of JSON per run for programs.
//!
//! A tool's figures are the medians of its runs. A ratio is the median of the ratios round by round, so that a slow
//! moment of the machine falls out of it.

use serde::Serialize;

use crate::measure::Cost;
use crate::session::{Run, Session};
use crate::tool::Tool;
use crate::workload::Shape;

const GIB: f64 = (1_u64 << 30) as f64;
const MIB: f64 = (1_u64 << 20) as f64;

/// The table's head, without the ratios' explanation: rival divided by azring, above 1 where azring is better.
pub fn head() -> String {
    let columns = format!(
        "{:<14} {:<7} {:>8} {:>8} {:>9} {:>13} {:>8} {:>9} {:>7} {:>7}",
        "workload",
        "tool",
        "wall s",
        "CPU s",
        "CPU s/GiB",
        "rate",
        "RSS MiB",
        "server s",
        "x wall",
        "x CPU"
    );
    let rule = "-".repeat(columns.len());
    format!("{columns}\n{rule}\n")
}

/// The table's lines for one workload.
pub fn rows(session: &Session) -> String {
    let first_round = session.runs.iter().filter(|run| run.round == 0);
    first_round.map(|run| row(session, run.tool)).collect()
}

fn row(session: &Session, tool: Tool) -> String {
    let line = format!("{:<14} {tool:<7}", session.workload.name);
    let costs: Vec<&Cost> = session.costs(tool).map(|(_, cost)| cost).collect();
    let of = |figure: fn(&Cost) -> f64| median(costs.iter().map(|cost| figure(cost)).collect());
    let (Some(wall), Some(cpu), Some(rss), Some(server)) =
        (of(wall_s), of(cpu_s), of(rss_mib), of(server_s))
    else {
        return line + "  every run failed\n";
    };
    let (rate, per_gib) = match session.workload.shape {
        // A file costs the same whatever little is in it.
        Shape::Small => {
            let rate = format!("{:.0} files/s", session.files as f64 / wall);
            (rate, "-".to_owned())
        }
        Shape::One | Shape::SixtyFour => {
            let rate = format!("{:.2} GB/s", session.bytes as f64 / 1e9 / wall);
            (rate, format!("{:.3}", cpu / (session.bytes as f64 / GIB)))
        }
    };
    let ratios = [wall_s, cpu_s].map(|figure| {
        let ratio = ratio(session, tool, figure).filter(|_| tool != Tool::Azring);
        ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"))
    });
    format!(
        "{line} {wall:>8.2} {cpu:>8.2} {per_gib:>9} {rate:>13} {rss:>8.0} {server:>9.2} {:>7} {:>7}\n",
        ratios[0], ratios[1]
    )
}

/// The median over the rounds of what `tool` needed for each unit that azring needed.
fn ratio(session: &Session, tool: Tool, figure: fn(&Cost) -> f64) -> Option<f64> {
    let pairs = session.costs(tool).filter_map(|(round, theirs)| {
        let (_, ours) = session.costs(Tool::Azring).find(|(of, _)| *of == round)?;
        Some(figure(theirs) / figure(ours))
    });
    median(pairs.collect())
}

fn wall_s(cost: &Cost) -> f64 {
    cost.wall.as_secs_f64()
}

fn cpu_s(cost: &Cost) -> f64 {
    cost.cpu().as_secs_f64()
}

fn rss_mib(cost: &Cost) -> f64 {
    cost.peak_rss_bytes as f64 / MIB
}

fn server_s(cost: &Cost) -> f64 {
    cost.server.as_secs_f64()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// A run as a line of JSON, without its end.
pub fn json(session: &Session, run: &Run) -> String {
    let cost = run.cost.as_ref().ok();
    let line = Line {
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
struct Line<'a> {
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
    use std::time::Duration;

    use super::*;
    use crate::workload::Workload;

    fn cost(wall: u64, cpu: u64) -> Cost {
        Cost {
            wall: Duration::from_secs(wall),
            user: Duration::from_secs(cpu),
            system: Duration::ZERO,
            peak_rss_bytes: 1 << 20,
            server: Duration::from_secs(1),
        }
    }

    fn session() -> Session {
        let runs = [
            (Tool::Azring, 0, 1, 1),
            (Tool::AzCopy, 0, 4, 7),
            (Tool::Azring, 1, 10, 2),
            (Tool::AzCopy, 1, 30, 12),
        ];
        let mut runs: Vec<Run> = runs
            .into_iter()
            .map(|(tool, round, wall, cpu)| Run {
                tool,
                round,
                cost: Ok(cost(wall, cpu)),
            })
            .collect();
        runs.push(Run {
            tool: Tool::AzCopy,
            round: 2,
            cost: Err("it broke".to_owned()),
        });
        Session {
            workload: &Workload::all()[0],
            bytes: 1 << 30,
            files: 1,
            runs,
        }
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let session = session();
        assert_eq!(ratio(&session, Tool::AzCopy, wall_s), Some(3.5));
        assert_eq!(ratio(&session, Tool::AzCopy, cpu_s), Some(6.5));
        assert_eq!(ratio(&session, Tool::Rclone, cpu_s), None);
    }

    #[test]
    fn table_has_a_row_per_tool() {
        let rows = rows(&session());
        let tools: Vec<_> = rows
            .lines()
            .filter_map(|line| line.split_whitespace().nth(1))
            .collect();
        assert_eq!(tools, ["azring", "azcopy"]);
    }

    #[test]
    fn failed_run_is_a_line_of_json_with_its_error() {
        let session = session();
        let line = json(&session, &session.runs[4]);
        assert!(
            line.contains("\"error\":\"it broke\"") && line.contains("\"wall_s\":null"),
            "{line}"
        );
    }
}
