//! The table of parameters that only some pairs of ends allow.

use azring_core::Result;
use azring_core::location::Location;
use azring_core::plan::route::{Direction, Route};

use super::end_kind::EndKind;
use crate::parameter::{self as row, Parameter};

/// The two ends of a copy, as far as the rules need them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) source: EndKind,
    pub(super) target: EndKind,
    pub(super) direction: Direction,
    /// A copy between services passes through this machine.
    pub(super) is_sync: bool,
    /// Files of this machine are at one end, and blobs at the other.
    pub(super) has_files_and_blobs: bool,
    /// Nothing is written: the objects of the source are measured, removed or changed.
    pub(super) discards: bool,
}

impl Ends {
    /// The ends of a copy that core has a route for.
    pub(super) fn of(source: &Location, target: &Location, is_sync: bool) -> Result<Self> {
        let route = Route::between(source, target, is_sync)?;
        Ok(Self::on(route, source, target, is_sync))
    }

    /// The ends of a verification.
    pub(super) fn to_compare(source: &Location, target: &Location) -> Result<Self> {
        let route = Route::to_compare(source, target)?;
        Ok(Self::on(route, source, target, false))
    }

    fn on(route: Route, source: &Location, target: &Location, is_sync: bool) -> Self {
        Self {
            source: EndKind::of_location(source),
            target: EndKind::of_location(target),
            direction: route.direction,
            is_sync,
            has_files_and_blobs: matches!(
                (source, target),
                (Location::Local(_), Location::Blob(_)) | (Location::Blob(_), Location::Local(_))
            ),
            discards: matches!(target, Location::Discard(_)),
        }
    }

    /// Whether one of the ends is of this kind.
    pub(super) fn have(self, kind: EndKind) -> bool {
        self.source == kind || self.target == kind
    }
}

/// A parameter that only some pairs of ends allow.
pub(super) struct Rule {
    pub(super) parameters: &'static [&'static Parameter],
    /// Whether these ends allow it.
    pub(super) is_allowed: fn(Ends) -> bool,
    /// The copies that allow it, as the end of "is only ...".
    pub(super) meant: &'static str,
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        parameters: &[&row::BLOB_TYPE],
        // Between services, a file of a share that passes through this machine can become a blob of
        // any type. The files of an exported table are uploaded.
        is_allowed: |ends| {
            let is_file = ends.direction == Direction::Upload
                || ends.source == EndKind::Table
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
        parameters: &[&row::SNAPSHOT, &row::LIST_OF_VERSIONS, &row::VERSION_LABEL],
        is_allowed: |ends| ends.source == EndKind::Blob,
        meant: "for copies from blobs",
    },
    Rule {
        parameters: &[&row::SET_CONTENT_TYPE],
        is_allowed: |ends| ends.direction == Direction::Upload || ends.discards,
        meant: "for uploads",
    },
    Rule {
        parameters: &[&row::A, &row::IA, &row::XA],
        is_allowed: |ends| ends.direction == Direction::Upload,
        meant: "for uploads",
    },
    Rule {
        parameters: &[&row::TIER, &row::BLOB_TAGS],
        is_allowed: |ends| ends.target == EndKind::Blob || ends.discards,
        meant: "for copies to blobs and `azring set-properties`",
    },
    Rule {
        parameters: &[
            &row::METADATA,
            &row::CONTENT_ENCODING,
            &row::CONTENT_LANGUAGE,
            &row::CONTENT_DISPOSITION,
            &row::CACHE_CONTROL,
        ],
        is_allowed: |ends| matches!(ends.target, EndKind::Blob | EndKind::Share) || ends.discards,
        meant: "for copies to blobs or files of a share and `azring set-properties`",
    },
    Rule {
        parameters: &[&row::KEEP_TIER, &row::KEEP_TAGS],
        is_allowed: |ends| ends.source == EndKind::Blob && ends.target == EndKind::Blob,
        meant: "for copies from blobs to blobs",
    },
    Rule {
        parameters: &[&row::LINKS],
        is_allowed: |ends| {
            let is_local = |end| end == EndKind::Local;
            let is_of_service = |end| matches!(end, EndKind::Blob | EndKind::Share);
            is_local(ends.source) && is_of_service(ends.target)
                || is_of_service(ends.source) && is_local(ends.target)
        },
        meant: "for copies between local files and blobs or files of a share",
    },
    Rule {
        parameters: &[&row::POSIX, &row::FOLDER_MARKS],
        is_allowed: |ends| ends.has_files_and_blobs,
        meant: "for copies between local files and blobs",
    },
    Rule {
        parameters: &[&row::KEEP_SPECIAL_BITS],
        is_allowed: |ends| ends.has_files_and_blobs && ends.direction == Direction::Download,
        meant: "for downloads of blobs that restore POSIX properties",
    },
    Rule {
        parameters: &[&row::CHECK_MD5, &row::MT],
        is_allowed: |ends| {
            ends.direction != Direction::ServiceToService || ends.target == EndKind::Table
        },
        meant: "for downloads",
    },
    Rule {
        parameters: &[&row::PRESERVE_SMB],
        is_allowed: |ends| {
            let keeps = |end| matches!(end, EndKind::Share | EndKind::Local);
            let has_share = ends.source == EndKind::Share || ends.target == EndKind::Share;
            has_share && keeps(ends.source) && keeps(ends.target)
        },
        meant: "for copies from or to a file share whose other end is a file share or local files: \
                only they have Windows attributes",
    },
    Rule {
        parameters: &[&row::SYNC_COPY, &row::SERVER_COPY],
        is_allowed: |ends| ends.direction == Direction::ServiceToService,
        meant: "for copies from a service to a service",
    },
];
