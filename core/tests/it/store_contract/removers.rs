//! The promises of a remover.

use azring_core::Error;
use azring_core::entry::Entry;
use azring_core::store::{ListScope, Removal};
use azring_emulator_tests::single_account;

use super::blob_service::{BatchMode, BlobService};
use super::stores::{blobs_of, fill, keeping, share_of};
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

/// Removes 600 blobs of a service; returns how many batches that took.
fn batches_for_600(batch_mode: BatchMode) -> usize {
    let service = BlobService::start().with_batches(batch_mode);
    let store = blobs_of(service.clone());
    let many: Vec<String> = (0..600).map(|number| format!("{number:03}")).collect();
    fill(&store, &many.iter().map(String::as_str).collect::<Vec<_>>());
    within(async |tools| {
        let listed = list(&tools, &store.source, ListScope::default()).await;
        let remover = store.remover.as_ref().expect("it keeps objects");
        let results = remover.remove(&tools, &listed).await;
        let done = results
            .into_iter()
            .filter(|result| matches!(result, Ok(Removal::Removed)));
        assert_eq!(done.count(), 600);
        assert_eq!(store.objects.count(), 0);
    });
    service.batches()
}

#[test]
fn blobs_are_removed_by_batches_of_256() {
    assert_eq!(batches_for_600(BatchMode::Served), 3);
}

#[test]
fn a_service_without_batches_gets_one_and_then_single_requests() {
    assert_eq!(batches_for_600(BatchMode::Refused), 1);
}

#[test]
fn a_part_that_a_busy_service_refused_is_repeated_singly() {
    assert_eq!(batches_for_600(BatchMode::Busy), 3);
}

#[test]
fn a_part_without_an_answer_is_repeated_singly() {
    assert_eq!(batches_for_600(BatchMode::Partial), 3);
}

#[test]
fn a_part_that_is_missing_for_a_batch_is_asked_for_singly() {
    assert_eq!(batches_for_600(BatchMode::Astray), 3);
}

#[test]
fn answers_without_ids_are_no_failures_of_what_was_removed() {
    let service = BlobService::start().with_batches(BatchMode::Unnamed);
    let store = blobs_of(service);
    fill(&store, &["a", "b"]);
    within(async |tools| {
        let listed = list(&tools, &store.source, ListScope::default()).await;
        let remover = store.remover.as_ref().expect("it keeps objects");
        let results = remover.remove(&tools, &listed).await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(store.objects.count(), 0);
    });
}

#[test]
fn two_answers_to_one_part_do_not_count() {
    let service = BlobService::start().with_batches(BatchMode::Doubled);
    let store = blobs_of(service);
    fill(&store, &["a", "b"]);
    within(async |tools| {
        let listed = list(&tools, &store.source, ListScope::default()).await;
        assert!(store.objects.put("b", b"of somebody else"));
        let remover = store.remover.as_ref().expect("it keeps objects");
        let results = remover.remove(&tools, &listed).await;
        assert!(results[0].is_ok(), "{results:?}");
        assert!(
            matches!(results[1], Err(Error::TargetChanged(_))),
            "{results:?}"
        );
    });
}

#[test]
fn directories_of_a_share_are_removed_once_they_are_empty() {
    let (server, service) = single_account::start_for_files();
    let share = service.fresh_share("contract");
    let store = share_of(server, share.clone());
    fill(&store, &["a/b/x", "a/y", "c/d/z", "c/w", "top"]);
    within(async |tools| {
        let listed = list(&tools, &store.source, ListScope::default()).await;
        let remover = store.remover.as_ref().expect("it keeps objects");
        let is_removed = |entry: &Entry| entry.name.to_string() != "c/w";
        let gone: Vec<_> = listed.into_iter().filter(is_removed).collect();
        let results = remover.remove(&tools, &gone).await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(share.directories(), ["a", "a/b", "c", "c/d"]);
        remover.remove_empty_folders(&tools).await;
        assert_eq!(share.directories(), ["c"]);
        assert_eq!(store.objects.get("c/w").as_deref(), Some(&b"c/w"[..]));
    });
}
