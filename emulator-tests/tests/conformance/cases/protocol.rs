//! Headers of every answer, and malformed requests.

use crate::client::{Auth, VERSION};

cases! {
    fn every_answer_has_an_id_and_a_date(s) {
        let reply = s.main.head(&s.blob(b"x")).send().expect(200);
        assert!(reply.header("x-ms-request-id").is_some_and(|id| id.len() == 36));
        assert!(reply.header("date").is_some_and(|date| date.ends_with("GMT")));
    }

    fn the_clients_request_id_is_returned(s) {
        let reply = s.main.head(&s.blob(b"x")).header("x-ms-client-request-id", "mine").send().expect(200);
        assert_eq!(reply.header("x-ms-client-request-id"), Some("mine"));
    }

    fn the_version_is_returned(s) {
        let reply = s.main.head(&s.blob(b"x")).send().expect(200);
        if !s.deviates(6) {
            assert_eq!(reply.header("x-ms-version"), Some(VERSION));
        }
    }

    fn a_version_that_is_none_is_refused(s) {
        let reply = s.main.head(&s.blob(b"x")).header("x-ms-version", "newest").send();
        reply.expect(if s.deviates(106) { 200 } else { 400 });
    }

    fn an_unknown_operation_is_refused(s) {
        let reply = s.main.put(&s.blob(b"x")).query("comp", "nonsense").send();
        assert!((400..500).contains(&reply.status) || s.deviates(107), "{}", reply.status);
    }

    fn an_unknown_account_is_refused(s) {
        let reply = s.main.get("").raw_path("/nobody/c/b").auth(Auth::Nothing).send();
        assert!((400..500).contains(&reply.status));
    }

    fn a_chunked_body_has_no_length(s) {
        let put = s.main.put(&format!("{}/b", s.container())).header("x-ms-blob-type", "BlockBlob");
        let reply = put.header("Transfer-Encoding", "chunked").body("0\r\n\r\n").send();
        assert!([400, 411].contains(&reply.status), "{}", reply.status);
    }

    fn an_invitation_is_answered(s) {
        let path = format!("{}/b", s.container());
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").header("Expect", "100-continue");
        put.body("hello").send().expect(201);
        assert_eq!(s.bytes(&path), b"hello");
    }
}
