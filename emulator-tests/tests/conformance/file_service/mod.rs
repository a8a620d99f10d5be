//! The File service of azring-emulator, compared with Azure's documentation and with recorded
//! answers of the real service.

mod own_share;

mod authorization;
mod copies;
mod directories;
mod files;
mod leases;
mod listing;
mod names;
mod properties;
mod ranges;
mod renames;
mod restart;
mod shares;
mod snapshots;
mod structured_bodies;
mod versions;
mod watching;
