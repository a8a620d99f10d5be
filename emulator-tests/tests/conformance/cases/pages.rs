//! Page blobs.

use crate::subject::Subject;

fn ranges(s: &Subject, path: &str, range: Option<&str>) -> Vec<(u64, u64)> {
    let get = s.main.get(path).query("comp", "pagelist");
    let get = match range {
        Some(range) => get.header("x-ms-range", range),
        None => get,
    };
    let reply = get.send().expect(200);
    let number = |text: String| text.parse().expect("a number");
    reply
        .all("Start")
        .into_iter()
        .map(number)
        .zip(reply.all("End").into_iter().map(number))
        .collect()
}

cases! {
    fn an_empty_page_blob_is_zeros(s) {
        let path = s.page_blob(1024);
        assert_eq!(s.bytes(&path), [0; 1024]);
        assert!(ranges(s, &path, None).is_empty());
        assert_eq!(s.main.head(&path).send().header("x-ms-blob-type"), Some("PageBlob"));
    }

    fn a_size_is_a_multiple_of_512(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "PageBlob");
        put.header("x-ms-blob-content-length", "513").send().expect(400);
    }

    fn a_size_is_mandatory(s) {
        s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "PageBlob").send().expect(400);
    }

    fn written_pages_are_read_and_listed(s) {
        let path = s.page_blob(4096);
        s.page(&path, "bytes=512-1535", &[7; 1024]).expect(201);
        let bytes = s.bytes(&path);
        assert!(bytes[512..1536].iter().all(|byte| *byte == 7) && bytes[..512].iter().all(|byte| *byte == 0));
        assert_eq!(ranges(s, &path, None), [(512, 1535)]);
    }

    fn neighbouring_writes_are_one_range(s) {
        let path = s.page_blob(4096);
        s.page(&path, "bytes=0-511", &[1; 512]).expect(201);
        s.page(&path, "bytes=512-1023", &[2; 512]).expect(201);
        let seen = ranges(s, &path, None);
        if s.deviates(10) {
            assert_eq!(seen.len(), 2);
        } else {
            assert_eq!(seen, [(0, 1023)]);
        }
    }

    fn cleared_pages_are_zeros_again(s) {
        let path = s.page_blob(2048);
        s.page(&path, "bytes=0-2047", &[1; 2048]).expect(201);
        s.page(&path, "bytes=512-1023", b"").expect(201);
        assert_eq!(ranges(s, &path, None), [(0, 511), (1024, 2047)]);
        assert!(s.bytes(&path)[512..1024].iter().all(|byte| *byte == 0));
    }

    fn a_part_of_the_ranges_can_be_asked_for(s) {
        let path = s.page_blob(4096);
        s.page(&path, "bytes=0-4095", &[1; 4096]).expect(201);
        assert_eq!(ranges(s, &path, Some("bytes=1024-2047")), [(1024, 2047)]);
    }

    fn writes_are_whole_pages(s) {
        let path = s.page_blob(4096);
        assert!(s.page(&path, "bytes=1-512", &[1; 512]).status >= 400);
        assert!(s.page(&path, "bytes=0-510", &[1; 511]).status >= 400);
    }

    fn a_body_has_the_length_of_its_range(s) {
        let path = s.page_blob(4096);
        assert!(s.page(&path, "bytes=0-1023", &[1; 512]).status >= 400);
    }

    fn a_write_over_the_end_is_refused(s) {
        let path = s.page_blob(512);
        s.page(&path, "bytes=512-1023", &[1; 512]).expect(416);
        let reply = s.page(&path, "bytes=0-1023", &[1; 1024]);
        if s.deviates(9) {
            reply.expect(201);
        } else {
            reply.refused(416, "InvalidPageRange");
        }
    }

    fn a_write_is_at_most_4_mib(s) {
        let path = s.page_blob(8 << 20);
        let long = (4 << 20) + 512;
        let reply = s.page(&path, &format!("bytes=0-{}", long - 1), &vec![1; long]);
        reply.expect(if s.deviates(9) { 201 } else { 413 });
    }

    fn a_wrong_md5_is_refused(s) {
        let path = s.page_blob(512);
        let put = s.main.put(&path).query("comp", "page").header("x-ms-range", "bytes=0-511");
        let put = put.header("x-ms-page-write", "update").header("Content-MD5", &crate::client::md5(b"other"));
        put.body(vec![1; 512]).send().refused(400, "Md5Mismatch");
    }

    fn a_blob_can_grow_and_shrink(s) {
        let path = s.page_blob(1024);
        s.page(&path, "bytes=0-1023", &[1; 1024]).expect(201);
        let resize = |size: &str| {
            s.main.put(&path).query("comp", "properties").header("x-ms-blob-content-length", size).send().expect(200);
        };
        resize("512");
        resize("1024");
        let bytes = s.bytes(&path);
        assert_eq!(bytes.len(), 1024);
        if !s.deviates(104) {
            assert!(bytes[512..].iter().all(|byte| *byte == 0));
        }
    }

    fn sequence_numbers_are_kept_and_compared(s) {
        let path = s.page_blob(512);
        let set = s.main.put(&path).query("comp", "properties").header("x-ms-sequence-number-action", "update");
        set.header("x-ms-blob-sequence-number", "5").send().expect(200);
        assert_eq!(s.main.head(&path).send().header("x-ms-blob-sequence-number"), Some("5"));
        let write = |name: &str, value: &str| {
            let put = s.main.put(&path).query("comp", "page").header("x-ms-range", "bytes=0-511");
            put.header("x-ms-page-write", "update").header(name, value).body(vec![1; 512]).send()
        };
        write("x-ms-if-sequence-number-eq", "4").refused(412, "SequenceNumberConditionNotMet");
        write("x-ms-if-sequence-number-lt", "5").refused(412, "SequenceNumberConditionNotMet");
        write("x-ms-if-sequence-number-le", "5").expect(201);
    }

    fn a_sequence_number_can_be_incremented(s) {
        let path = s.page_blob(512);
        s.main.put(&path).query("comp", "properties").header("x-ms-sequence-number-action", "increment").send().expect(200);
        assert_eq!(s.main.head(&path).send().header("x-ms-blob-sequence-number"), Some("1"));
    }

    fn a_difference_shows_written_and_cleared_pages(s) {
        let path = s.page_blob(4096);
        s.page(&path, "bytes=0-1023", &[1; 1024]).expect(201);
        let reply = s.main.put(&path).query("comp", "snapshot").send().expect(201);
        let time = reply.header("x-ms-snapshot").unwrap().to_owned();
        s.page(&path, "bytes=0-511", b"").expect(201);
        s.page(&path, "bytes=2048-2559", &[2; 512]).expect(201);
        let reply = s.main.get(&path).query("comp", "pagelist").query("prevsnapshot", &time).send().expect(200);
        if !s.deviates(11) {
            assert_eq!((reply.all("Start"), reply.text().contains("<ClearRange><Start>0</Start><End>511</End>")), (vec!["0".to_owned(), "2048".to_owned()], true));
        }
    }

    fn a_huge_blob_costs_nothing(s) {
        let path = s.page_blob(4 << 40);
        let last = (4_u64 << 40) - 512;
        s.page(&path, &format!("bytes={last}-{}", last + 511), &[9; 512]).expect(201);
        assert_eq!(ranges(s, &path, None), [(last, last + 511)]);
        let reply = s.main.get(&path).header("x-ms-range", &format!("bytes={}-{}", last - 1, last)).send().expect(206);
        assert_eq!(reply.body, [0, 9]);
    }

    fn pages_for_a_block_blob_are_refused(s) {
        s.page(&s.blob(b"x"), "bytes=0-511", &[1; 512]).refused(409, "InvalidBlobType");
    }
}
