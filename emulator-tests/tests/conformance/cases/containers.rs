//! Containers: create, properties, metadata, access, delete.

use crate::client::Auth;

cases! {
    fn a_container_is_created_once(s) {
        let name = s.container();
        s.main.put(&name).query("restype", "container").send().refused(409, "ContainerAlreadyExists");
    }

    fn names_with_capitals_are_refused(s) {
        s.main.put("Capital").query("restype", "container").send().refused(400, "InvalidResourceName");
    }

    fn names_that_are_too_short_are_refused(s) {
        s.main.put("ab").query("restype", "container").send().refused(400, "OutOfRangeInput");
    }

    fn names_that_are_too_long_are_refused(s) {
        s.main.put(&"a".repeat(64)).query("restype", "container").send().refused(400, "OutOfRangeInput");
    }

    fn metadata_is_returned(s) {
        let name = s.container();
        let set = s.main.put(&name).query("restype", "container").query("comp", "metadata");
        set.header("x-ms-meta-Colour", "blue").send().expect(200);
        let reply = s.main.head(&name).query("restype", "container").send().expect(200);
        assert_eq!(reply.header("x-ms-meta-colour"), Some("blue"));
    }

    fn setting_metadata_replaces_all_of_it(s) {
        let name = s.container();
        for meta in ["x-ms-meta-one", "x-ms-meta-two"] {
            let set = s.main.put(&name).query("restype", "container").query("comp", "metadata");
            set.header(meta, "1").send().expect(200);
        }
        let reply = s.main.get(&name).query("restype", "container").query("comp", "metadata").send().expect(200);
        assert_eq!((reply.header("x-ms-meta-one"), reply.header("x-ms-meta-two")), (None, Some("1")));
    }

    fn properties_tell_lease_and_version(s) {
        let reply = s.main.get(&s.container()).query("restype", "container").send().expect(200);
        assert_eq!(reply.header("x-ms-lease-state"), Some("available"));
        assert_eq!(reply.header("x-ms-lease-status"), Some("unlocked"));
        assert!(reply.header("etag").is_some_and(|tag| tag.starts_with('"')));
        assert!(reply.header("last-modified").is_some_and(|time| time.ends_with("GMT")));
    }

    fn a_missing_container_is_404(s) {
        s.main.get("nowhere").query("restype", "container").send().refused(404, "ContainerNotFound");
        s.main.delete("nowhere").query("restype", "container").send().refused(404, "ContainerNotFound");
        s.list("nowhere", &[]).refused(404, "ContainerNotFound");
    }

    fn a_deleted_container_is_not_found_nor_are_its_blobs(s) {
        let path = s.blob(b"x");
        let name = path.split('/').next().unwrap();
        s.main.delete(name).query("restype", "container").send().expect(202);
        s.main.head(name).query("restype", "container").send().expect(404);
        s.main.get(&path).send().expect(404);
    }

    fn blobs_in_a_missing_container_cannot_be_put(s) {
        s.put("nowhere/b", b"x").refused(404, "ContainerNotFound");
    }

    fn public_containers_can_be_read_and_listed_without_a_key(s) {
        let path = s.blob(b"open");
        let name = path.split('/').next().unwrap();
        let acl = s.main.put(name).query("restype", "container").query("comp", "acl");
        acl.header("x-ms-blob-public-access", "container").send().expect(200);
        assert_eq!(s.main.get(&path).auth(Auth::Nothing).send().expect(200).body, b"open");
        let list = s.main.get(name).query("restype", "container").query("comp", "list");
        list.auth(Auth::Nothing).send().expect(200);
        let reply = s.main.head(name).query("restype", "container").send().expect(200);
        assert_eq!(reply.header("x-ms-blob-public-access"), Some("container"));
    }

    fn containers_open_for_blobs_cannot_be_listed_without_a_key(s) {
        let path = s.blob(b"open");
        let name = path.split('/').next().unwrap();
        let acl = s.main.put(name).query("restype", "container").query("comp", "acl");
        acl.header("x-ms-blob-public-access", "blob").send().expect(200);
        assert_eq!(s.main.get(&path).auth(Auth::Nothing).send().expect(200).body, b"open");
        let list = s.main.get(name).query("restype", "container").query("comp", "list").auth(Auth::Nothing).send();
        assert!([403, 404].contains(&list.status), "{}", list.status);
    }

    fn stored_policies_come_back(s) {
        let name = s.container();
        let policies = "<SignedIdentifiers><SignedIdentifier><Id>one</Id><AccessPolicy><Start>2020-01-01T00:00:00.0000000Z</Start>\
            <Expiry>2040-01-01T00:00:00.0000000Z</Expiry><Permission>rl</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>";
        let set = s.main.put(&name).query("restype", "container").query("comp", "acl");
        set.body(policies).send().expect(200);
        let reply = s.main.get(&name).query("restype", "container").query("comp", "acl").send().expect(200);
        assert_eq!((reply.one("Id").as_str(), reply.one("Permission").as_str()), ("one", "rl"));
    }

    fn six_policies_are_too_many(s) {
        let name = s.container();
        let one = |id: usize| format!("<SignedIdentifier><Id>{id}</Id><AccessPolicy><Permission>r</Permission></AccessPolicy></SignedIdentifier>");
        let all: String = (0..6).map(one).collect();
        let set = s.main.put(&name).query("restype", "container").query("comp", "acl");
        set.body(format!("<SignedIdentifiers>{all}</SignedIdentifiers>")).send().expect(if s.deviates(110) { 200 } else { 400 });
    }

    fn containers_are_listed_by_prefix_and_in_pages(s) {
        let names: Vec<String> = (0..3).map(|_| s.container()).collect();
        let prefix = &names[0][..names[0].rfind('-').unwrap()];
        let (mut seen, mut marker) = (Vec::new(), String::new());
        loop {
            let list = s.main.get("").query("comp", "list").query("prefix", prefix).query("maxresults", "2");
            let list = if marker.is_empty() { list } else { list.query("marker", &marker) };
            let reply = list.send().expect(200);
            assert!(reply.all("Name").len() <= 2);
            seen.extend(reply.all("Name"));
            marker = reply.one("NextMarker");
            if marker.is_empty() {
                break;
            }
        }
        assert!(seen.is_sorted() && names.iter().all(|name| seen.contains(name)));
    }

    fn container_listings_show_metadata_on_request(s) {
        let name = s.container();
        let set = s.main.put(&name).query("restype", "container").query("comp", "metadata");
        set.header("x-ms-meta-k", "v").send().expect(200);
        let list = |include: &str| {
            let list = s.main.get("").query("comp", "list").query("prefix", &name);
            let list = if include.is_empty() { list } else { list.query("include", include) };
            list.send().expect(200).text()
        };
        assert!(list("metadata").contains("<k>v</k>") && !list("").contains("<k>v</k>"));
    }

    fn deleting_with_a_wrong_condition_is_refused(s) {
        let name = s.container();
        let delete = s.main.delete(&name).query("restype", "container");
        let reply = delete.header("If-Unmodified-Since", "Sun, 01 Jan 2012 00:00:00 GMT").send();
        reply.refused(412, "ConditionNotMet");
    }

    fn account_information_is_returned(s) {
        let reply = s.main.get("").query("restype", "account").query("comp", "properties").send().expect(200);
        assert!(reply.header("x-ms-sku-name").is_some() && reply.header("x-ms-account-kind").is_some());
    }

    fn service_properties_are_a_document(s) {
        let reply = s.main.get("").query("restype", "service").query("comp", "properties").send().expect(200);
        assert!(reply.text().contains("<StorageServiceProperties>"));
    }
}
