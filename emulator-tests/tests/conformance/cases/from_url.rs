//! Put Block From URL, Put Page From URL, Append Block From URL and Put Blob From URL.

use crate::sas::{self, ServiceSas};
use crate::subject::Subject;

fn source(s: &Subject, path: &str) -> String {
    format!(
        "{}?{}",
        s.url(path),
        sas::query(&ServiceSas::blob("b", "r").pairs(&s.main, path))
    )
}

cases! {
    fn a_block_comes_from_an_url(s) {
        let path = s.blob(b"0123456789");
        let target = format!("{}/t", path.split('/').next().unwrap());
        let put = s.main.put(&target).query("comp", "block").query("blockid", "AAAA");
        let put = put.header("x-ms-copy-source", &source(s, &path)).header("x-ms-source-range", "bytes=2-4");
        put.send().expect(201);
        s.commit(&target, &[("Latest", "AAAA")]).expect(201);
        assert_eq!(s.bytes(&target), b"234");
    }

    fn a_wrong_signature_of_the_source_is_refused(s) {
        let path = s.blob(b"0123456789");
        let target = format!("{}/t", path.split('/').next().unwrap());
        let put = s.main.put(&target).query("comp", "block").query("blockid", "AAAA");
        let wrong = source(s, &path).replace("sig=", "sig=x");
        let reply = put.header("x-ms-copy-source", &wrong).send();
        assert!([403, 404].contains(&reply.status), "{}", reply.status);
    }

    fn a_blob_comes_from_an_url(s) {
        let path = s.blob(b"0123456789");
        let target = format!("{}/t", path.split('/').next().unwrap());
        let put = s.main.put(&target).header("x-ms-blob-type", "BlockBlob");
        let reply = put.header("x-ms-copy-source", &source(s, &path)).send();
        if s.deviates(105) {
            assert!(reply.status >= 500);
        } else {
            reply.expect(201);
            assert_eq!(s.bytes(&target), b"0123456789");
        }
    }

    fn pages_come_from_an_url(s) {
        let path = s.blob(&[5; 1024]);
        let target = format!("{}/t", path.split('/').next().unwrap());
        let put = s.main.put(&target).header("x-ms-blob-type", "PageBlob").header("x-ms-blob-content-length", "2048");
        put.send().expect(201);
        let put = s.main.put(&target).query("comp", "page").header("x-ms-page-write", "update");
        let put = put.header("x-ms-range", "bytes=512-1023").header("x-ms-source-range", "bytes=0-511");
        let reply = put.header("x-ms-copy-source", &source(s, &path)).send();
        if s.deviates(105) {
            assert!(reply.status >= 500);
        } else {
            reply.expect(201);
            assert_eq!(s.bytes(&target)[512..1024], [5; 512]);
        }
    }

    fn appended_blocks_come_from_an_url(s) {
        let path = s.blob(b"0123456789");
        let target = format!("{}/t", path.split('/').next().unwrap());
        s.main.put(&target).header("x-ms-blob-type", "AppendBlob").send().expect(201);
        let put = s.main.put(&target).query("comp", "appendblock").header("x-ms-source-range", "bytes=8-9");
        let reply = put.header("x-ms-copy-source", &source(s, &path)).send();
        if s.deviates(105) {
            assert!(reply.status >= 500);
        } else {
            reply.expect(201);
            assert_eq!(s.bytes(&target), b"89");
        }
    }
}
