//! The sizes of chunks: by the controller's wish, within what target and user allow.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use proptest::prelude::*;

use super::*;
use crate::Result;
use crate::digest::Hashers;
use crate::entry::{ETag, EntryName, Layout, Version};
use crate::location::{Access, Location, parse};
use crate::options::{
    CopyWay, DownloadOptions, Engine, Integrity, Selection, TableOptions, UploadOptions,
};
use crate::plan::chunks::CHUNK_BYTES_MIN;
use crate::plan::route::Route;
use crate::report::{Event, Observer, OverwriteAnswer};
use crate::store::blob::{BlobTarget, properties::BlobType};
use crate::store::share::ShareTarget;
use crate::transfer::testing;

const MIB: u64 = 1 << 20;

/// An observer without events and answers.
struct Nobody;

impl Observer for Nobody {
    fn event(&self, _event: Event<'_>) {}

    fn ask_overwrite(&self, _source: &str, _target: &str) -> OverwriteAnswer {
        OverwriteAnswer::No
    }
}

/// An upload with these options.
struct Upload {
    options: Options,
    ends: Ends,
    chunk_size_hint: ChunkSizeHint,
}

impl Upload {
    fn of(shape: UploadOptions) -> Self {
        let url = "https://a.blob.core.windows.net/c";
        let Ok(Location::Blob(place)) = parse(url, Access::default(), None) else {
            panic!("a container");
        };
        let (source, target) = (Location::Local("/s".into()), Location::Blob(place.clone()));
        let nowhere = testing::context(Integrity::default(), &Hashers::start(1).0);
        Self {
            ends: Ends {
                source: Arc::clone(&nowhere.source),
                source_folder: source.clone(),
                target: Arc::new(BlobTarget::new(place, &shape, false)),
                server_copy: None,
                single: None,
                wants_md5: false,
                route: Route::between(&source, &target, false).unwrap(),
            },
            options: Options {
                source,
                target,
                selection: Selection::default(),
                conflict: Conflict::default(),
                properties: Arc::default(),
                upload: shape,
                integrity: Integrity::default(),
                download: DownloadOptions::default(),
                engine: Engine::default(),
                sync_copy: false,
                preserve_smb: false,
                posix: crate::options::PosixOptions::default(),
                as_subdir: false,
                copy_way: CopyWay::Auto,
                table: TableOptions::default(),
                sync: None,
                moves: None,
                verify: None,
                shard: None,
                preview: false,
            },
            chunk_size_hint: ChunkSizeHint::default(),
        }
    }

    /// The size of the chunks of an object that is new.
    fn chunk_bytes(&self, bytes: u64) -> u64 {
        self.cut_of(self.inspected(bytes))
    }

    fn inspected(&self, bytes: u64) -> InspectedEntry {
        let name = EntryName::from("x");
        let target = self.ends.target.name(&name);
        InspectedEntry {
            entry: Entry {
                name,
                bytes,
                modified: UNIX_EPOCH,
                version: Version::Service(ETag("1".into())),
                md5: None,
                kind: Layout::Plain,
                carried: None,
                snapshot: None,
                smb: None,
                archive: None,
            },
            found: target.map(|target| Inspection {
                target,
                stat: None,
                extents: None,
                flaw: None,
                shown_type: None,
                is_in_place: false,
                action: None,
            }),
            basis: ChunkSizeBasis::Now,
        }
    }

