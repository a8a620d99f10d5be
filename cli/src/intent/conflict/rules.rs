//! The table of parameters that make sense between some ends only.

use super::end_kind::EndKind;
use crate::parameter::{self as row, Parameter};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// Where a copy goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From this machine to a service.
    Upload,
    /// From a service to this machine.
    Download,
    /// From a service to a service.
    Between,
}

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
    /// The ends of a copy; an error if both are on this machine.
    pub(super) fn of(
        source: EndKind,
        target: EndKind,
        args: &ParsedArgs,
    ) -> Result<Self, UsageError> {
        let direction = if source.is_service() && target.is_service() {
            Direction::Between
        } else if target.is_service() {
            Direction::Upload
        } else if source.is_service() {
            Direction::Download
        } else {
            return Err(UsageError::meaning(
                "Both Source and Destination are locally accessible locations. At least one of source and destination \
                 should be an Azure Storage location.",
            ));
        };
        Ok(Self {
            source,
            target,
            direction,
            is_sync: args.has(&row::SYNC_COPY),
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
        is_allowed: |ends| ends.direction != Direction::Between,
        meant: "for downloads",
    },
    Rule {
        parameters: &[&row::SYNC_COPY, &row::SERVER_COPY],
        is_allowed: |ends| ends.direction == Direction::Between,
        meant: "for copies from a service to a service",
    },
];
