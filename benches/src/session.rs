//! All runs of one workload: each tool once, then each tool again, so that what the machine does meanwhile hits all.

use std::io;

use crate::ground::Ground;
use crate::measure::{self, Cost};
use crate::options::Options;
use crate::tool::Tool;
use crate::workload::Workload;

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
        let ground = Ground::prepare(workload, options)?;
        let mut runs = Vec::new();
        for round in 0..options.runs {
            let taking_part = options.tools.iter().filter(|tool| tool.does(workload));
            for &tool in taking_part {
                let cost = once(&ground, tool, runs.len())?;
                runs.push(Run { tool, round, cost });
                runs.last().into_iter().for_each(&mut each);
            }
        }
        Ok(Self {
            workload,
            bytes: ground.bytes(),
            files: ground.files(),
            runs,
        })
    }

    /// What the runs of `tool` cost that were whole, in order.
    pub fn costs(&self, tool: Tool) -> impl Iterator<Item = (usize, &Cost)> {
        let of_tool = self.runs.iter().filter(move |run| run.tool == tool);
        of_tool.filter_map(|run| Some((run.round, run.cost.as_ref().ok()?)))
    }
}

fn once(ground: &Ground, tool: Tool, number: usize) -> io::Result<Result<Cost, String>> {
    let place = ground.lay(number)?;
    let authority = ground.authority();
    let command = tool.command(&ground.job(&place, authority.as_deref()));
    let cost = measure::run(command, ground.server());
    let complete = ground.check(tool, &place);
    Ok(cost.and_then(|cost| complete.map(|()| cost)))
}
