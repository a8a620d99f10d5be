//! The trait that opens a location as an end of a copy, and for the other commands.
//!
//! Each store implements [`Opener`] for its locations in its `open.rs`, with the methods that make
//! sense there. `open` finds the opener of a location. This file does not depend on any store.

use std::sync::Arc;

use azring_transport::disk::durability::DurabilityQueue;
use azring_transport::http::Reply;

use super::{
    PropertySetter, RemovalOptions, Remover, ServerCopy, Source, Step, StreamTarget, Target, Tools,
};
use crate::entry::{Entry, EntryName};
use crate::location::Location;
use crate::options::{Options, Selection};
use crate::plan::route::Route;
use crate::report::SoftDelete;
use crate::stop::Stop;
use crate::{Error, Result};

/// The outcome of the command `make`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It was made.
    Made,
    /// It existed already.
    Existed,
}

/// The parameters with which an end is opened.
#[derive(Clone, Copy)]
pub(crate) struct OpenContext<'a> {
    /// The options of the command.
    pub(crate) options: &'a Options,
    /// The route between the two ends.
    pub(crate) route: &'a Route,
    /// The connections and the disk, to look at the location.
    pub(crate) tools: &'a Tools,
    /// Makes files durable.
    pub(crate) durability: &'a DurabilityQueue,
    /// How many folders of a target may stay open.
    pub(crate) folders_max: usize,
}

/// A source. Where it is a single object, also the folder above and its name there.
pub(crate) struct OpenedSource {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) single: Option<(Location, EntryName)>,
}

/// Opens one location. A method that its store does not implement fails with [`Error::Usage`], or returns
/// `None`.
pub(crate) trait Opener {
    /// The location as a source. Asks the service or the disk where it may be a folder or a single object.
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

    /// The target of a single object that is copied to this location: the folder above and the name
    /// there. `None` if the location names a folder. Asks the disk or the service.
    fn split_name<'a>(
        &'a self,
        _tools: &'a Tools,
    ) -> Step<'a, Result<Option<(Location, EntryName)>>> {
        Box::pin(async { Ok(None) })
    }

    /// The one object that the location names, and the store that reads it: for a copy to standard output.
    fn named_source<'a>(
        &'a self,
        _options: &'a Options,
        _tools: &'a Tools,
    ) -> Step<'a, Result<(Arc<dyn Source>, Entry)>> {
        Box::pin(async { Err(no_store()) })
    }

    /// The store that the location is in, and the object's name there: for a copy from standard input.
    /// Sends no request.
    fn named_target(&self, _options: &Options) -> Result<(Arc<dyn StreamTarget>, EntryName)> {
        Err(no_store())
    }

    /// The location as a folder whose objects can be listed and read. A single local file is a folder
    /// with one object. Asks the disk, but no service.
    fn folder_source(&self, _selection: &Selection) -> Result<Arc<dyn Source>> {
        Err(no_store())
    }

    /// The single object that the location names. Asks the service. Fails with [`Error::NotFound`] when
    /// there is no such object.
    fn find_object<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<Entry>> {
        Box::pin(async { Err(no_store()) })
    }

    /// The remover of the objects that [`folder_source`](Self::folder_source) lists.
    fn remover(&self, _options: RemovalOptions) -> Result<Arc<dyn Remover>> {
        Err(no_store())
    }

    /// Moves the objects that [`folder_source`](Self::folder_source) lists to this folder of the location,
    /// instead of removing them. `stop` ends the wait for a copy of a service.
    fn trash(&self, _folder: &EntryName, _stop: &Stop) -> Result<Arc<dyn Remover>> {
        Err(no_store())
    }

    /// Whether the service keeps deleted objects; `None` where the location is in no service. Asks the service.
    fn soft_delete<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Option<SoftDelete>> {
        Box::pin(async { None })
    }

    /// The setter of the properties of the objects that [`folder_source`](Self::folder_source) lists.
    fn property_setter(&self, _options: &Options) -> Result<Arc<dyn PropertySetter>> {
        Err(no_store())
    }

    /// Makes the container, the share, the directory or the table that the location names.
    fn make<'a>(&'a self, _quota_gib: Option<u32>, _tools: &'a Tools) -> Step<'a, Result<Made>> {
        Box::pin(async { Err(Error::Usage("only a place of a service can be made".into())) })
    }

    /// Sends the smallest request that needs the credential, and returns the service's reply.
    fn probe<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<Reply>> {
        Box::pin(async { Err(Error::Usage("only a service can be probed".into())) })
    }
}

/// The error for a location that has no objects. `job::pipe` copies standard input and output without a
/// store.
fn no_store() -> Error {
    Error::Usage("standard input, standard output and named pipes hold nothing to list".into())
}

/// Standard input or output, which is no store.
pub(crate) struct NoStore;

impl Opener for NoStore {}
