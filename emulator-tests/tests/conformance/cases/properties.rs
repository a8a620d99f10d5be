//! Set Blob Properties, metadata, tags, tiers.

cases! {
    fn a_condition_on_tags_concerns_every_call(s) {
        let path = s.blob(b"x");
        let tags = |request: crate::client::Request| request.header("x-ms-if-tags", "\"a\" = 'b'");
        for request in [
            s.main.put(&path).query("comp", "snapshot"),
            s.main.put(&path).query("comp", "lease").header("x-ms-lease-action", "acquire").header("x-ms-lease-duration", "-1"),
            s.main.get(&path).query("comp", "blocklist"),
            s.main.put(&path).query("comp", "tier").header("x-ms-access-tier", "Cool"),
            s.main.delete(&path),
        ] {
            if s.deviates(112) { return; }
            tags(request).send().refused(412, "ConditionNotMet");
        }
        s.main.get(&path).send().expect(200);
    }

    fn an_md5_of_another_length_is_stored_by_set_properties_only(s) {
        let path = s.blob(b"x");
        let set = s.main.put(&path).query("comp", "properties").header("x-ms-blob-content-md5", "AQIDBA==");
        set.send().expect(200);
        assert_eq!(s.main.head(&path).send().header("content-md5"), Some("AQIDBA=="));
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").header("x-ms-blob-content-md5", "AQIDBA==");
        put.body("x").send().refused(400, "InvalidMd5");
    }

    fn tags_keep_the_blanks_around_their_names_and_values(s) {
        let path = s.blob(b"x");
        let tags = "<Tags><TagSet><Tag><Key> a</Key><Value>b </Value></Tag></TagSet></Tags>";
        s.main.put(&path).query("comp", "tags").body(tags).send().expect(204);
        let text = s.main.get(&path).query("comp", "tags").send().expect(200).text();
        assert!(text.contains("<Key> a</Key><Value>b </Value>"), "{text}");
    }

    fn a_backslash_in_a_name_is_a_slash(s) {
        let container = s.container();
        s.put(&format!("{container}/a\\b"), b"x").expect(201);
        assert_eq!(s.bytes(&format!("{container}/a/b")), b"x");
    }

    fn setting_properties_clears_the_rest(s) {
        let path = format!("{}/b", s.container());
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").header("x-ms-blob-cache-control", "no-cache");
        put.header("x-ms-blob-content-type", "a/b").body("x").send().expect(201);
        let set = s.main.put(&path).query("comp", "properties").header("x-ms-blob-content-type", "text/plain");
        set.send().expect(200);
        let reply = s.main.head(&path).send().expect(200);
        assert_eq!((reply.header("content-type"), reply.header("cache-control")), (Some("text/plain"), None));
        assert_eq!(reply.header("content-md5"), None);
    }

    fn setting_properties_changes_the_version(s) {
        let path = s.blob(b"x");
        let before = s.main.head(&path).send().header("etag").map(str::to_owned);
        let reply = s.main.put(&path).query("comp", "properties").send().expect(200);
        assert_ne!(reply.header("etag").map(str::to_owned), before);
    }

    fn metadata_is_replaced_whole(s) {
        let path = s.blob(b"x");
        for name in ["x-ms-meta-one", "x-ms-meta-two"] {
            s.main.put(&path).query("comp", "metadata").header(name, "1").send().expect(200);
        }
        let reply = s.main.get(&path).query("comp", "metadata").send().expect(200);
        assert_eq!((reply.header("x-ms-meta-one"), reply.header("x-ms-meta-two")), (None, Some("1")));
    }

    fn metadata_keeps_the_case_of_its_names(s) {
        let path = s.blob(b"x");
        s.main.put(&path).query("comp", "metadata").header("x-ms-meta-CamelCase", "Value").send().expect(200);
        let reply = s.main.head(&path).send().expect(200);
        assert!(reply.headers.iter().any(|(name, value)| name == "x-ms-meta-CamelCase" && value == "Value"));
    }

    fn metadata_of_a_missing_blob_is_404(s) {
        let put = s.main.put(&format!("{}/b", s.container())).query("comp", "metadata");
        put.send().refused(404, "BlobNotFound");
    }

    fn tags_come_back_and_leave_the_version_alone(s) {
        let path = s.blob(b"x");
        let before = s.main.head(&path).send().header("etag").map(str::to_owned);
        let tags = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Tags><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></TagSet></Tags>";
        s.main.put(&path).query("comp", "tags").body(tags).send().expect(204);
        let reply = s.main.get(&path).query("comp", "tags").send().expect(200);
        assert_eq!((reply.all("Key"), reply.all("Value")), (vec!["a".to_owned(), "b".to_owned()], vec!["1".to_owned(), "2".to_owned()]));
        let reply = s.main.head(&path).send().expect(200);
        assert_eq!(reply.header("x-ms-tag-count"), Some("2"));
        assert_eq!(reply.header("etag").map(str::to_owned), before);
    }

    fn eleven_tags_are_too_many(s) {
        let path = s.blob(b"x");
        let tag = |n| format!("<Tag><Key>{n}</Key><Value>1</Value></Tag>");
        let tags = (0..11).map(tag).collect::<Vec<_>>().concat();
        let put = s.main.put(&path).query("comp", "tags").body(format!("<Tags><TagSet>{tags}</TagSet></Tags>"));
        put.send().expect(400);
    }

    fn a_tier_is_shown_and_changed(s) {
        let path = s.blob(b"x");
        let set = |tier: &str| s.main.put(&path).query("comp", "tier").header("x-ms-access-tier", tier).send();
        set("Cool").expect(200);
        assert_eq!(s.main.head(&path).send().expect(200).header("x-ms-access-tier"), Some("Cool"));
        set("Lukewarm").expect(400);
    }

    fn an_archived_blob_cannot_be_read(s) {
        let path = s.blob(b"x");
        let set = |tier: &str| s.main.put(&path).query("comp", "tier").header("x-ms-access-tier", tier).send();
        set("Archive").expect(200);
        s.main.get(&path).send().refused(409, "BlobArchived");
        s.main.head(&path).send().expect(200);
        let back = set("Hot");
        assert!([200, 202].contains(&back.status));
        assert_eq!(s.bytes(&path), b"x");
    }

    fn a_tier_can_come_with_the_upload(s) {
        let path = format!("{}/b", s.container());
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").header("x-ms-access-tier", "Cool").body("x");
        put.send().expect(201);
        assert_eq!(s.main.head(&path).send().expect(200).header("x-ms-access-tier"), Some("Cool"));
    }
}
