//! The part of a listing of an account that concerns one container.
//!
//! The marker of a page is the container, a slash, and the marker of the page in that container.

use crate::entry::EntryName;
use crate::store::ListScope;

/// The order of a container among the others: that of the full names in it.
pub(super) fn order(container: &str) -> String {
    format!("{container}/")
}

/// The marker of a page of a container.
pub(super) fn marker(container: &str, marker: Option<&str>) -> Box<str> {
    format!("{container}/{}", marker.unwrap_or_default()).into()
}

/// What is listed of this container; `None` where nothing is.
pub(super) fn of_container(scope: &ListScope, container: &str) -> Option<ListScope> {
    let order = order(container);
    if let Some(folder) = &scope.folder {
        return (folder.as_bytes() == container.as_bytes()).then(ListScope::default);
    }
    let mut part = ListScope::default();
    if let Some(until) = &scope.until {
        if until.as_bytes() <= order.as_bytes() {
            return None;
        }
        part.until = within(until, &order);
    }
    let after = scope.after.as_ref();
    let position = scope
        .marker
        .as_deref()
        .or_else(|| after.and_then(|(name, _)| name.as_str()));
    let Some((current, _)) = position.and_then(|position| position.split_once('/')) else {
        return Some(part);
    };
    if *order < *self::order(current) {
        return None;
    }
    if container == current {
        let text = scope.marker.as_deref();
        let text = text.and_then(|text| text.strip_prefix(&*order));
        part.marker = text.filter(|text| !text.is_empty()).map(Into::into);
        part.after = after.and_then(|(name, snapshot)| {
            let name = within(name, &order)?;
            Some((name, snapshot.clone()))
        });
    }
    Some(part)
}

/// The name in the container of this order, if it is in it.
fn within(name: &EntryName, order: &str) -> Option<EntryName> {
    name.as_bytes()
        .strip_prefix(order.as_bytes())
        .map(EntryName::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(name: &str, marker: Option<&str>) -> ListScope {
        ListScope {
            after: Some((name.into(), None)),
            marker: marker.map(Into::into),
            ..ListScope::default()
        }
    }

    #[test]
    fn a_listing_resumes_in_the_container_of_its_last_page() {
        let scope = after("b/x", Some("b/5 m"));
        assert_eq!(of_container(&scope, "a"), None);
        assert_eq!(of_container(&scope, "b"), Some(after("x", Some("5 m"))));
        assert_eq!(of_container(&scope, "c"), Some(ListScope::default()));
        // `b-1/` comes before `b/`, as in the order of full names.
        assert_eq!(of_container(&scope, "b-1"), None);
    }

    #[test]
    fn a_page_without_a_planned_object_is_listed_from_its_beginning() {
        let scope = after("a/x", Some("b/"));
        assert_eq!(of_container(&scope, "a"), None);
        assert_eq!(of_container(&scope, "b"), Some(ListScope::default()));
    }

    #[test]
    fn a_listing_ends_before_a_name() {
        let scope = ListScope {
            until: Some("b/m".into()),
            ..ListScope::default()
        };
        assert_eq!(of_container(&scope, "a"), Some(ListScope::default()));
        let part = of_container(&scope, "b").unwrap();
        assert_eq!(part.until, Some("m".into()));
        assert_eq!(of_container(&scope, "c"), None);
    }

    #[test]
    fn a_container_that_could_not_be_listed_is_listed_alone() {
        let scope = ListScope {
            folder: Some("b".into()),
            ..ListScope::default()
        };
        assert_eq!(of_container(&scope, "a"), None);
        assert_eq!(of_container(&scope, "b"), Some(ListScope::default()));
    }
}
