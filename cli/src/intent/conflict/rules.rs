//! The table of parameters that make sense between some ends only.

use azring_core::Result;
use azring_core::location::Location;
use azring_core::plan::route::{Direction, Route};

use super::end_kind::EndKind;
use crate::parameter::{self as row, Parameter};

/// The two ends of a copy, as far as rules ask about them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) source: EndKind,
    pub(super) target: EndKind,
    pub(super) direction: Direction,
    /// A copy between services passes through this machine.
    pub(super) is_sync: bool,
}

impl Ends {
    /// The ends of a copy that core has a route for.
    pub(super) fn of(source: &Location, target: &Location, is_sync: bool) -> Result<Self> {
        let route = Route::between(source, target, is_sync)?;
        Ok(Self {
            source: EndKind::of(source),
            target: EndKind::of(target),
            direction: route.direction,
            is_sync,
        })
    }

    /// The ends of a copy with a service that core has no locations for.
    pub(super) fn of_kinds(source: EndKind, target: EndKind, is_sync: bool) -> Result<Self> {
        let direction = Direction::between(source.is_service(), target.is_service())?;
        Ok(Self {
            source,
            target,
            direction,
            is_sync,
        })
    }
}

/// Parameters that make sense between some ends only.
pub(super) struct Rule {
    pub(super) parameters: &'static [&'static Parameter],
    /// They make sense between these ends.
    pub(super) is_allowed: fn(Ends) -> bool,
    /// The copies they are for, as the end of "is only ...".
    pub(super) meant: &'static str,
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        parameters: &[&row::BLOB_TYPE],
        // A file of a share that becomes a blob on its way through this machine may become one of
        // any type.
        is_allowed: |ends| {
            let is_file = ends.direction == Direction::Upload
                || ends.source == EndKind::Share && ends.is_sync;
            ends.target == EndKind::Blob && is_file
        },
        meant: "for uploads to blobs",
    },
    Rule {
        parameters: &[&row::DELIMITER],
        is_allowed: |ends| ends.source == EndKind::Blob && ends.direction == Direction::Download,
        meant: "for downloads of blobs",
    },
    Rule {
        parameters: &[&row::SNAPSHOT],
        is_allowed: |ends| ends.source == EndKind::Blob,
        meant: "for copies from blobs",
    },
    Rule {
        parameters: &[&row::SET_CONTENT_TYPE, &row::A, &row::IA, &row::XA],
        is_allowed: |ends| ends.direction == Direction::Upload,
        meant: "for uploads",
    },
    Rule {
        parameters: &[&row::CHECK_MD5, &row::MT],
        is_allowed: |ends| ends.direction != Direction::ServiceToService,
        meant: "for downloads",
    },
    Rule {
        parameters: &[&row::SYNC_COPY, &row::SERVER_COPY],
        is_allowed: |ends| ends.direction == Direction::ServiceToService,
        meant: "for copies from a service to a service",
    },
];
