//! List Blobs.

use crate::subject::Subject;

fn filled(s: &Subject, names: &[&str]) -> String {
    let container = s.container();
    for name in names {
        s.put(&format!("{container}/{name}"), b"x").expect(201);
    }
    container
}

fn paged(s: &Subject, container: &str, query: &[(&str, &str)], element: &str) -> Vec<String> {
    let (mut seen, mut marker) = (Vec::new(), String::new());
    loop {
        let mut all = query.to_vec();
        if !marker.is_empty() {
            all.push(("marker", &marker));
        }
        let reply = s.list(container, &all).expect(200);
        seen.extend(reply.all(element));
        marker = reply.one("NextMarker");
        if marker.is_empty() {
            return seen;
        }
    }
}

/// The names of a listing that has `startFrom` on every page, by the first version that has it.
fn begun(s: &Subject, container: &str, query: &[(&str, &str)], page: &str) -> Vec<String> {
    let (mut seen, mut marker) = (Vec::new(), String::new());
    loop {
        let mut list = s.main.get(container).header("x-ms-version", "2026-02-06");
        list = list.query("restype", "container").query("comp", "list");
        let given = [("maxresults", page), ("marker", &marker)];
        let given = query
            .iter()
            .chain(&given)
            .filter(|(_, value)| !value.is_empty());
        for (name, value) in given {
            list = list.query(name, value);
        }
        let reply = list.send().expect(200);
        seen.extend(reply.all("Name"));
        // A name that XML changes is not the name.
        marker = reply.one("NextMarker").replace("&amp;", "&");
        if marker.is_empty() {
            return seen;
        }
    }
}

