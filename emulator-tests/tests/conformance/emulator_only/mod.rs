//! What only azring-emulator does: fault plans, the request log, and hardness against broken clients.

mod own;

mod faults;
mod habits;
mod hardness;
mod models;
mod restart;
mod watching;
