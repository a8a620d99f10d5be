//! What only azring-emulator has: fault plans, the request log, behaviour options, and protection
//! against broken clients.

mod own;
mod program;

mod account_features;
mod behaviour;
mod cors;
mod customer_keys;
mod faults;
mod hardness;
mod hierarchy;
mod history;
mod kills;
mod models;
mod older_versions;
mod product;
mod refusals;
mod requests;
mod restart;
mod soft_delete;
mod sources;
mod table_kills;
mod tags;
mod tiers;
mod versions;
mod watching;
