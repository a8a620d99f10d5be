//! The crate from outside: its client against servers that behave as the scripts say.

mod bearer;
mod exchange;
mod outage;
mod persistence;
mod proxies;
mod race;
mod refusal;
mod script;
mod silence;
mod slices;
mod trust;
