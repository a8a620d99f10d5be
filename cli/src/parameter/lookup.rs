//! The whole table, and its rows by name.

use super::definition::{Group, Parameter};
use super::{
    filter, listing, location, login, machine, measure, naming, posix, properties, selection,
    session, shard, sync, table, transfer,
};

/// The whole table.
pub(crate) static GROUPS: &[Group] = &[
    location::GROUP,
    login::GROUP,
    selection::GROUP,
    filter::GROUP,
    transfer::GROUP,
    properties::GROUP,
    posix::GROUP,
    machine::GROUP,
    table::GROUP,
    measure::GROUP,
    sync::GROUP,
    shard::GROUP,
    naming::GROUP,
    listing::GROUP,
    session::GROUP,
];

/// Every parameter, group by group.
pub(crate) fn all() -> impl Iterator<Item = &'static Parameter> {
    GROUPS.iter().flat_map(|group| group.rows.iter().copied())
}

/// The parameter that the slash dialect calls `name` (without the slash), in any case.
pub(crate) fn by_slash(name: &str) -> Option<&'static Parameter> {
    all().find(|row| row.slash.eq_ignore_ascii_case(name))
}

/// The parameter that the dash dialect calls `name` (without the dashes).
pub(crate) fn by_dash(name: &str) -> Option<&'static Parameter> {
    all().find(|row| row.dash.contains(&name))
}

impl Parameter {
    /// The heading of its group.
    pub(crate) fn group(&self) -> &'static str {
        GROUPS
            .iter()
            .find(|group| group.rows.iter().any(|row| row.is(self)))
            .map_or("", |group| group.title)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::{Dialect, IO, PATTERN, S, SET_CONTENT_TYPE};
    use super::*;

    #[test]
    fn no_name_means_two_parameters() {
        let slash: Vec<_> = all().map(|row| row.slash.to_ascii_lowercase()).collect();
        assert_eq!(slash.iter().collect::<HashSet<_>>().len(), slash.len());
        let dash: Vec<_> = all().flat_map(|row| row.dash).collect();
        assert_eq!(dash.iter().collect::<HashSet<_>>().len(), dash.len());
    }

    #[test]
    fn every_parameter_of_the_article_is_a_row() {
        let article = "Source Dest Pattern DestKey DestSAS SourceKey SourceSAS S BlobType CheckMD5 Snapshot V Z @ Y L MT \
                       XN XO A IA XA Delimiter NC SourceType DestType PKRS SplitSize EntityOperation Manifest SyncCopy \
                       SetContentType PayloadFormat BlockSizeInMb ?";
        for name in article.split_whitespace() {
            assert!(by_slash(name).is_some(), "/{name} is missing");
        }
    }

    #[test]
    fn every_option_of_azcopy_on_linux_is_a_row() {
        let linux = "source destination source-key dest-key source-sas dest-sas include recursive include-snapshot \
                     blob-type set-content-type sync-copy preserve-last-modified-time exclude-newer exclude-older quiet \
                     verbose resume parallel-level config-file help version dest-type source-type block-size \
                     block-size-in-mb check-md5 delimiter dry-run list";
        for name in linux.split_whitespace() {
            assert!(by_dash(name).is_some(), "--{name} is missing");
        }
    }

    #[test]
    fn every_row_is_reported_in_both_dialects_and_in_both_lengths() {
        for row in all() {
            assert!(!row.dash.is_empty(), "/{} has no dash spelling", row.slash);
            assert!(
                !row.brief.is_empty() && row.brief.len() <= 60,
                "/{}",
                row.slash
            );
            assert!(!row.brief.ends_with('.'), "/{}", row.slash);
            assert!(row.detail.ends_with('.'), "/{}", row.slash);
            assert!(!row.since.is_empty(), "/{}", row.slash);
        }
    }

    #[test]
    fn no_secret_is_part_of_a_job() {
        assert!(all().all(|row| !(row.secret && row.identity)));
    }

    #[test]
    fn a_usage_shows_what_the_value_is() {
        assert_eq!(PATTERN.usage(Dialect::Slash), "/Pattern:<pattern>");
        assert_eq!(PATTERN.usage(Dialect::Dash), "--include <pattern>");
        assert_eq!(
            SET_CONTENT_TYPE.usage(Dialect::Slash),
            "/SetContentType[:<type>]"
        );
        assert_eq!(IO.usage(Dialect::Dash), "--io auto|ring|threads");
        assert_eq!(S.usage(Dialect::Dash), "--recursive");
    }
}
