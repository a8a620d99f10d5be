//! Put Block, Put Block List, Get Block List.

use crate::client::{base64, crc64, md5};

cases! {
    fn blocks_are_joined_in_the_order_of_the_list(s) {
        let path = format!("{}/b", s.container());
        for (id, body) in [("AAAA", "one"), ("BBBB", "two"), ("CCCC", "three")] {
            s.block(&path, id, body.as_bytes()).expect(201);
        }
        s.commit(&path, &[("Latest", "CCCC"), ("Uncommitted", "AAAA"), ("Latest", "CCCC")]).expect(201);
        assert_eq!(s.bytes(&path), b"threeonethree");
    }

    fn uncommitted_blocks_are_no_blob(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"x").expect(201);
        s.main.get(&path).send().refused(404, "BlobNotFound");
    }

    fn committing_forgets_blocks_that_were_left_out(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"1").expect(201);
        s.block(&path, "BBBB", b"2").expect(201);
        s.commit(&path, &[("Latest", "AAAA")]).expect(201);
        s.commit(&path, &[("Latest", "BBBB")]).refused(400, "InvalidBlockList");
    }

    fn committed_blocks_can_be_used_again(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"1").expect(201);
        s.block(&path, "BBBB", b"2").expect(201);
        s.commit(&path, &[("Latest", "AAAA"), ("Latest", "BBBB")]).expect(201);
        s.block(&path, "CCCC", b"3").expect(201);
        s.commit(&path, &[("Committed", "BBBB"), ("Uncommitted", "CCCC")]).expect(201);
        assert_eq!(s.bytes(&path), b"23");
    }

    fn latest_prefers_the_uncommitted_block(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"old").expect(201);
        s.commit(&path, &[("Latest", "AAAA")]).expect(201);
        s.block(&path, "AAAA", b"new").expect(201);
        s.commit(&path, &[("Committed", "AAAA"), ("Latest", "AAAA")]).expect(201);
        assert_eq!(s.bytes(&path), b"oldnew");
    }

    fn a_block_that_is_in_no_list_cannot_be_committed(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"1").expect(201);
        s.commit(&path, &[("Committed", "AAAA")]).refused(400, "InvalidBlockList");
        s.commit(&path, &[("Latest", "ZZZZ")]).refused(400, "InvalidBlockList");
    }

    fn an_empty_list_makes_an_empty_blob(s) {
        let path = format!("{}/b", s.container());
        s.commit(&path, &[]).expect(201);
        assert_eq!(s.bytes(&path), b"");
    }

    fn ids_of_one_blob_have_one_length(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"1").expect(201);
        s.block(&path, "AAAAAAAA", b"1").refused(400, "InvalidBlobOrBlock");
    }

    fn ids_must_be_base64(s) {
        s.block(&format!("{}/b", s.container()), "no base64!", b"1").refused(400, "InvalidQueryParameterValue");
    }

    fn ids_are_at_most_64_bytes(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, &base64(&[1; 64]), b"1").expect(201);
        let other = format!("{}/c", path.split('/').next().unwrap());
        s.block(&other, &base64(&[1; 65]), b"1").expect(400);
    }

    fn an_id_is_mandatory(s) {
        s.main.put(&format!("{}/b", s.container())).query("comp", "block").body("1").send().expect(400);
    }

    fn an_empty_block_is_refused(s) {
        let reply = s.block(&format!("{}/b", s.container()), "AAAA", b"");
        reply.expect(if s.deviates(101) { 201 } else { 400 });
    }

    fn a_wrong_md5_is_refused(s) {
        let put = s.main.put(&format!("{}/b", s.container())).query("comp", "block").query("blockid", "AAAA");
        put.body("1").header("Content-MD5", &md5(b"2")).send().refused(400, "Md5Mismatch");
    }

    fn a_block_answers_with_its_checksum(s) {
        let path = format!("{}/b", s.container());
        let reply = s.block(&path, "AAAA", b"123456789").expect(201);
        assert_eq!(reply.header("x-ms-content-crc64"), Some(crc64(b"123456789").as_str()));
        let put = s.main.put(&path).query("comp", "block").query("blockid", "AAAA").body("1");
        let reply = put.header("Content-MD5", &md5(b"1")).send().expect(201);
        if !s.deviates(108) {
            assert_eq!(reply.header("content-md5"), Some(md5(b"1").as_str()));
        }
    }

    fn a_wrong_crc64_is_refused(s) {
        let put = s.main.put(&format!("{}/b", s.container())).query("comp", "block").query("blockid", "AAAA");
        put.body("1").header("x-ms-content-crc64", &crc64(b"2")).send().refused(400, "Crc64Mismatch");
    }

    fn lists_that_are_no_xml_are_refused(s) {
        let put = s.main.put(&format!("{}/b", s.container())).query("comp", "blocklist");
        put.body("<BlockList><Latest>AAAA").send().expect(400);
    }

    fn block_lists_tell_ids_and_sizes(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"1").expect(201);
        s.block(&path, "BBBB", b"22").expect(201);
        s.commit(&path, &[("Latest", "AAAA"), ("Latest", "BBBB")]).expect(201);
        s.block(&path, "CCCC", b"333").expect(201);
        let list = |kind: &str| {
            let reply = s.main.get(&path).query("comp", "blocklist").query("blocklisttype", kind).send().expect(200);
            reply.all("Name").into_iter().zip(reply.all("Size")).map(|(id, size)| format!("{id} {size}")).collect::<Vec<_>>()
        };
        assert_eq!(list("committed"), ["AAAA 1", "BBBB 2"]);
        assert_eq!(list("uncommitted"), ["CCCC 3"]);
        assert_eq!(list("all"), ["AAAA 1", "BBBB 2", "CCCC 3"]);
    }

    fn the_committed_list_is_the_default(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"1").expect(201);
        s.commit(&path, &[("Latest", "AAAA")]).expect(201);
        let reply = s.main.get(&path).query("comp", "blocklist").send().expect(200);
        assert_eq!(reply.all("Name"), ["AAAA"]);
        assert_eq!(reply.header("x-ms-blob-content-length"), Some("1"));
    }

    fn a_blob_without_a_commit_has_no_version(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"1").expect(201);
        let reply = s.main.get(&path).query("comp", "blocklist").query("blocklisttype", "all").send().expect(200);
        assert_eq!(reply.all("Name"), ["AAAA"]);
        assert_eq!(reply.header("etag").is_some(), s.deviates(102));
    }

    fn a_missing_blob_has_no_block_list(s) {
        let get = s.main.get(&format!("{}/b", s.container())).query("comp", "blocklist");
        get.send().refused(404, "BlobNotFound");
    }

    fn a_blob_put_whole_has_no_blocks(s) {
        let reply = s.main.get(&s.blob(b"x")).query("comp", "blocklist").send().expect(200);
        assert!(reply.all("Name").is_empty());
    }

    fn blocks_have_a_size_by_version(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-version", "2015-12-11");
        let put = put.query("comp", "block").query("blockid", "AAAA").body(vec![0; (4 << 20) + 1]);
        let reply = put.send();
        if s.deviates(24) {
            reply.expect(201);
        } else {
            reply.refused(413, "RequestBodyTooLarge");
        }
    }

    fn a_list_has_at_most_50_000_blocks(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"1").expect(201);
        let blocks = vec![("Latest", "AAAA"); 50_001];
        let reply = s.commit(&path, &blocks);
        if s.deviates(24) {
            reply.expect(201);
        } else {
            reply.refused(400, "BlockListTooLong");
        }
    }

    fn a_commit_sets_properties_and_metadata(s) {
        let path = format!("{}/b", s.container());
        let put = s.main.put(&path).query("comp", "blocklist").body("<BlockList></BlockList>");
        put.header("x-ms-blob-content-type", "text/plain").header("x-ms-meta-k", "v").send().expect(201);
        let reply = s.main.head(&path).send().expect(200);
        assert_eq!((reply.header("content-type"), reply.header("x-ms-meta-k")), (Some("text/plain"), Some("v")));
    }

    fn a_commit_computes_no_md5(s) {
        let path = format!("{}/b", s.container());
        s.block(&path, "AAAA", b"1").expect(201);
        s.commit(&path, &[("Latest", "AAAA")]).expect(201);
        assert_eq!(s.main.head(&path).send().expect(200).header("content-md5"), None);
    }

    fn a_block_for_a_page_blob_is_refused(s) {
        s.block(&s.page_blob(512), "AAAA", b"1").refused(409, "InvalidBlobType");
    }
}
