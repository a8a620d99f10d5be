//! `azring shard`: a copy that is planned once and run in shards, by workers that know nothing of each other.

mod by_range;
mod containers;
mod parts;
mod plans;
mod ranges;
mod results;
mod scene;
mod storm;
mod workers;
