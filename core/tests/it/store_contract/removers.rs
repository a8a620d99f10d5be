//! The promises of a remover.

use azring_core::Error;
use azring_core::store::{ListScope, Removal};

use super::stores::{fill, keeping};
use super::{NAMES, list, names, within};

#[test]
fn what_was_listed_is_removed_and_each_has_its_result() {
    for store in keeping() {
        fill(&store, &NAMES);
        within(async |tools| {
            let listed = list(&tools, &store.source, ListScope::default()).await;
            let remover = store.remover.as_ref().expect("it keeps objects");
            assert!(store.objects.remove("a/x"), "somebody else removes it");
            let results = remover.remove(&tools, &listed[..5]).await;
            let results: Vec<_> = results.into_iter().map(Result::ok).collect();
            let (done, missing) = (Some(Removal::Removed), Some(Removal::Missing));
            let expected = [done, done, done, missing, done];
            assert_eq!(results, expected, "{}", store.label);
            let left = list(&tools, &store.source, ListScope::default()).await;
            assert_eq!(names(&left), NAMES[5..], "{}", store.label);
        });
    }
}

#[test]
fn an_object_that_changed_since_it_was_listed_stays() {
    for store in keeping() {
        fill(&store, &["a", "b", "c"]);
        within(async |tools| {
            let listed = list(&tools, &store.source, ListScope::default()).await;
            assert!(store.objects.put("b", b"of somebody else"));
            let remover = store.remover.as_ref().expect("it keeps objects");
            let results = remover.remove(&tools, &listed).await;
            let label = store.label;
            assert!(matches!(results[0], Ok(Removal::Removed)), "{label}");
            assert!(
                matches!(results[1], Err(Error::TargetChanged(_))),
                "{label}"
            );
            assert!(matches!(results[2], Ok(Removal::Removed)), "{label}");
            let left = list(&tools, &store.source, ListScope::default()).await;
            assert_eq!(names(&left), ["b"], "{label}");
        });
    }
}

#[test]
fn more_objects_than_one_batch_takes_are_removed_in_one_call() {
    let many: Vec<String> = (0..600).map(|number| format!("d/{number:03}")).collect();
    for store in keeping() {
        fill(&store, &many.iter().map(String::as_str).collect::<Vec<_>>());
        within(async |tools| {
            let listed = list(&tools, &store.source, ListScope::default()).await;
            let remover = store.remover.as_ref().expect("it keeps objects");
            let results = remover.remove(&tools, &listed).await;
            assert_eq!(results.len(), many.len(), "{}", store.label);
            assert!(results.iter().all(Result::is_ok), "{}", store.label);
            assert_eq!(store.objects.count(), 0, "{}", store.label);
        });
    }
}
