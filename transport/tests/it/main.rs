//! The crate from outside: its client against servers that behave as the scripts say.

mod bearer;
mod exchange;
mod hedge;
mod login_requests;
mod outage;
mod persistence;
mod proxies;
mod refusal;
mod script;
mod silence;
mod slices;
mod trust;
