//! The promises of a source.

use azring_core::entry::Entry;
use azring_core::plan::chunks::Chunks;
use azring_core::store::{ListScope, Source, Tools};
use azring_core::{Error, Result};

use super::stores::{Store, all, fill, keeping};
use super::{CHUNK_BYTES, NAMES, list, list_pages, name, names, within};

/// Every store, with objects in it.
fn filled() -> Vec<Store> {
    let stores = all();
    for store in stores.iter().filter(|store| store.keeps_objects()) {
        fill(store, &NAMES);
    }
    stores
}

/// The bytes of the listed version, read in chunks from the last to the first.
async fn read(tools: &Tools, source: &dyn Source, entry: &Entry) -> Result<Vec<u8>> {
    let reader = source.open(tools, entry).await?;
    let mut bytes = vec![0; entry.bytes as usize];
    let chunks: Vec<_> = Chunks::new(entry.bytes, CHUNK_BYTES).collect();
    for chunk in chunks.into_iter().rev() {
        let lease = tools.pool.lease(chunk.bytes as usize).await?;
        let filled = reader.read(tools, chunk, lease).await?.freeze();
        let data: Vec<u8> = filled.runs().collect::<Vec<_>>().concat();
        bytes[chunk.offset as usize..chunk.end() as usize].copy_from_slice(&data);
    }
    reader.finish(tools).await?;
    Ok(bytes)
}

#[test]
fn names_come_once_and_in_the_order_of_bytes() {
    for store in filled() {
        let listed = within(async |tools| list(&tools, &store.source, ListScope::default()).await);
        let listed = names(&listed);
        assert!(!listed.is_empty(), "{}", store.label);
        assert!(listed.is_sorted(), "{}: {listed:?}", store.label);
        if store.keeps_objects() {
            assert_eq!(listed, NAMES, "{}", store.label);
        }
    }
}

#[test]
fn a_listing_goes_on_after_every_object() {
    for store in filled() {
        within(async |tools| {
            let all = list_pages(&tools, &store.source, ListScope::default()).await;
            let step = (all.len() / 20).max(1);
            for (at, (entry, marker)) in all.iter().enumerate().step_by(step) {
                let scope = ListScope {
                    after: Some((entry.name.clone(), None)),
                    marker: marker.clone(),
                    ..ListScope::default()
                };
                assert!(store.source.can_resume(&scope), "{}", store.label);
                let rest = list(&tools, &store.source, scope).await;
                let expected = all[at + 1..]
                    .iter()
                    .map(|(entry, _)| entry.name.to_string());
                let expected: Vec<_> = expected.collect();
                assert_eq!(
                    names(&rest),
                    expected,
                    "{} after {}",
                    store.label,
                    entry.name
                );
            }
        });
    }
}

#[test]
fn a_listing_goes_on_after_an_object_that_is_gone() {
    for store in keeping() {
        fill(&store, &NAMES);
        within(async |tools| {
            let all = list_pages(&tools, &store.source, ListScope::default()).await;
            for (at, (entry, marker)) in all.iter().enumerate() {
                assert!(store.objects.remove(NAMES[at]));
                let scope = ListScope {
                    after: Some((entry.name.clone(), None)),
                    marker: marker.clone(),
                    ..ListScope::default()
                };
                let rest = list(&tools, &store.source, scope).await;
                assert_eq!(names(&rest), NAMES[at + 1..], "{}", store.label);
                assert!(store.objects.put(NAMES[at], b"again"));
            }
        });
    }
}

#[test]
fn a_listing_ends_before_the_name_that_was_given() {
    for store in filled() {
        within(async |tools| {
            let all = list(&tools, &store.source, ListScope::default()).await;
            let all = names(&all);
            let beyond = ["0", "a!", "a/", "a/z", "b", "zz"].map(str::to_owned);
            let step = (all.len() / 20).max(1);
            for until in all.iter().step_by(step).chain(&beyond) {
                let scope = ListScope {
                    until: Some(name(until)),
                    ..ListScope::default()
                };
                let listed = names(&list(&tools, &store.source, scope).await);
                let before = all.iter().filter(|name| *name < until);
                let expected: Vec<_> = before.cloned().collect();
                assert_eq!(listed, expected, "{} until {until}", store.label);
            }
        });
    }
}

#[test]
fn an_object_is_found_as_it_was_listed_and_a_missing_one_is_not() {
    for store in filled() {
        within(async |tools| {
            let (source, label) = (&store.source, store.label);
            for listed in list(&tools, source, ListScope::default())
                .await
                .iter()
                .take(20)
            {
                let found = source.find(&tools, &listed.name, None).await;
                let found = found.expect("it can be asked for").expect("it is there");
                assert_eq!(found.version, listed.version, "{label}: {}", listed.name);
                assert_eq!(found.bytes, listed.bytes, "{label}: {}", listed.name);
                assert!(source.has(&tools, &listed.name).await.expect("an answer"));
            }
            let missing = name("a/missing");
            let found = source.find(&tools, &missing, None).await;
            assert!(found.expect("an answer").is_none(), "{label}");
            assert!(
                !source.has(&tools, &missing).await.expect("an answer"),
                "{label}"
            );
        });
    }
}

#[test]
fn chunks_are_read_in_any_order_and_give_the_bytes() {
    let long: Vec<u8> = (0..5 * CHUNK_BYTES + 77).map(|at| (at / 7) as u8).collect();
    for store in filled() {
        let is_kept = store.objects.put("long", &long) && store.objects.put("empty", b"");
        within(async |tools| {
            for entry in list(&tools, &store.source, ListScope::default())
                .await
                .iter()
                .take(20)
            {
                let bytes = read(&tools, &*store.source, entry).await;
                let expected = store.objects.get(&entry.name.to_string());
                let label = store.label;
                assert!(bytes.ok() == expected, "{label}: {}", entry.name);
            }
        });
        assert_eq!(is_kept, store.keeps_objects());
    }
}

#[test]
fn an_object_that_changed_since_it_was_listed_is_not_read() {
    type Change = fn(&Store) -> bool;
    let changes: [(&str, Change); 3] = [
        ("has other bytes", |store| store.objects.put("a", b"b")),
        ("is longer", |store| store.objects.put("a", b"longer")),
        ("is gone", |store| store.objects.remove("a")),
    ];
    for (what, change) in changes {
        for store in keeping() {
            fill(&store, &["a"]);
            within(async |tools| {
                let listed = list(&tools, &store.source, ListScope::default()).await;
                assert!(change(&store));
                let outcome = read(&tools, &*store.source, &listed[0]).await;
                assert!(outcome.is_err(), "{}: one that {what} is read", store.label);
            });
        }
    }
}

#[test]
fn an_object_that_changes_while_it_is_read_is_a_failure() {
    let bytes = |byte: u8| vec![byte; 3 * CHUNK_BYTES as usize];
    for store in keeping() {
        assert!(store.objects.put("a", &bytes(1)));
        let outcome = within(async |tools| -> Result<()> {
            let listed = list(&tools, &store.source, ListScope::default()).await;
            let reader = store.source.open(&tools, &listed[0]).await?;
            for (number, chunk) in Chunks::new(listed[0].bytes, CHUNK_BYTES).enumerate() {
                let lease = tools.pool.lease(chunk.bytes as usize).await?;
                reader.read(&tools, chunk, lease).await?;
                if number == 0 {
                    assert!(store.objects.put("a", &bytes(2)));
                }
            }
            reader.finish(&tools).await
        });
        let label = store.label;
        assert!(
            matches!(outcome, Err(Error::Changed(_))),
            "{label}: {outcome:?}"
        );
    }
}
