//! Leases of blobs and containers.

use crate::client::{Reply, Request};

const ID: &str = "11111111-2222-3333-4444-555555555555";
const OTHER: &str = "99999999-2222-3333-4444-555555555555";

fn lease(request: Request, action: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = request
        .query("comp", "lease")
        .header("x-ms-lease-action", action);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.send()
}

const ACQUIRE: [(&str, &str); 2] = [
    ("x-ms-lease-duration", "-1"),
    ("x-ms-proposed-lease-id", ID),
];

cases! {
    fn a_leased_blob_is_written_with_its_id_only(s) {
        let path = s.blob(b"x");
        lease(s.main.put(&path), "acquire", &ACQUIRE).expect(201);
        s.put(&path, b"y").refused(412, "LeaseIdMissing");
        let put = |id: &str| s.main.put(&path).header("x-ms-blob-type", "BlockBlob").header("x-ms-lease-id", id).body("y").send();
        put(OTHER).refused(412, "LeaseIdMismatchWithBlobOperation");
        put(ID).expect(201);
        assert_eq!(s.main.head(&path).send().expect(200).header("x-ms-lease-state"), Some("leased"));
    }

    fn a_leased_blob_is_deleted_with_its_id_only(s) {
        let path = s.blob(b"x");
        lease(s.main.put(&path), "acquire", &ACQUIRE).expect(201);
        s.main.delete(&path).send().refused(412, "LeaseIdMissing");
        s.main.delete(&path).header("x-ms-lease-id", ID).send().expect(202);
    }

    fn a_lease_can_be_read_through(s) {
        let path = s.blob(b"x");
        lease(s.main.put(&path), "acquire", &ACQUIRE).expect(201);
        s.main.get(&path).send().expect(200);
        s.main.get(&path).header("x-ms-lease-id", OTHER).send().refused(412, "LeaseIdMismatchWithBlobOperation");
    }

    fn a_second_lease_is_refused(s) {
        let path = s.blob(b"x");
        lease(s.main.put(&path), "acquire", &ACQUIRE).expect(201);
        let again = [("x-ms-lease-duration", "-1"), ("x-ms-proposed-lease-id", OTHER)];
        lease(s.main.put(&path), "acquire", &again).refused(409, "LeaseAlreadyPresent");
    }

    fn a_duration_is_between_15_and_60_seconds(s) {
        let path = s.blob(b"x");
        for seconds in ["14", "61"] {
            lease(s.main.put(&path), "acquire", &[("x-ms-lease-duration", seconds)]).expect(400);
        }
        let reply = lease(s.main.put(&path), "acquire", &[("x-ms-lease-duration", "15")]).expect(201);
        assert!(reply.header("x-ms-lease-id").is_some());
        assert_eq!(s.main.head(&path).send().header("x-ms-lease-duration"), Some("fixed"));
    }

    fn a_released_lease_is_free(s) {
        let path = s.blob(b"x");
        lease(s.main.put(&path), "acquire", &ACQUIRE).expect(201);
        lease(s.main.put(&path), "release", &[("x-ms-lease-id", OTHER)]).expect(409);
        lease(s.main.put(&path), "release", &[("x-ms-lease-id", ID)]).expect(200);
        s.put(&path, b"y").expect(201);
    }

    fn a_broken_lease_is_free(s) {
        let path = s.blob(b"x");
        lease(s.main.put(&path), "acquire", &ACQUIRE).expect(201);
        let reply = lease(s.main.put(&path), "break", &[("x-ms-lease-break-period", "0")]).expect(202);
        assert_eq!(reply.header("x-ms-lease-time"), Some("0"));
        assert_eq!(s.main.head(&path).send().header("x-ms-lease-state"), Some("broken"));
        s.put(&path, b"y").expect(201);
    }

    fn a_lease_gets_another_id(s) {
        let path = s.blob(b"x");
        lease(s.main.put(&path), "acquire", &ACQUIRE).expect(201);
        let change = [("x-ms-lease-id", ID), ("x-ms-proposed-lease-id", OTHER)];
        lease(s.main.put(&path), "change", &change).expect(200);
        lease(s.main.put(&path), "renew", &[("x-ms-lease-id", OTHER)]).expect(200);
        lease(s.main.put(&path), "renew", &[("x-ms-lease-id", ID)]).expect(409);
    }

    fn an_id_without_a_lease_is_refused(s) {
        let path = s.blob(b"x");
        let put = s.main.put(&path).query("comp", "metadata").header("x-ms-lease-id", ID);
        put.send().refused(412, "LeaseNotPresentWithBlobOperation");
    }

    fn a_leased_container_is_deleted_with_its_id_only(s) {
        let name = s.container();
        lease(s.main.put(&name).query("restype", "container"), "acquire", &ACQUIRE).expect(201);
        let delete = || s.main.delete(&name).query("restype", "container");
        delete().send().refused(412, "LeaseIdMissing");
        delete().header("x-ms-lease-id", OTHER).send().refused(412, "LeaseIdMismatchWithContainerOperation");
        delete().header("x-ms-lease-id", ID).send().expect(202);
    }

    fn an_unknown_action_is_refused(s) {
        lease(s.main.put(&s.blob(b"x")), "borrow", &[]).expect(400);
    }
}
