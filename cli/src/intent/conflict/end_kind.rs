//! The kind of one end of a copy, from its text alone.

use azring_core::location::{Location, ServiceKind, service_of};

use super::super::ends::{EndParameters, service_of_word};
use crate::parameter::Service;
use crate::parsed::ParsedArgs;
use crate::parsed::read::known_word;

/// The kind of one end of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EndKind {
    /// This machine: a folder, a file, a pipe, synthetic data.
    Local,
    /// The Blob service.
    Blob,
    /// Azure Files.
    Share,
    /// The Table service.
    Table,
}

impl EndKind {
    /// The kind of the objects of a service.
    pub(super) fn of(service: Service) -> Self {
        match service {
            Service::Blobs => Self::Blob,
            Service::Files => Self::Share,
            Service::Tables => Self::Table,
        }
    }

    /// The kind of a location.
    pub(super) fn of_location(location: &Location) -> Self {
        match location {
            Location::Blob(_) => Self::Blob,
            Location::Share(_) => Self::Share,
            Location::Table(_) => Self::Table,
            Location::Local(_) | Location::Pipe | Location::Synthetic(_) | Location::Discard(_) => {
                Self::Local
            }
        }
    }

    /// The kind of an end as it was typed; `None` if it is missing or not UTF-8. The host of a URL
    /// counts more than the parameter that names the service.
    pub(super) fn typed(args: &ParsedArgs, end: &EndParameters) -> Option<Self> {
        let text = args.text(end.place).ok().flatten()?;
        if !text.contains("://") {
            return Some(Self::Local);
        }
        let by_word = || known_word(args, end.service).and_then(service_of_word);
        let service = service_of(text).or_else(by_word);
        Some(service.map_or(Self::Blob, Self::of_service))
    }

    fn of_service(service: ServiceKind) -> Self {
        match service {
            ServiceKind::Share => Self::Share,
            ServiceKind::Table => Self::Table,
            // Locations of queues and of Data Lake Storage are refused when they are parsed.
            ServiceKind::Blob | ServiceKind::Queue | ServiceKind::DataLake => Self::Blob,
        }
    }
}
