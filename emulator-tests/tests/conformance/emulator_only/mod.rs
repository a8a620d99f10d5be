//! What only azring-emulator has: fault plans, the request log, behaviour options, and protection
//! against broken clients.

mod own;
mod program;

mod behaviour;
mod faults;
mod hardness;
mod models;
mod product;
mod restart;
mod watching;