cases! {
    fn names_come_in_order(s) {
        let container = filled(s, &["b", "a", "c/d", "B", "é"]);
        assert_eq!(s.list(&container, &[]).expect(200).all("Name"), ["B", "a", "b", "c/d", "é"]);
    }

    fn an_empty_container_lists_nothing(s) {
        let reply = s.list(&s.container(), &[]).expect(200);
        assert!(reply.all("Name").is_empty() && reply.one("NextMarker").is_empty());
    }

    fn a_prefix_selects(s) {
        let container = filled(s, &["a", "ab", "abc", "b"]);
        assert_eq!(s.list(&container, &[("prefix", "ab")]).expect(200).all("Name"), ["ab", "abc"]);
    }

    fn pages_join_to_the_whole(s) {
        let names = ["a", "b", "c", "d", "e"];
        let container = filled(s, &names);
        for size in ["1", "2", "5", "6"] {
            assert_eq!(paged(s, &container, &[("maxresults", size)], "Name"), names);
        }
    }

    fn a_delimiter_joins_what_follows_it(s) {
        let container = filled(s, &["a", "d/1", "d/2", "d/e/3", "z"]);
        let reply = s.list(&container, &[("delimiter", "/")]).expect(200);
        let mut names = reply.all("Name");
        names.sort();
        assert_eq!(names, ["a", "d/", "z"]);
        assert_eq!(reply.text().matches("<BlobPrefix>").count(), 1);
    }

    fn a_delimiter_works_below_a_prefix(s) {
        let container = filled(s, &["d/1", "d/e/2", "d/e/3", "d/f/4"]);
        let reply = s.list(&container, &[("delimiter", "/"), ("prefix", "d/")]).expect(200);
        let mut names = reply.all("Name");
        names.sort();
        assert_eq!(names, ["d/1", "d/e/", "d/f/"]);
    }

    fn pages_with_a_delimiter_join_to_the_whole(s) {
        let container = filled(s, &["a/1", "a/2", "b", "c/1", "d"]);
        let mut names = paged(s, &container, &[("delimiter", "/"), ("maxresults", "1")], "Name");
        names.sort();
        assert_eq!(names, ["a/", "b", "c/", "d"]);
    }

    fn a_delimiter_may_be_longer_than_a_character(s) {
        let container = filled(s, &["x::1", "x::2", "y:3"]);
        let reply = s.list(&container, &[("delimiter", "::")]).expect(200);
        let mut names = reply.all("Name");
        names.sort();
        let joined = if s.deviates(20) { "x:" } else { "x::" };
        assert_eq!(names, [joined, "y:3"]);
    }

    fn a_listing_can_begin_at_a_name(s) {
        let names = ["a", "b", "b/c", "b-", "bb", "c&d", "😀"];
        let container = filled(s, &names);
        for (from, prefix, listed) in [
            ("b", "", &["b", "b-", "b/c", "bb", "c&amp;d", "😀"][..]),
            ("b.", "", &["b/c", "bb", "c&amp;d", "😀"]),
            ("c&d", "", &["c&amp;d", "😀"]),
            ("b0", "b", &["bb"]),
            ("a", "b", &["b", "b-", "b/c", "bb"]),
            ("c", "b", &[]),
            ("\u{10ffff}", "", &[]),
        ] {
            let query = [("startFrom", from), ("prefix", prefix)];
            assert_eq!(begun(s, &container, &query, ""), listed, "{from}");
            assert_eq!(begun(s, &container, &query, "1"), listed, "{from}");
        }
        let query = [("startFrom", "b"), ("delimiter", "/")];
        let mut level = begun(s, &container, &query, "");
        level.sort();
        assert_eq!(level, ["b", "b-", "b/", "bb", "c&amp;d", "😀"]);
    }

    fn a_page_of_nothing_is_refused(s) {
        s.list(&s.container(), &[("maxresults", "0")]).expect(400);
    }

    fn a_page_larger_than_the_service_allows_is_cut(s) {
        let container = filled(s, &["a"]);
        assert_eq!(s.list(&container, &[("maxresults", "6000")]).expect(200).all("Name"), ["a"]);
    }

    fn a_strange_marker_is_refused(s) {
        let container = filled(s, &["a"]);
        let reply = s.list(&container, &[("marker", "strange")]);
        reply.expect(if s.deviates(19) { 200 } else { 400 });
    }

    fn metadata_is_listed_on_request(s) {
        let container = s.container();
        let put = s.main.put(&format!("{container}/b")).header("x-ms-blob-type", "BlockBlob");
        put.header("x-ms-meta-k", "v").send().expect(201);
        assert!(s.list(&container, &[("include", "metadata")]).text().contains("<k>v</k>"));
        assert!(!s.list(&container, &[]).text().contains("<k>v</k>"));
    }

    fn uncommitted_blobs_are_listed_on_request(s) {
        let container = s.container();
        s.block(&format!("{container}/b"), "AAAA", b"x").expect(201);
        assert!(s.list(&container, &[]).all("Name").is_empty());
        assert_eq!(s.list(&container, &[("include", "uncommittedblobs")]).all("Name"), ["b"]);
    }

    fn tags_are_listed_on_request(s) {
        let container = s.container();
        let put = s.main.put(&format!("{container}/b")).header("x-ms-blob-type", "BlockBlob");
        put.header("x-ms-tags", "colour=red").send().expect(201);
        let reply = s.list(&container, &[("include", "tags")]).expect(200);
        assert_eq!((reply.one("Key").as_str(), reply.one("Value").as_str()), ("colour", "red"));
    }

    fn sizes_types_and_checksums_are_listed(s) {
        let path = s.blob(b"hello");
        let reply = s.list(path.split('/').next().unwrap(), &[]).expect(200);
        assert_eq!(reply.one("Content-Length"), "5");
        assert_eq!(reply.one("BlobType"), "BlockBlob");
        assert_eq!(reply.one("Content-MD5"), crate::client::md5(b"hello"));
        assert_eq!(reply.one("LeaseState"), "available");
    }

    fn snapshots_come_oldest_first_and_before_their_blob(s) {
        let path = s.blob(b"1");
        let container = path.split('/').next().unwrap();
        let times = s.two_snapshots(&path);
        let reply = s.list(container, &[("include", "snapshots")]).expect(200);
        assert_eq!(reply.all("Snapshot").len(), 2);
        if !s.deviates(18) {
            assert_eq!(reply.all("Snapshot"), times);
            assert!(reply.text().rfind("<Snapshot>") < reply.text().rfind("<Name>"));
        }
    }

    fn pages_may_end_between_snapshots(s) {
        let path = s.blob(b"1");
        let container = path.split('/').next().unwrap();
        s.two_snapshots(&path);
        let seen = paged(s, container, &[("include", "snapshots"), ("maxresults", "1")], "Name");
        if !s.deviates(18) {
            assert_eq!(seen.len(), 3);
        }
    }

    fn names_that_need_escaping_come_back(s) {
        let names = ["a&b", "a<b>", "quote\"s", "plus+and%25", "space here"];
        let container = filled(s, &names);
        let mut seen: Vec<String> = s.list(&container, &[]).expect(200).all("Name").iter().map(|name| {
            name.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
        }).collect();
        seen.sort();
        let mut expected = names.map(str::to_owned);
        expected.sort();
        assert_eq!(seen, expected);
    }
}
