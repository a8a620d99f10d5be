//! Lists one level: its folders and the blobs between them, in the service's order.

use super::container::{Container, PageQuery, QueryKind};
use crate::store::blob::request::list_blobs::{self, LevelItem};
use crate::store::rest::page_feed::read_aside;

/// The most items of the first page. A level without folders then costs little, and most levels of
/// folders are complete.
const FIRST_ENTRIES: usize = 1000;

/// The most pages of a level. Its items are kept in memory while its blobs are listed.
const PAGES_MAX: usize = 5;

/// The items of the level below `prefix`.
///
/// `None` where there are too many, where most of them are blobs, where their order is not known, and
/// where the service refuses the request.
pub(super) async fn level(container: &dyn Container, prefix: &str) -> Option<Vec<LevelItem>> {
    let mut items: Vec<LevelItem> = Vec::new();
    let mut after = None;
    let mut entries_max = Some(FIRST_ENTRIES);
    for _ in 0..PAGES_MAX {
        let body = container
            .page(PageQuery {
                prefix,
                from: None,
                after: after.as_ref(),
                kind: QueryKind::Level(entries_max.take()),
            })
            .await
            .ok()?;
        let (mut page, next) = read_aside(body, list_blobs::parse_level).await.ok()?;
        if !bring_in_order(&mut page) {
            return None;
        }
        items.append(&mut page);
        let Some(next) = next else {
            items.dedup();
            return Some(items);
        };
        let folders = items.iter().filter(|item| item.is_prefix).count();
        if folders * 2 < items.len() {
            return None;
        }
        after = Some(next);
    }
    None
}

/// Merges the folders and the blobs of a page. Azurite lists them apart, each in the order of UTF-16.
///
/// False where the page may also be in the order of another service.
fn bring_in_order(page: &mut Vec<LevelItem>) -> bool {
    let changes = page
        .windows(2)
        .filter(|pair| pair[0].is_prefix != pair[1].is_prefix);
    if changes.count() != 1 {
        return true;
    }
    let mut merged = page.clone();
    merged.sort_by(|one, other| one.name.encode_utf16().cmp(other.name.encode_utf16()));
    if merged == *page {
        return true;
    }
    // A service with a hierarchical namespace may sort folder by folder.
    let parts = |item: &LevelItem| item.name.replace('/', "\0");
    let is_some_order = page.is_sorted_by_key(|item| item.name.clone())
        || page.is_sorted_by_key(parts)
        || page
            .is_sorted_by(|one, other| parts(one).encode_utf16().le(parts(other).encode_utf16()));
    *page = merged;
    !is_some_order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(names: &[&str]) -> Vec<LevelItem> {
        let item = |name: &&str| LevelItem {
            is_prefix: name.ends_with('/'),
            name: (*name).into(),
        };
        names.iter().map(item).collect()
    }

    #[test]
    fn folders_that_are_listed_apart_come_in_between() {
        for (listed, order) in [
            (&["a", "c", "b/", "d/"][..], &["a", "b/", "c", "d/"][..]),
            (&["b/", "d/", "a", "c"], &["a", "b/", "c", "d/"]),
            (
                &["b/", "\u{1f600}/", "a", "\u{ff00}"],
                &["a", "b/", "\u{1f600}/", "\u{ff00}"],
            ),
            // Items that alternate, or that are of one kind, are in the service's order.
            (&["a/", "a-b", "a-c/"], &["a/", "a-b", "a-c/"]),
            (&["b", "a"], &["b", "a"]),
            (&["a", "b/"], &["a", "b/"]),
        ] {
            let mut page = items(listed);
            assert!(bring_in_order(&mut page), "{listed:?}");
            assert_eq!(page, items(order));
        }
    }

    #[test]
    fn an_order_that_may_be_another_is_not_guessed() {
        for listed in [&["a/", "a-b"][..], &["\u{ff00}", "\u{1f600}/"]] {
            assert!(!bring_in_order(&mut items(listed)), "{listed:?}");
        }
    }
}
