//! One run of the program: the stations joined, one file for each command.
//!
//! [`run()`] opens the journal's recorder and the report, and runs one command: `copy`, `preview`,
//! `sync`, `moves`, `verify`, `export` or `pipe`. The calling thread is the coordinator: it lists, plans, fills
//! the queue and reports, while worker threads transfer chunks. Listing and reporting are two futures of this
//! one thread, so two events never reach an observer at once.
//!
//! - `feed` lists and plans (`planner`, `collision`, `vhd_hint`) and fills the queue; `resume` does the
//!   same for the objects that an earlier run left.
//! - `directories` keeps the attributes and times of directories, once their files are there.
//! - `move_queue` has what a move has copied and not yet deleted; `selected_objects` is what `remove` and
//!   `set_properties` list.
//! - `recorder` writes the journal; `earlier_runs` and `resume_check` read what it said before.
//! - `resources` divides memory, descriptors and threads; `controller` sets concurrency and rate.
//! - `inbox` receives what workers report; `outcome` counts and reports how each object ended;
//!   `failure_limit` ends a run that cannot succeed.
//! - `shard` lists the source and fills the shards of a plan; a shard is then run as a copy that resumes.
//!   `plan_container` is the folder of a plan in a container.
//! - `import` writes the entities of an export to a table, on the coordinator's thread.
//! - `list`, `remove`, `set_properties`, `make`, `bench`, `probe` and `trial` are commands without workers: `single_thread` runs them.
//! - `services` reports outages and notices of the services; `credentials` checks signatures before the
//!   first request.

mod run;

mod copy;

mod preview;

mod sync;

mod moves;

mod move_queue;

mod verify;

mod export;

mod pipe;

mod import;

mod list;

mod selected_objects;

mod make;

mod remove;

mod set_properties;

mod list_entities;

mod bench;

mod shard;

mod plan_container;

mod probe;

mod trial;

mod single_thread;

mod login;

mod credentials;

mod feed;

mod planner;

mod collision;

mod vhd_hint;

mod resume;

mod resume_check;

mod earlier_runs;

mod recorder;

mod resources;

mod controller;

mod processor;

mod directories;

mod inbox;

mod outcome;

mod failure_limit;

mod services;

mod outage;

pub use bench::{holds_any, remove_folder};
pub use list::list;
pub use list_entities::{EntityKeys, list_entities};
pub use login::{connection_settings, log_in};
pub use make::make;
pub use plan_container::ContainerFolder;
pub use probe::probe;
pub use remove::remove;
pub use run::run;
pub use set_properties::set_properties;
pub use shard::plan_shards;
pub use trial::{examine, first_object};
