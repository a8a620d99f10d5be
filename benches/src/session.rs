//! All runs of one workload: each tool once, then each tool again, so that what the machine does meanwhile hits all.

use std::io;

use crate::measure::{self, Cost};
use crate::options::Options;
use crate::setup::Setup;
use crate::tool::Tool;
use crate::workload::{Extent, Workload};

/// One run: who, which round, and what it cost or why it failed.
#[derive(Debug)]
pub struct Run {
    /// Who copied.
    pub tool: Tool,
    /// Which round it was, from 0.
    pub round: usize,
    /// What it cost.
    pub cost: Result<Cost, String>,
}

/// The runs of a workload, and how much each copied.
#[derive(Debug)]
pub struct Session {
    /// What was copied.
    pub workload: &'static Workload,
    /// How many bytes a run copied.
    pub bytes: u64,
    /// How many files a run copied.
    pub files: u64,
    /// The runs, in the order they were made.
    pub runs: Vec<Run>,
}

impl Session {
    /// Makes all runs of `workload`; `each` hears of every one when it is done.
    pub fn hold(
        workload: &'static Workload,
        options: &Options,
        mut each: impl FnMut(&Run),
    ) -> io::Result<Self> {
        let setup = Setup::prepare(workload, options)?;
        let mut runs = Vec::new();
        for round in 0..options.runs {
            let taking_part = options.tools.iter().filter(|tool| tool.does(workload));
            for &tool in taking_part {
                let cost = once(&setup, tool, runs.len())?;
                runs.push(Run { tool, round, cost });
                runs.last().into_iter().for_each(&mut each);
            }
        }
        Ok(Self {
            workload,
            bytes: setup.bytes(),
            files: setup.files(),
            runs,
        })
    }

    /// What the runs of `tool` cost that were whole, in order.
    pub fn costs(&self, tool: Tool) -> impl Iterator<Item = (usize, &Cost)> {
        let of_tool = self.runs.iter().filter(move |run| run.tool == tool);
        of_tool.filter_map(|run| Some((run.round, run.cost.as_ref().ok()?)))
    }
}

fn once(setup: &Setup, tool: Tool, number: usize) -> io::Result<Result<Cost, String>> {
    let place = setup.prepare_run(number)?;
    let authority = setup.authority();
    let command = tool.command(&setup.job(&place, authority.as_deref()));
    let ran = measure::run(&command, setup.server());
    let complete = setup.check(tool, &place);
    Ok(ran.and_then(|(cost, said)| {
        complete?;
        match setup.extent() {
            Extent::Planned if !names_all(&said, setup.files()) => {
                Err(format!("it did not find {} files", setup.files()))
            }
            Extent::Planned | Extent::Copied | Extent::Compared | Extent::Removed => Ok(cost),
        }
    }))
}

/// Whether a preview has found so many files: it says the number, or has a line for each.
fn names_all(said: &str, files: u64) -> bool {
    let number = files.to_string();
    let has_number = said
        .split(|letter: char| !letter.is_ascii_digit())
        .any(|digits| digits == number);
    has_number || said.lines().count() as u64 >= files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preview_says_how_many_or_each() {
        assert!(names_all("Total files transferred: 3\n", 3));
        assert!(names_all("a\nb\nc\n", 3));
        assert!(!names_all("Total files transferred: 13\n", 3));
    }
}
