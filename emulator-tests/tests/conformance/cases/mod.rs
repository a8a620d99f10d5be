//! The cases, by subject. Each runs against azring-emulator and Azurite. Where the two differ, the
//! case names one of the listed deviations.

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
