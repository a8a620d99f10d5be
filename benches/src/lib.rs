//! Whole copies, measured side by side: azring and its rivals do the same work against azring-emulator, in turn.
//!
//! A [`workload`] says what is to be copied and what the server must be like; a [`tool`] knows the words for it;
//! [`measure`] runs one and counts; [`session`] holds the runs of all tools in turn. [`figures`] says what they come to,
//! [`report`] shows it, and [`results`] keeps it: `RESULTS.md`.
//! A `line` is what a distant service is reached over where there is none.
//! What one function costs is measured elsewhere, by criterion in `benches/`.

pub mod options;

pub mod workload;

pub mod tool;

pub mod ground;

pub mod measure;

pub mod session;

pub mod figures;

pub mod report;

pub mod results;

pub mod line;
