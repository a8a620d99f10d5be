//! Snapshots.

cases! {
    fn a_snapshot_keeps_the_bytes_of_its_time(s) {
        let path = s.blob(b"old");
        let time = s.snapshot(&path);
        s.put(&path, b"new").expect(201);
        assert_eq!(s.main.get(&path).query("snapshot", &time).send().expect(200).body, b"old");
        assert_eq!(s.bytes(&path), b"new");
    }

    fn a_snapshot_of_a_page_blob_keeps_its_pages(s) {
        let path = s.page_blob(1024);
        s.page(&path, "bytes=0-511", &[1; 512]).expect(201);
        let time = s.snapshot(&path);
        s.page(&path, "bytes=0-511", &[2; 512]).expect(201);
        assert_eq!(s.main.get(&path).query("snapshot", &time).send().expect(200).body[0], 1);
    }

    fn two_snapshots_have_two_times(s) {
        let path = s.blob(b"x");
        let [first, second] = s.two_snapshots(&path);
        assert!(first < second);
    }

    fn a_snapshot_can_have_its_own_metadata(s) {
        let path = s.blob(b"x");
        let reply = s.main.put(&path).query("comp", "snapshot").header("x-ms-meta-k", "v").send().expect(201);
        let time = reply.header("x-ms-snapshot").unwrap().to_owned();
        assert_eq!(s.main.head(&path).query("snapshot", &time).send().header("x-ms-meta-k"), Some("v"));
        assert_eq!(s.main.head(&path).send().header("x-ms-meta-k"), None);
    }

    fn a_blob_with_snapshots_is_not_deleted_by_accident(s) {
        let path = s.blob(b"x");
        let time = s.snapshot(&path);
        s.main.delete(&path).send().refused(409, "SnapshotsPresent");
        s.main.delete(&path).header("x-ms-delete-snapshots", "include").send().expect(202);
        s.main.get(&path).query("snapshot", &time).send().expect(404);
    }

    fn snapshots_can_be_deleted_alone(s) {
        let path = s.blob(b"x");
        let time = s.snapshot(&path);
        s.main.delete(&path).header("x-ms-delete-snapshots", "only").send().expect(202);
        s.main.get(&path).send().expect(200);
        s.main.get(&path).query("snapshot", &time).send().expect(404);
    }

    fn one_snapshot_can_be_deleted(s) {
        let path = s.blob(b"x");
        let [first, second] = s.two_snapshots(&path);
        s.main.delete(&path).query("snapshot", &first).send().expect(202);
        s.main.get(&path).query("snapshot", &first).send().expect(404);
        s.main.get(&path).query("snapshot", &second).send().expect(200);
    }

    fn a_snapshot_shows_its_name_and_no_lease(s) {
        if s.deviates(111) { return; }
        let path = s.blob(b"x");
        let time = s.snapshot(&path);
        let reply = s.main.head(&path).query("snapshot", &time).send().expect(200);
        assert_eq!(reply.header("x-ms-snapshot"), Some(&*time));
        assert_eq!(reply.header("x-ms-lease-state"), None);
    }

    fn a_missing_blob_has_no_snapshot(s) {
        s.main.put(&format!("{}/b", s.container())).query("comp", "snapshot").send().refused(404, "BlobNotFound");
    }

    fn a_missing_snapshot_is_404(s) {
        s.main.get(&s.blob(b"x")).query("snapshot", "2020-01-01T00:00:00.0000000Z").send().expect(404);
    }
}
