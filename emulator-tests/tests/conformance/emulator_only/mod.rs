//! What only azring-emulator does: fault plans, the request log, and hardness against broken
//! clients.

mod own;
mod program;

mod behaviour;
mod faults;
mod hardness;
mod models;
mod product;
mod restart;
mod watching;
