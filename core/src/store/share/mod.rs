//! Azure Files as a store.
//!
//! `open` opens a share, a directory or a file as an end of a copy. `name` maps the names of objects
//! to paths in a share, and checks them. `properties` are those of a file. `target` and `writer` write to a
//! share, which `root` makes, and its directories, which `directory_maker` makes. At the end `target` stores
//! the attributes and times of directories. `open_source` opens a `source`, `list` lists its directories,
//! `reader` and `valid_ranges` read a file, and `remover` removes files. `rules` has the limits of the
//! service, `request` its REST calls, one per file and without IO.

pub mod rules;

mod name;

mod properties;

pub mod request;

mod root;

mod directory_maker;

mod single;

mod origin;

mod list;

mod nothing;

mod valid_ranges;

mod read_options;

mod source;

mod reader;

mod remover;

mod property_setter;

mod open_source;

mod open;

mod target;

mod copier;

mod writer;

pub use copier::ShareServerCopy;
pub(crate) use open::ShareOpener;
pub use read_options::ShareReadOptions;
pub use remover::ShareRemover;
pub use source::ShareSource;
pub use target::ShareTarget;
