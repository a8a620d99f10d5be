//! The results as a page that stays: which machine, when, by which command, and a table in Markdown.

use std::fmt::Write as _;
use std::fs;

use jiff::Zoned;

use crate::figures::{Figures, Rate};
use crate::session::Session;
use crate::tool::Tool;

/// What stands above the table. Where it follows another table of the page, it is a section.
pub fn head(command: &str, versions: &[String], follows: bool) -> String {
    let title = if follows {
        "\n## Later results"
    } else {
        "# Results"
    };
    let mut text = format!(
        "{title}\n\nMeasured on {}, {}, against azring-emulator with its null store on the same machine; every tool in turn, \
         round by round, medians.\n\n```sh\n{command}\n```\n\n",
        Zoned::now().strftime("%-d %B %Y"),
        machine(),
    );
    for version in versions {
        let _ = writeln!(text, "- {version}");
    }
    text + "\n\
        CPU is what the tool's threads ran, in user and kernel mode: per GiB in seconds, or per object in microseconds. *x wall* and\n\
        *x CPU* say how many times azring's time the rival took. *Of the bound* is the rate as a share of the least that moves those\n\
        bytes (`sendfile`, `fio` around the page cache, bare HTTP exchanges), or of what the emulated line carries.\n\n\
        | work | tool | wall | rate | CPU | each | memory | server CPU | x wall | x CPU | of the bound |\n\
        |---|---|---|---|---|---|---|---|---|---|---|\n"
}

/// The lines of one workload.
pub fn rows(session: &Session) -> String {
    let first_round = session.runs.iter().filter(|run| run.round == 0);
    first_round.map(|run| row(session, run.tool)).collect()
}

fn row(session: &Session, tool: Tool) -> String {
    let workload = session.workload;
    let about = format!("`{}`: {}", workload.name, workload.about);
    let Some(figures) = Figures::of(session, tool) else {
        return format!("| {about} | {tool} | every run failed | | | | | | | | |\n");
    };
    let each = match figures.rate {
        Rate::Bytes(_) => format!("{:.3} s/GiB", figures.cpu_each),
        Rate::Objects(_) => format!("{:.1} us", figures.cpu_each),
    };
    let times = |ratio: Option<f64>| ratio.map_or(String::new(), |ratio| format!("{ratio:.1}"));
    let share = figures
        .of_bound
        .map_or(String::new(), |share| format!("{:.0} %", share * 100.0));
    // What comes once for a workload is told once.
    let about = if tool == Tool::Azring { &about } else { "" };
    format!(
        "| {about} | {tool} | {:.2} s | {} | {:.2} s | {each} | {:.0} MiB | {:.2} s | {} | {} | {share} |\n",
        figures.wall_s,
        figures.rate,
        figures.cpu_s,
        figures.rss_mib,
        figures.server_s,
        times(figures.times_wall),
        times(figures.times_cpu),
    )
}

/// Processor, memory and kernel of this machine, in one line.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let information = read("/proc/cpuinfo");
    let model = field(&information, "model name");
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = read("/proc/meminfo");
    let kib: u64 = field(&memory, "MemTotal")
        .trim_end_matches(" kB")
        .parse()
        .unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{processors} processors ({model}), {} GiB, Linux {}",
        kib >> 20,
        // What follows a dash is the maker's.
        kernel.trim().split('-').next().unwrap_or_default()
    )
}

/// The value of the first line that begins with this name.
fn field<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name)
        .map_or("unknown", |(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::tests::session;

    #[test]
    fn every_line_has_as_many_cells_as_the_head() {
        let text = head("compare", &["azring 0.1.0".to_owned()], false) + &rows(&session());
        let cells = |line: &str| line.matches('|').count();
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(table.len(), 5, "{text}");
        assert!(
            table.iter().all(|line| cells(line) == cells(table[0])),
            "{text}"
        );
        assert!(
            text.contains("- azring 0.1.0") && text.contains("GiB, Linux"),
            "{text}"
        );
    }
}
