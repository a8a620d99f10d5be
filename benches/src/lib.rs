//! Measurements of whole copies: azring and its rivals do the same work against azring-emulator, in turn.
//!
//! [`options`] reads the command line of `compare`. A [`workload`] is a copy and its server, a [`remote`]
//! the container, share or table of a run, and a [`tool`] has the command that does it. [`setup`] prepares [`server`] and files
//! ([`table_source`] those of tables), [`measure`] runs one command and counts its cost, and
//! [`session`] runs all tools in turn. [`figures`] computes medians and ratios, [`report`] prints them, and [`results`]
//! writes `RESULTS.md`. [`line`] emulates the link to a distant service.
//!
//! The criterion benchmarks in `benches/` measure single functions.

pub mod options;

pub mod workload;

pub mod remote;

pub mod table_source;

pub mod tool;

pub mod server;

pub mod setup;

pub mod measure;

pub mod session;

pub mod figures;

pub mod report;

pub mod results;

pub mod line;