    fn cut_of(&self, inspected: InspectedEntry) -> u64 {
        let planner = Planner::new(&self.options, &self.ends, &self.chunk_size_hint);
        match planner.decide(inspected, &Nobody) {
            EntryPlan::Task(task) => task.chunks.chunk_bytes(),
            other => panic!("{other:?}"),
        }
    }
}

fn shape(blob_type: BlobType) -> UploadOptions {
    UploadOptions {
        blob_type: Some(blob_type),
        ..UploadOptions::default()
    }
}

#[test]
fn chunks_are_small_only_while_the_link_is_slow() {
    let upload = Upload::of(shape(BlobType::Block));
    assert_eq!(upload.chunk_bytes(64 * MIB), 4 * MIB);
    upload.chunk_size_hint.set(MIB);
    assert_eq!(upload.chunk_bytes(64 * MIB), MIB);
    upload.chunk_size_hint.set(1);
    assert_eq!(upload.chunk_bytes(64 * MIB), CHUNK_BYTES_MIN);
    upload.chunk_size_hint.set(4 * MIB);
    assert_eq!(upload.chunk_bytes(64 * MIB), 4 * MIB);
}

#[test]
fn a_size_that_the_user_chose_stays_and_so_does_that_of_what_is_appended() {
    let chosen = Upload::of(UploadOptions {
        block_bytes: 8 * MIB,
        keeps_block_bytes: true,
        ..shape(BlobType::Block)
    });
    let appended = Upload::of(shape(BlobType::Append));
    for upload in [&chosen, &appended] {
        let before = upload.chunk_bytes(64 * MIB);
        upload.chunk_size_hint.set(CHUNK_BYTES_MIN);
        assert_eq!(upload.chunk_bytes(64 * MIB), before);
    }
}

#[test]
fn what_an_earlier_run_began_is_cut_as_it_was() {
    let upload = Upload::of(shape(BlobType::Block));
    for (now, begun, expected) in [
        (4 * MIB, Some(MIB), MIB),
        (MIB, Some(4 * MIB), 4 * MIB),
        // An earlier run that recorded no size knew only one.
        (MIB, None, 4 * MIB),
        // That is no size of a chunk.
        (MIB, Some(1), 4 * MIB),
    ] {
        upload.chunk_size_hint.set(now);
        let inspected = upload.inspected(64 * MIB).begun(begun);
        assert_eq!(upload.cut_of(inspected), expected, "{now} {begun:?}");
    }
}

#[test]
fn an_object_that_cannot_be_inspected_keeps_its_name_in_a_share() {
    let url = "https://a.file.core.windows.net/s";
    let Ok(Location::Share(place)) = parse(url, Access::default(), None) else {
        panic!("a share");
    };
    let mut upload = Upload::of(UploadOptions::default());
    let target = Location::Share(place.clone());
    upload.ends.route = Route::between(&upload.options.source, &target, false).unwrap();
    upload.ends.target = Arc::new(ShareTarget::new(place, &upload.ends.route));
    let planner = Planner::new(&upload.options, &upload.ends, &upload.chunk_size_hint);
    let decide = |name: &str, found: Result<()>| {
        let mut inspected = upload.inspected(1);
        inspected.entry.name = EntryName::from(name);
        let found_there = Inspection {
            target: upload.ends.target.name(&inspected.entry.name).unwrap(),
            stat: None,
            extents: None,
            flaw: None,
            shown_type: None,
            is_in_place: false,
            action: None,
        };
        inspected.found = found.map(|()| found_there);
        planner.decide(inspected, &Nobody)
    };
    let unread = decide("A", Err(Error::Changed("`A` has changed".into())));
    assert!(matches!(unread, EntryPlan::Fail(..)));
    let EntryPlan::Fail(_, error) = decide("a", Ok(())) else {
        panic!("it would replace `A`");
    };
    assert_eq!(
        error.to_string(),
        "`a` would become `a` at the destination, which ignores case, and so replace `A`, another selected object"
    );
    assert!(matches!(decide("A", Ok(())), EntryPlan::Task(_)));
}

proptest! {
    #[test]
    fn blocks_fit_the_service_and_the_wish_on_any_link(
        bytes in (0_u32..48).prop_flat_map(|bits| 0..=1_u64 << bits),
        cut in (0_u32..33).prop_flat_map(|bits| 0..=1_u64 << bits),
        is_paged: bool,
    ) {
        let blob_type = if is_paged { BlobType::Page } else { BlobType::Block };
        let upload = Upload::of(shape(blob_type));
        let bytes = if is_paged { (bytes & !511).min(8 << 40) } else { bytes };
        let freely = upload.chunk_bytes(bytes);
        upload.chunk_size_hint.set(cut);
        let chunk_bytes = upload.chunk_bytes(bytes);
        let pieces = upload.ends.target.form(Layout::Plain).pieces;
        prop_assert!(chunk_bytes <= freely);
        prop_assert!(chunk_bytes >= CHUNK_BYTES_MIN);
        prop_assert!(bytes.div_ceil(chunk_bytes) <= pieces.rule.chunks_max);
        prop_assert!(chunk_bytes.is_multiple_of(CHUNK_BYTES_MIN));
        if cut == 0 {
            prop_assert_eq!(chunk_bytes, freely);
        }
    }
}
