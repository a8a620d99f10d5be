//! Leases of files and shares.

use super::own_share::OwnShare;

const ID: &str = "11111111-2222-3333-4444-555555555555";

#[test]
fn a_leased_file_is_changed_with_the_lease_only() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    let lease = |action: &str| {
        own.file("PUT", "f", "lease")
            .header("x-ms-lease-action", action)
    };
    let acquire = lease("acquire").header("x-ms-lease-duration", "-1");
    let reply = acquire
        .header("x-ms-proposed-lease-id", ID)
        .send()
        .expect(201);
    assert_eq!(reply.header("x-ms-lease-id"), Some(ID));
    let head = own.file("HEAD", "f", "").send().expect(200);
    assert_eq!(head.header("x-ms-lease-state"), Some("leased"));
    assert_eq!(head.header("x-ms-lease-duration"), Some("infinite"));
    own.put_range("f", 0, b"x", 0)
        .send()
        .refused(412, "LeaseIdMissing");
    own.file("DELETE", "f", "")
        .send()
        .refused(412, "LeaseIdMissing");
    own.create("f", 1).send().refused(412, "LeaseIdMissing");
    own.put_range("f", 0, b"x", 0)
        .header("x-ms-lease-id", ID)
        .send()
        .expect(201);
    let other = "99999999-2222-3333-4444-555555555555";
    let wrong = own
        .file("GET", "f", "")
        .header("x-ms-lease-id", other)
        .send();
    wrong.refused(412, "LeaseIdMismatchWithFileOperation");
    lease("release")
        .header("x-ms-lease-id", ID)
        .send()
        .expect(200);
    own.file("DELETE", "f", "").send().expect(202);
}

#[test]
fn leases_of_files_last_for_ever_or_until_they_are_broken() {
    let own = OwnShare::new();
    own.put("f", b"abc");
    let lease = |action: &str| {
        own.file("PUT", "f", "lease")
            .header("x-ms-lease-action", action)
    };
    lease("acquire")
        .header("x-ms-lease-duration", "15")
        .send()
        .refused(400, "InvalidHeaderValue");
    lease("renew")
        .header("x-ms-lease-id", ID)
        .send()
        .refused(400, "InvalidHeaderValue");
    lease("acquire")
        .header("x-ms-lease-duration", "-1")
        .send()
        .expect(201);
    lease("break").send().expect(202);
    own.put_range("f", 0, b"x", 0).send().expect(201);
}

#[test]
fn a_leased_share_is_deleted_with_the_lease_only() {
    let own = OwnShare::new();
    let acquire = own
        .share("PUT", "lease")
        .header("x-ms-lease-action", "acquire");
    let acquire = acquire.header("x-ms-lease-duration", "60");
    acquire
        .header("x-ms-proposed-lease-id", ID)
        .send()
        .expect(201);
    own.share("DELETE", "")
        .send()
        .refused(412, "LeaseIdMissing");
    let reply = own.share("GET", "").send().expect(200);
    assert_eq!(reply.header("x-ms-lease-duration"), Some("fixed"));
    own.share("DELETE", "")
        .header("x-ms-lease-id", ID)
        .send()
        .expect(202);
}
