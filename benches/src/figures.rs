//! What the runs of one tool on one workload come to.
//!
//! A tool's figures are the medians of its runs. A ratio is the median of the ratios round by round, so that a slow
//! moment of the machine falls out of it.

use crate::measure::Cost;
use crate::session::Session;
use crate::tool::Tool;

const GIB: f64 = (1_u64 << 30) as f64;
const MIB: f64 = (1_u64 << 20) as f64;

/// The medians of a tool's runs, and how they stand to azring's and to what bounds the work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// From start to end, in seconds.
    pub wall_s: f64,
    /// What the tool's threads ran, in seconds.
    pub cpu_s: f64,
    /// The most memory it had, in MiB.
    pub rss_mib: f64,
    /// What the server's threads ran meanwhile, in seconds.
    pub server_s: f64,
    /// How much was moved in a second.
    pub rate: Rate,
    /// What the processor time comes to for each GiB, in seconds, or, where objects are counted, for each object, in
    /// microseconds.
    pub cpu_each: f64,
    /// How many times azring's wall time it took; none for azring.
    pub times_wall: Option<f64>,
    /// How many times azring's processor time it took; none for azring.
    pub times_cpu: Option<f64>,
    /// Its rate as a share of the bound's: of the least that can be, or of what the line carries.
    pub of_bound: Option<f64>,
}

/// Bytes or objects in a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// So many.
    Bytes(f64),
    /// So many.
    Objects(f64),
}

impl Figures {
    /// Of the runs of `tool` that were whole; `None` when there was none.
    pub fn of(session: &Session, tool: Tool) -> Option<Self> {
        let of = |figure: fn(&Cost) -> f64| {
            median(session.costs(tool).map(|(_, cost)| figure(cost)).collect())
        };
        let (wall, cpu) = (of(wall_s)?, of(cpu_s)?);
        let (rate, cpu_each) = if session.workload.shape.is_counted() {
            let objects = session.files as f64;
            (Rate::Objects(objects / wall), cpu / objects * 1e6)
        } else {
            let bytes = session.bytes as f64;
            (Rate::Bytes(bytes / wall), cpu / (bytes / GIB))
        };
        let times =
            |figure| ratio(session, tool, Tool::Azring, figure).filter(|_| tool != Tool::Azring);
        let of_line = session.workload.link.and_then(|link| match rate {
            Rate::Bytes(rate) => Some(rate / link.bytes_per_second as f64),
            Rate::Objects(_) => None,
        });
        let of_bound = ratio(session, Tool::Bound, tool, wall_s).filter(|_| tool != Tool::Bound);
        Some(Self {
            wall_s: wall,
            cpu_s: cpu,
            rss_mib: of(|cost| cost.peak_rss_bytes as f64 / MIB)?,
            server_s: of(server_s)?,
            rate,
            cpu_each,
            times_wall: times(wall_s),
            times_cpu: times(cpu_s),
            of_bound: of_line.or(of_bound),
        })
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Self::Bytes(rate) => format!("{:.2} GB/s", rate / 1e9),
            Self::Objects(rate) => format!("{rate:.0} /s"),
        };
        to.pad(&text)
    }
}

/// The median over the rounds of what `one` needed for each unit that `other` needed.
fn ratio(session: &Session, one: Tool, other: Tool, figure: fn(&Cost) -> f64) -> Option<f64> {
    let pairs = session.costs(one).filter_map(|(round, ones)| {
        let (_, others) = session.costs(other).find(|(of, _)| *of == round)?;
        Some(figure(ones) / figure(others))
    });
    median(pairs.collect())
}

/// The wall time in seconds.
pub fn wall_s(cost: &Cost) -> f64 {
    cost.wall.as_secs_f64()
}

/// The processor time in seconds.
pub fn cpu_s(cost: &Cost) -> f64 {
    cost.cpu().as_secs_f64()
}

/// The server's processor time in seconds.
pub fn server_s(cost: &Cost) -> f64 {
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

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::session::Run;
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

    /// Three rounds, the last of which broke.
    pub(crate) fn session() -> Session {
        let runs = [
            (Tool::Azring, 0, 2, 1),
            (Tool::AzCopy, 0, 8, 7),
            (Tool::Bound, 0, 1, 1),
            (Tool::Azring, 1, 10, 2),
            (Tool::AzCopy, 1, 30, 12),
        ];
        let mut runs: Vec<Run> = runs
            .into_iter()
            .map(|(tool, round, wall, cpu)| Run {
                tool,
                round,
                cost: Ok(self::cost(wall, cpu)),
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
        let theirs = Figures::of(&session, Tool::AzCopy).expect("two runs were whole");
        assert_eq!(
            (theirs.times_wall, theirs.times_cpu),
            (Some(3.5), Some(6.5))
        );
        assert_eq!(Figures::of(&session, Tool::Rclone), None);
    }

    #[test]
    fn share_of_the_bound_is_of_the_round_in_which_it_was_measured() {
        let ours = Figures::of(&session(), Tool::Azring).expect("they were whole");
        assert_eq!(ours.of_bound, Some(0.5));
        assert_eq!((ours.times_wall, ours.cpu_each), (None, 1.5));
    }
}
