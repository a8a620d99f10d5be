//! What it takes to open a location as an end of a copy.
//!
//! Each kind of location implements [`Opener`] in its store's `open.rs`, as far as it can be that end.
//! `open` finds the opener of a location; this file knows no store.

use std::sync::Arc;

use azring_transport::disk::durability::DurabilityQueue;

use super::{ServerCopy, Source, Step, StreamTarget, Target, Tools};
use crate::entry::{Entry, EntryName};
use crate::location::Location;
use crate::options::Options;
use crate::plan::route::Route;
use crate::{Error, Result};

/// What an end is opened with.
#[derive(Clone, Copy)]
pub(crate) struct OpenContext<'a> {
    /// The user's wishes.
    pub(crate) options: &'a Options,
    /// What follows from both ends.
    pub(crate) route: &'a Route,
    /// For questions to the service or the disk.
    pub(crate) tools: &'a Tools,
    /// Makes files durable.
    pub(crate) durability: &'a DurabilityQueue,
    /// How many folders of a target may stay open.
    pub(crate) folders_max: usize,
}

/// A source, and its name where it is a single object.
pub(crate) struct OpenedSource {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) single: Option<EntryName>,
}

/// Opens one location. What a location cannot be is an [`Error::Usage`], or nothing.
pub(crate) trait Opener {
    /// The location as a source. A place that may be a folder or a single object is looked at.
    fn source<'a>(&'a self, _context: OpenContext<'a>) -> Step<'a, Result<OpenedSource>> {
        Box::pin(async { Err(no_store()) })
    }

    /// The location as a target.
    fn target(&self, _context: OpenContext<'_>) -> Result<Arc<dyn Target>> {
        Err(no_store())
    }

    /// The location's service as the one that copies.
    fn server_copy(&self, _context: OpenContext<'_>) -> Option<Arc<dyn ServerCopy>> {
        None
    }

    /// Where a single object goes that is copied to this location: the place above and the name there,
    /// if the location names an object and not a folder. Asks the disk or the service.
    fn split_name<'a>(
        &'a self,
        _tools: &'a Tools,
    ) -> Step<'a, Result<Option<(Location, EntryName)>>> {
        Box::pin(async { Ok(None) })
    }

    /// The one object that the location names, and the store that reads it: for standard output.
    fn named_source<'a>(
        &'a self,
        _options: &'a Options,
        _tools: &'a Tools,
    ) -> Step<'a, Result<(Arc<dyn Source>, Entry)>> {
        Box::pin(async { Err(no_store()) })
    }

    /// The store that the location is in, and the object's name there: for standard input. Asks nobody.
    fn named_target(&self, _options: &Options) -> Result<(Arc<dyn StreamTarget>, EntryName)> {
        Err(no_store())
    }
}

/// A pipe holds no objects: `job::pipe` goes around the stores. A location that can only be read
/// cannot be written, and the other way round.
fn no_store() -> Error {
    Error::Usage("standard input and output hold nothing to list".into())
}

/// Standard input or output, which is no store.
pub(crate) struct NoStore;

impl Opener for NoStore {}
