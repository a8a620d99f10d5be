//! The Table service of azring-emulator.

mod own_table;

mod authorization;
mod batches;
mod both_servers;
mod continuation;
mod entities;
mod limits;
mod model;
mod queries;
mod restart;
mod tables;
