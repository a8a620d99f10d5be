//! `azring shard`: a copy that is planned once and run in shards, by workers that know nothing of each other.

mod containers;
mod plans;
mod results;
mod scene;
mod storm;
mod workers;
