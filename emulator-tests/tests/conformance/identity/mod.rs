//! The identity provider of azring-emulator: its grants, its refusals, and what the storage services do
//! with its tokens.

mod own_provider;

mod certificates;
mod control;
mod device_codes;
mod faults;
mod grants;
mod managed_identities;
mod roles;
mod tokens;
