//! Which shard a name belongs to.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// The index of the name's shard of so many.
fn index(name: &str, count: u32) -> u32 {
    NameShard { index: 0, count }.of(name.as_bytes()).index
}

/// Computed by another implementation, from the description above and Python's `unicodedata`. They must never
/// change: processes of different versions would copy some names twice and others not at all.
#[test]
fn the_shard_of_a_name_is_the_same_on_every_machine_and_in_every_version() {
    for (name, of_2, of_4, of_7, of_16) in [
        ("", 1, 3, 6, 14),
        ("a", 1, 2, 3, 8),
        ("a.txt", 1, 3, 6, 14),
        ("logs/2026/11/29/part-00000.parquet", 0, 1, 2, 6),
        ("logs/2026/11/29/part-00001.parquet", 1, 2, 3, 8),
        ("Straße/Übersicht.pdf", 0, 0, 1, 3),
        ("写真/東京 2026.jpg", 0, 0, 0, 0),
        ("отчёт.docx", 0, 1, 3, 6),
        ("a//b", 1, 3, 5, 13),
        ("e\u{301}te\u{301}", 0, 1, 2, 5),
        ("x y (1).vhd", 0, 1, 2, 6),
    ] {
        let found = [2, 4, 7, 16].map(|count| index(name, count));
        assert_eq!(found, [of_2, of_4, of_7, of_16], "{name}");
    }
}

/// ext4 with `casefold`, exFAT, SMB servers and file shares take such names for one, or the names of files are
/// made of the names of blobs so that they become one.
#[test]
fn names_that_may_become_one_at_a_target_belong_to_one_shard() {
    for names in [
        &["a/b.txt", "A/B.TXT", "a//b.txt", "a/%2Fb.txt", "a/b%00.txt"][..],
        &["é", "e\u{301}", "É", "E\u{301}"],
        &["straße", "STRASSE", "strasse", "STRAẞE"],
        &["kelvin", "\u{212a}elvin"],
        &["ﬁle", "file", "FILE"],
        &["σ", "ς", "Σ"],
        &["ı", "i", "I", "İ"],
        &["a\u{ad}b", "ab"],
        &["dir", "dir/", "dir."],
        &["가", "\u{1100}\u{1161}"],
        // The upper case of the first letter ends with an iota of its own, behind which the mark stays.
        &["\u{1f80}\u{16af0}", "\u{1f08}\u{399}\u{16af0}"],
    ] {
        for count in 1..=SHARDS_MAX {
            let shards: BTreeSet<u32> = names.iter().map(|name| index(name, count)).collect();
            assert_eq!(shards.len(), 1, "{names:?} of {count}");
        }
    }
}

#[test]
fn the_shards_of_usual_names_are_of_nearly_equal_size() {
    for count in [2, 3, 4, 8, 16] {
        for name in [
            |at: u32| format!("data/part-{at:05}-of-20000"),
            |at: u32| format!("img_{at}.jpg"),
            |at: u32| format!("{:x}/{at}", at % 64),
            |at: u32| {
                let letter = |at: u32| char::from_u32(0x4e00 + at % 400).expect("it is a letter");
                [letter(at), letter(at / 400)].into_iter().collect()
            },
        ] {
            let mut sizes = vec![0_u32; count as usize];
            for at in 0..20_000 {
                sizes[index(&name(at), count) as usize] += 1;
            }
            let mean = 20_000 / count;
            let worst = sizes.iter().map(|size| size.abs_diff(mean)).max();
            assert!(worst.is_some_and(|worst| worst <= mean / 10), "{sizes:?}");
        }
    }
}

#[test]
fn a_shard_that_is_none_is_refused() {
    for text in ["0/1", "3/4", "15/16"] {
        let shard = NameShard::parse(text);
        assert_eq!(shard.map(|shard| shard.to_string()).as_deref(), Some(text));
    }
    for text in [
        "", "1", "/", "1/", "/4", "4/4", "0/0", "-1/4", "+1/4", "1/4/4", "0/17", "a/4", "1 /4",
    ] {
        assert_eq!(NameShard::parse(text), None, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_shards_are_the_listing_and_no_name_is_in_two(
        names in vec(vec(any::<u8>(), 0..16), 0..12),
        texts in vec("\\PC{0,12}", 0..8),
        count in 1..=SHARDS_MAX,
    ) {
        let texts = texts.into_iter().map(String::into_bytes);
        let names: Vec<Vec<u8>> = names.into_iter().chain(texts).collect();
        for name in &names {
            let having = (0..count)
                .filter(|index| NameShard::new(*index, count).is_some_and(|shard| shard.has(name)));
            prop_assert_eq!(having.count(), 1);
        }
    }

    #[test]
    fn case_and_normal_form_change_no_shard(text in "\\PC{0,16}", count in 1..=SHARDS_MAX) {
        let normalizer = DecomposingNormalizerBorrowed::new_nfd();
        let folded = normalizer.normalize(&text.to_uppercase()).into_owned();
        prop_assert_eq!(index(&text, count), index(&folded, count));
        prop_assert_eq!(index(&text, count), index(&text.to_lowercase(), count));
    }
}
