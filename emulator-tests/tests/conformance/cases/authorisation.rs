//! Authorization: shared keys, shared access signatures, stored policies, and anonymous requests.

use std::time::{Duration, SystemTime};

use crate::client::{Auth, VERSION, http_date, iso_date};
use crate::sas::{ServiceSas, account_sas, by_sas};

fn denied(status: u16) -> bool {
    [401, 403, 404].contains(&status)
}

cases! {
    fn a_wrong_key_is_refused(s) {
        let path = s.blob(b"x");
        let reply = s.main.with_key(b"another key").get(&path).send().expect(403);
        assert!(["AuthenticationFailed", "AuthorizationFailure"].contains(&reply.code().as_str()));
    }

    fn a_changed_header_breaks_the_signature(s) {
        let path = s.blob(b"x");
        let (head, _, _) = s.main.get(&path).header("x-ms-client-request-id", "one").to_bytes();
        let text = String::from_utf8(head).unwrap();
        let signature = text.lines().find_map(|line| line.strip_prefix("Authorization: ")).unwrap().to_owned();
        let get = s.main.get(&path).header("x-ms-client-request-id", "two").header("Authorization", &signature);
        get.send().expect(403);
    }

    fn nothing_is_not_enough(s) {
        let path = s.blob(b"x");
        assert!(denied(s.main.get(&path).auth(Auth::Nothing).send().status));
        assert!(denied(s.main.put(&path).header("x-ms-blob-type", "BlockBlob").auth(Auth::Nothing).send().status));
    }

    fn an_old_date_is_refused(s) {
        let path = s.blob(b"x");
        let old = http_date(SystemTime::now() - Duration::from_mins(20));
        s.main.get(&path).header("x-ms-date", &old).send().expect(if s.deviates(4) { 200 } else { 403 });
    }

    fn a_date_ahead_is_refused(s) {
        let path = s.blob(b"x");
        let ahead = http_date(SystemTime::now() + Duration::from_mins(20));
        s.main.get(&path).header("x-ms-date", &ahead).send().expect(if s.deviates(4) { 200 } else { 403 });
    }

    fn a_signed_request_names_its_version(s) {
        let path = s.blob(b"x");
        s.main.get(&path).without("x-ms-version").send().expect(if s.deviates(6) { 200 } else { 400 });
    }

    fn a_malformed_authorization_is_refused(s) {
        let reply = s.main.get(&s.blob(b"x")).header("Authorization", "SharedKey nonsense").send();
        assert!([400, 403].contains(&reply.status));
    }

    fn shared_key_lite_is_taken(s) {
        let path = s.blob(b"x");
        let date = http_date(SystemTime::now());
        let text = format!("GET\n\n\n\nx-ms-date:{date}\nx-ms-version:{VERSION}\n/{0}/{0}/{path}", s.main.account);
        let value = format!("SharedKeyLite {}:{}", s.main.account, s.main.sign(&text));
        let reply = s.main.get(&path).header("x-ms-date", &date).header("Authorization", &value).send();
        reply.expect(if s.deviates(17) { 403 } else { 200 });
    }

    fn a_blob_sas_opens_its_blob_and_no_other(s) {
        let path = s.blob(b"x");
        let pairs = ServiceSas::blob("b", "r").pairs(&s.main, &path);
        by_sas(s.main.get(&path), &pairs).send().expect(200);
        let other = format!("{}/other", path.split('/').next().unwrap());
        s.put(&other, b"y").expect(201);
        by_sas(s.main.get(&other), &pairs).send().expect(403);
    }

    fn a_container_sas_opens_all_of_its_blobs(s) {
        let path = s.blob(b"x");
        let container = path.split('/').next().unwrap();
        let pairs = ServiceSas::blob("c", "rl").pairs(&s.main, container);
        by_sas(s.main.get(&path), &pairs).send().expect(200);
        let list = s.main.get(container).query("restype", "container").query("comp", "list");
        by_sas(list, &pairs).send().expect(200);
    }

    fn a_sas_allows_what_it_says(s) {
        let path = s.blob(b"x");
        let pairs = ServiceSas::blob("b", "r").pairs(&s.main, &path);
        by_sas(s.main.delete(&path), &pairs).send().refused(403, "AuthorizationPermissionMismatch");
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").body("y");
        by_sas(put, &pairs).send().refused(403, "AuthorizationPermissionMismatch");
    }

    fn create_does_not_overwrite(s) {
        let path = s.blob(b"x");
        let pairs = ServiceSas::blob("b", "c").pairs(&s.main, &path);
        let put = s.main.put(&path).header("x-ms-blob-type", "BlockBlob").body("y");
        by_sas(put, &pairs).send().expect(403);
    }

    fn an_expired_sas_is_refused(s) {
        let path = s.blob(b"x");
        let sas = ServiceSas { expiry: iso_date(-60), ..ServiceSas::blob("b", "r") };
        by_sas(s.main.get(&path), &sas.pairs(&s.main, &path)).send().expect(403);
    }

    fn a_sas_of_tomorrow_is_refused(s) {
        let path = s.blob(b"x");
        let sas = ServiceSas { start: iso_date(86_400), expiry: iso_date(90_000), ..ServiceSas::blob("b", "r") };
        by_sas(s.main.get(&path), &sas.pairs(&s.main, &path)).send().expect(403);
    }

    fn a_wrong_signature_is_refused(s) {
        let path = s.blob(b"x");
        let pairs = ServiceSas::blob("b", "r").pairs(&s.main.with_key(b"another"), &path);
        by_sas(s.main.get(&path), &pairs).send().expect(403);
    }

    fn a_sas_without_expiry_is_refused(s) {
        let path = s.blob(b"x");
        let sas = ServiceSas { expiry: String::new(), ..ServiceSas::blob("b", "r") };
        assert!(denied(by_sas(s.main.get(&path), &sas.pairs(&s.main, &path)).send().status));
    }

    fn an_address_range_is_checked(s) {
        let path = s.blob(b"x");
        let from = |range: &str| {
            let sas = ServiceSas { addresses: range.to_owned(), ..ServiceSas::blob("b", "r") };
            by_sas(s.main.get(&path), &sas.pairs(&s.main, &path)).send()
        };
        from("127.0.0.0-127.0.0.9").expect(200);
        from("10.0.0.1").expect(if s.deviates(27) { 200 } else { 403 });
    }

    fn a_protocol_is_checked(s) {
        let path = s.blob(b"x");
        let sas = ServiceSas { protocol: "https".to_owned(), ..ServiceSas::blob("b", "r") };
        by_sas(s.main.get(&path), &sas.pairs(&s.main, &path)).send().expect(403);
        let sas = ServiceSas { protocol: "https,http".to_owned(), ..ServiceSas::blob("b", "r") };
        by_sas(s.main.get(&path), &sas.pairs(&s.main, &path)).send().expect(200);
    }

    fn a_container_sas_reads_snapshots(s) {
        let path = s.blob(b"x");
        let reply = s.main.put(&path).query("comp", "snapshot").send().expect(201);
        let time = reply.header("x-ms-snapshot").unwrap().to_owned();
        let pairs = ServiceSas::blob("c", "r").pairs(&s.main, path.split('/').next().unwrap());
        let get = by_sas(s.main.get(&path).query("snapshot", &time), &pairs);
        get.send().expect(if s.deviates(16) { 403 } else { 200 });
    }

    fn a_snapshot_sas_reads_its_snapshot(s) {
        let path = s.blob(b"x");
        let reply = s.main.put(&path).query("comp", "snapshot").send().expect(201);
        let time = reply.header("x-ms-snapshot").unwrap().to_owned();
        let sas = ServiceSas { snapshot: time.clone(), ..ServiceSas::blob("bs", "r") };
        let get = by_sas(s.main.get(&path).query("snapshot", &time), &sas.pairs(&s.main, &path));
        get.send().expect(200);
    }

    fn a_stored_policy_gives_what_the_token_leaves_out(s) {
        let path = s.blob(b"x");
        let container = path.split('/').next().unwrap();
        let policies = format!(
            "<SignedIdentifiers><SignedIdentifier><Id>reader</Id><AccessPolicy><Expiry>{}</Expiry><Permission>r</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>",
            iso_date(3600)
        );
        let set = s.main.put(container).query("restype", "container").query("comp", "acl");
        set.body(policies).send().expect(200);
        let sas = |permissions: &str, identifier: &str| {
            let sas = ServiceSas { expiry: String::new(), identifier: identifier.to_owned(), ..ServiceSas::blob("c", permissions) };
            by_sas(s.main.get(&path), &sas.pairs(&s.main, container)).send()
        };
        sas("", "reader").expect(200);
        sas("", "stranger").expect(403);
        sas("r", "reader").expect(if s.deviates(27) { 200 } else { 403 });
    }

    fn an_account_sas_works_on_its_resource_types(s) {
        let path = s.blob(b"x");
        by_sas(s.main.get(&path), &account_sas(&s.main, "b", "o", "r")).send().expect(200);
        by_sas(s.main.get(&path), &account_sas(&s.main, "b", "sc", "r")).send().expect(403);
        by_sas(s.main.get(&path), &account_sas(&s.main, "b", "o", "w")).send().expect(403);
        by_sas(s.main.get(&path), &account_sas(&s.main, "qt", "o", "r")).send().expect(403);
    }

    fn an_account_sas_lists_containers(s) {
        by_sas(s.main.get("").query("comp", "list"), &account_sas(&s.main, "b", "s", "l")).send().expect(200);
    }

    fn a_service_sas_does_not_delete_its_container(s) {
        let name = s.container();
        let pairs = ServiceSas::blob("c", "rwdl").pairs(&s.main, &name);
        let delete = by_sas(s.main.delete(&name).query("restype", "container"), &pairs).send();
        assert!([403].contains(&delete.status), "{}", delete.status);
    }

    fn host_style_signs_without_the_account_in_the_path(s) {
        let path = s.blob(b"x");
        let host = format!("{}.blob.localhost:{}", s.main.account, s.main.address.rsplit(':').next().unwrap());
        s.main.get(&path).host_style(&host).send().expect(200);
    }

    fn the_secondary_can_be_read(s) {
        let path = s.blob(b"x");
        let raw = format!("/{}-secondary/{path}", s.main.account);
        s.main.get("").raw_path(&raw).send().expect(200);
    }

    fn the_secondary_cannot_be_written(s) {
        let path = s.blob(b"x");
        let raw = format!("/{}-secondary/{path}", s.main.account);
        let put = s.main.put("").raw_path(&raw).header("x-ms-blob-type", "BlockBlob").body("y");
        put.send().expect(if s.deviates(26) { 201 } else { 403 });
    }
}
