//! How far a plan is: the results of its shards, and their sums.

use std::collections::HashSet;

use super::error::Result;
use super::folder::PlanFolder;
use super::object_result::{ObjectProgress, ObjectResult};
use super::plan::{Plan, PlannedShard};
use super::result::{ShardFailure, ShardResult};

/// How far a shard is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShardProgress {
    /// It has a result.
    Done(ShardResult),
    /// Its last attempt failed.
    Failed(ShardFailure),
    /// Nobody has reported about it yet.
    Open,
}

/// How far a plan is.
#[derive(Debug, Clone)]
pub struct PlanProgress {
    /// The plan.
    pub plan: Plan,
    /// Its shards, from 0 on.
    pub shards: Vec<ShardProgress>,
    /// Its objects that are copied in parts, in the order of the plan.
    pub objects: Vec<ObjectProgress>,
}

impl PlanProgress {
    /// Reads the plan and the results in its folder.
    pub fn of(folder: &dyn PlanFolder) -> Result<Self> {
        let plan = folder.plan()?;
        let names: HashSet<String> = folder.names()?.into_iter().collect();
        let shards = (0..plan.shards.len() as u32).map(|index| {
            if names.contains(&ShardResult::name(index))
                && let Some(result) = ShardResult::find(folder, &plan, index)?
            {
                return Ok(ShardProgress::Done(result));
            }
            if names.contains(&ShardFailure::name(index))
                && let Some(failure) = ShardFailure::find(folder, &plan, index)?
            {
                return Ok(ShardProgress::Failed(failure));
            }
            Ok(ShardProgress::Open)
        });
        let shards = shards.collect::<Result<Vec<_>>>()?;
        let result = |index: u32| {
            Ok(match shards.get(index as usize) {
                Some(ShardProgress::Done(result)) => Some(result.clone()),
                Some(ShardProgress::Failed(_) | ShardProgress::Open) | None => None,
            })
        };
        let objects = plan.split.iter();
        let objects = objects.map(|object| ObjectProgress::of(folder, &plan, object, result));
        let objects = objects.collect::<Result<_>>()?;
        Ok(Self {
            plan,
            shards,
            objects,
        })
    }

    /// The results, in the order of the shards.
    pub fn results(&self) -> impl Iterator<Item = &ShardResult> {
        self.shards.iter().filter_map(|shard| match shard {
            ShardProgress::Done(result) => Some(result),
            ShardProgress::Failed(_) | ShardProgress::Open => None,
        })
    }

    /// The shards whose last attempt failed.
    pub fn failures(&self) -> impl Iterator<Item = &ShardFailure> {
        self.shards.iter().filter_map(|shard| match shard {
            ShardProgress::Failed(failure) => Some(failure),
            ShardProgress::Done(_) | ShardProgress::Open => None,
        })
    }

    /// The shards that nobody has reported about.
    pub fn open(&self) -> impl Iterator<Item = u32> {
        (0..)
            .zip(&self.shards)
            .filter(|(_, shard)| matches!(shard, ShardProgress::Open))
            .map(|(index, _)| index)
    }

    /// The results of the objects that are copied in parts.
    pub fn object_results(&self) -> impl Iterator<Item = &ObjectResult> {
        self.objects.iter().filter_map(|object| match object {
            ObjectProgress::Done(result) => Some(result),
            ObjectProgress::Written(..)
            | ObjectProgress::Waiting(_)
            | ObjectProgress::Unplanned => None,
        })
    }

    /// Whether the plan is sealed and every shard and every object that is copied in parts has a result.
    pub fn is_complete(&self) -> bool {
        self.plan.is_sealed
            && self.results().count() == self.shards.len()
            && self.object_results().count() == self.objects.len()
    }

    /// The shards whose results do not have the objects and bytes that were planned. A range of names has what its
    /// worker found.
    pub fn mismatches(&self) -> impl Iterator<Item = u32> {
        let fits = |result: &ShardResult, planned: &PlannedShard| {
            let part_bytes: u64 = result.parts.iter().map(|part| part.bytes).sum();
            result.done + result.skipped == planned.objects
                && result.parts.len() as u64 == planned.parts
                && result.done_bytes + result.skipped_bytes + part_bytes == planned.bytes
        };
        self.results().filter_map(move |result| {
            let planned = &self.plan.shards[result.shard as usize];
            (planned.range.is_none() && !fits(result, planned)).then_some(result.shard)
        })
    }

    /// Whether everything that was listed is at the target, or was skipped by rule.
    pub fn is_success(&self) -> bool {
        self.is_complete() && self.mismatches().next().is_none() && self.plan.refused.objects == 0
    }
}
