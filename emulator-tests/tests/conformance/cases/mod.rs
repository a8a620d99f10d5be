//! The cases, by what they are about. Each is asked of azring-emulator and of Azurite; where the
//! two differ, the case says which of the listed deviations it is.

mod appends;
mod authorisation;
mod batch;
mod blocks;
mod conditions;
mod containers;
mod copies;
mod from_url;
mod leases;
mod listing;
mod pages;
mod properties;
mod protocol;
mod reading;
mod snapshots;
mod uploads;
