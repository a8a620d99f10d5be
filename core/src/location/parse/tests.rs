//! What a typed location means, and what is refused.

use proptest::prelude::*;

use azring_transport::auth::{Credential, Secret};

use super::super::encoding::encode_name;
use super::*;

fn open(text: &str) -> Result<Location> {
    parse(text, Access::default(), None)
}

fn blob(text: &str) -> BlobLocation {
    match open(text) {
        Ok(Location::Blob(place)) => place,
        other => panic!("{text}: {other:?}"),
    }
}

fn refusal(text: &str) -> String {
    match open(text) {
        Err(Error::Usage(message)) => message,
        other => panic!("{text}: {other:?}"),
    }
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn with_key(key: &str) -> Access {
    Access {
        key: Some(secret(key)),
        sas: None,
    }
}

fn with_sas(sas: &str) -> Access {
    Access {
        key: None,
        sas: Some(secret(sas)),
    }
}

#[test]
fn a_path_is_local_relative_or_not() {
    for text in ["/data/x", "x", "./C:\\x", ".", "a b/ü", "http:/x"] {
        let location = open(text).unwrap();
        assert!(
            matches!(&location, Location::Local(path) if path.as_os_str() == text),
            "{location:?}"
        );
    }
}

#[test]
fn host_style_names_account_container_and_directory() {
    let place = blob("https://myaccount.blob.core.windows.net/mycontainer/vd1/a%20b%2Fc.txt");
    assert_eq!(place.account_place.account_name, "myaccount");
    assert_eq!(place.account_place.base_path, "");
    assert_eq!(place.container, "mycontainer");
    assert_eq!(place.directory, "vd1/a b/c.txt");
    assert!(!place.is_directory && !place.account_place.secondary);
    assert_eq!(place.account().endpoint.port, 443);
    assert_eq!(
        place.account().endpoint.host,
        "myaccount.blob.core.windows.net"
    );
}

#[test]
fn the_articles_upper_case_container_is_left_to_the_service() {
    let place = blob("https://myaccount.blob.core.windows.net/myContainer/");
    assert_eq!(place.container, "myContainer");
    assert!(place.is_directory);
}

#[test]
fn a_trailing_slash_makes_a_directory_and_is_no_part_of_its_name() {
    let place = blob("https://a.blob.core.windows.net/c/x//");
    assert_eq!((place.directory.as_str(), place.is_directory), ("x/", true));
    let place = blob("https://a.blob.core.windows.net/c/x");
    assert_eq!((place.directory.as_str(), place.is_directory), ("x", false));
}

#[test]
fn the_secondary_region_is_read_with_the_accounts_own_name() {
    let place = blob("https://myaccount-secondary.blob.core.windows.net/c");
    assert!(place.account_place.secondary);
    assert_eq!(place.account_place.account_name, "myaccount");
    assert_eq!(
        place.account().endpoint.host,
        "myaccount-secondary.blob.core.windows.net"
    );

    let place = blob("http://127.0.0.1:10000/devstoreaccount1-secondary/c");
    assert!(place.account_place.secondary);
    assert_eq!(place.account_place.account_name, "devstoreaccount1");
    assert_eq!(place.container_path(), "/devstoreaccount1-secondary/c");
}

#[test]
fn the_emulator_is_path_style() {
    for text in [
        "http://127.0.0.1:10000/devstoreaccount1/container/dir",
        "http://[::1]:10000/devstoreaccount1/container/dir",
        "http://localhost/devstoreaccount1/container/dir",
        "http://azurite:10000/devstoreaccount1/container/dir",
        "http://host.docker.internal:10000/devstoreaccount1/container/dir",
    ] {
        let place = blob(text);
        assert_eq!(
            place.account_place.account_name, "devstoreaccount1",
            "{text}"
        );
        assert_eq!(place.account_place.base_path, "/devstoreaccount1");
        assert_eq!(place.container, "container");
        assert_eq!(place.directory, "dir");
        assert_eq!(
            place.blob_path("dir/a b"),
            "/devstoreaccount1/container/dir/a%20b"
        );
    }
    let place = blob("http://devstoreaccount1.blob.localhost:10000/container");
    assert_eq!(
        (
            place.account_place.account_name.as_str(),
            place.account_place.base_path.as_str()
        ),
        ("devstoreaccount1", "")
    );
}

#[test]
fn root_and_web_are_containers() {
    let place = blob("https://a.blob.core.windows.net/$root/x.txt");
    assert_eq!(place.blob_path("x.txt"), "/$root/x.txt");
    assert_eq!(
        blob("https://a.blob.core.windows.net/%24web").container,
        "$web"
    );
}

#[test]
fn a_custom_domain_needs_its_type_and_cannot_sign() {
    let text = "https://cdn.contoso.com/c/dir";
    assert!(refusal(text).contains("is unknown: give the type"));
    let kind = Some(ServiceKind::Blob);
    let Location::Blob(place) = parse(text, with_sas("?sv=1&sig=x"), kind).unwrap() else {
        panic!("local");
    };
    assert_eq!(
        (
            place.account_place.account_name.as_str(),
            place.directory.as_str()
        ),
        ("", "dir")
    );
    let error = parse(text, with_key("a2V5"), kind).unwrap_err();
    assert!(error.to_string().contains("custom domain"), "{error}");
}

#[test]
fn a_private_cloud_shows_its_account_once_the_type_is_given() {
    let text = "https://acct.blob.local.azurestack.external/c";
    assert!(refusal(text).contains("is unknown: give the type"));
    let Location::Blob(place) = parse(text, with_key("a2V5"), Some(ServiceKind::Blob)).unwrap()
    else {
        panic!("local");
    };
    assert_eq!(place.account_place.account_name, "acct");
}

#[test]
fn other_services_are_refused_by_name() {
    for (label, name) in [("queue", "Queue storage"), ("dfs", "Data Lake Storage")] {
        let message = refusal(&format!("https://a.{label}.core.windows.net/x"));
        assert!(message.contains(name), "{message}");
    }
    let error = parse(
        "https://a.blob.core.windows.net/c",
        Access::default(),
        Some(ServiceKind::Table),
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("belongs to Blob storage")
    );
}

fn table(text: &str, kind: Option<ServiceKind>) -> TableLocation {
    match parse(text, Access::default(), kind) {
        Ok(Location::Table(place)) => place,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn every_table_endpoint_names_account_and_table() {
    for (host, secondary) in [
        ("https://acct.table.core.windows.net/", false),
        ("https://acct-secondary.table.core.windows.net/", true),
        ("https://acct.table.core.chinacloudapi.cn/", false),
        ("https://acct.table.core.usgovcloudapi.net/", false),
        ("https://acct.table.core.cloudapi.de/", false),
        ("https://acct.z12.table.storage.azure.net/", false),
        ("https://acct.table.cosmos.azure.com/", false),
        ("https://acct.table.cosmosdb.windows.net:443/", false),
        ("https://acct.table.local.azurestack.external/", false),
        ("http://acct.table.localhost:10002/", false),
    ] {
        for slash in ["", "/"] {
            let place = table(&format!("{host}myTable{slash}"), None);
            assert_eq!(place.account_place.account_name, "acct", "{host}");
            assert_eq!(place.account_place.secondary, secondary, "{host}");
            assert_eq!(place.table_path(), "/myTable");
            assert_eq!(place.account_path("$batch"), "/$batch");
        }
    }
}

#[test]
fn an_address_is_a_table_by_its_type() {
    let text = "http://127.0.0.1:10002/acct/mytable";
    let place = table(text, Some(ServiceKind::Table));
    assert_eq!(place.account_place.account_name, "acct");
    assert_eq!(place.table_path(), "/acct/mytable");
    assert_eq!(place.account_path("$batch"), "/acct/$batch");
    assert_eq!(place.to_string(), text);
    assert_eq!(place.table_url(), text);
    let secondary = "http://127.0.0.1:10002/acct-secondary/mytable/";
    assert!(
        table(secondary, Some(ServiceKind::Table))
            .account_place
            .secondary
    );
}

fn share(text: &str) -> ShareLocation {
    match open(text) {
        Ok(Location::Share(place)) => place,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn every_file_endpoint_names_account_share_and_directory() {
    for host in [
        "https://acct.file.core.windows.net/",
        "https://acct.file.core.chinacloudapi.cn/",
        "https://acct.file.core.usgovcloudapi.net/",
        "https://acct.file.core.cloudapi.de/",
        "https://acct.z12.file.storage.azure.net/",
        "http://acct.file.localhost:10004/",
    ] {
        let place = share(&format!("{host}myshare/a%20b/c.txt"));
        assert_eq!(place.account_place.account_name, "acct", "{host}");
        assert_eq!(
            (place.share.as_str(), place.directory.as_str()),
            ("myshare", "a b/c.txt")
        );
        assert_eq!(place.file_path("a b/c.txt"), "/myshare/a%20b/c.txt");
        assert_eq!(place.file_path(""), "/myshare");
        assert!(!place.is_directory);
    }
}

#[test]
fn an_address_or_a_private_cloud_is_a_share_by_its_type() {
    for (text, base_path) in [
        ("http://127.0.0.1:10004/acct/s/d/", "/acct"),
        ("https://acct.file.local.azurestack.external/s/d/", ""),
    ] {
        let location = parse(text, Access::default(), Some(ServiceKind::Share)).unwrap();
        let Location::Share(place) = location else {
            panic!("{text}: no share");
        };
        assert_eq!(place.account_place.account_name, "acct");
        assert_eq!(place.account_place.base_path, base_path);
        assert_eq!((place.share.as_str(), place.directory.as_str()), ("s", "d"));
        assert!(place.is_directory);
        assert_eq!(place.to_string(), text);
    }
}

#[test]
fn empty_parts_of_a_directory_of_a_share_are_left_out() {
    let place = share("https://a.file.core.windows.net/s/x//y//");
    assert_eq!(place.directory, "x/y");
    assert_eq!(place.to_string(), "https://a.file.core.windows.net/s/x/y/");
}

#[test]
fn a_snapshot_of_a_share_is_no_part_of_the_signature() {
    let time = "2020-09-24T08:09:27.0000000Z";
    let url = "https://a.file.core.windows.net/s/d";
    let place = share(&format!(
        "{url}?sv=1&sharesnapshot=2020-09-24T08%3A09%3A27.0000000Z&sig=x"
    ));
    assert_eq!(place.snapshot.as_deref(), Some(time));
    assert!(
        matches!(&place.account().credential, Credential::Sas(token) if token.expose() == "sv=1&sig=x")
    );
    assert_eq!(place.to_string(), format!("{url}?sharesnapshot={time}"));
    let again = share(&place.to_string());
    assert_eq!(again.snapshot.as_deref(), Some(time));
    assert!(refusal(&format!("{url}?sharesnapshot=x")).contains("`x` is no snapshot"));
    let of_blobs = refusal(&format!(
        "https://a.blob.core.windows.net/c?sharesnapshot={time}"
    ));
    assert!(of_blobs.contains("`sharesnapshot`"), "{of_blobs}");
}

#[test]
fn a_malformed_share_is_refused_with_advice() {
    for (text, says) in [
        ("https://a.file.core.windows.net", "names no share"),
        (
            "https://a.file.core.windows.net/s//",
            "two slashes after the share",
        ),
        ("https://a.file.core.windows.net/s/../d", "`..`"),
        (
            "https://a.file.core.windows.net/s%2Fd/e",
            "no name of a share",
        ),
        ("https://a.file.core.windows.net/s?snapshot=1", "`snapshot`"),
    ] {
        let message = refusal(text);
        assert!(message.contains(says), "{text}: {message}");
    }
}

#[test]
fn malformed_locations_are_refused_with_advice() {
    for (text, says) in [
        ("", "empty"),
        ("C:\\myfolder", "Windows path"),
        ("c:/x", "Windows path"),
        ("\\\\server\\share", "Windows path"),
        ("file:///data", "without `file://`"),
        ("ftp://host/x", "`ftp://`"),
        ("https://", "no host name"),
        ("https://a.blob.core.windows.net", "whole account"),
        ("https://a.blob.core.windows.net/", "whole account"),
        ("http://127.0.0.1:10000/devstoreaccount1", "whole account"),
        ("http://127.0.0.1:10000/", "name the account first"),
        ("https://user:pw@a.blob.core.windows.net/c", "user name"),
        ("https://a.blob.core.windows.net:0/c", "no port"),
        ("https://a.blob.core.windows.net:99999/c", "no port"),
        ("https://a.blob.core.windows.net:x/c", "no host and port"),
        ("https://[::zz]/a/c", "no host name"),
        ("https://a b/c", "no host name"),
        ("https://a..b/c", "no host name"),
        ("https://a.blob.core.windows.net/c/%zz", "`%25`"),
        ("https://a.blob.core.windows.net/c/%FF", "UTF-8"),
        ("https://a.blob.core.windows.net/c/a#b", "`%23`"),
        ("https://a.blob.core.windows.net/c/a\\b", "`%5C`"),
        ("https://a.blob.core.windows.net/c//", "two slashes"),
        ("https://a.blob.core.windows.net/c/../d", "`..`"),
        ("https://a.blob.core.windows.net/c/a%00b", "NUL"),
        (
            "https://a.blob.core.windows.net/c%2Fd/e",
            "no name of a container",
        ),
        (
            "https://a.blob.core.windows.net/c?snapshot=2020",
            "`snapshot`",
        ),
        ("https://a.blob.core.windows.net/c?comp=list", "`comp`"),
    ] {
        let message = refusal(text);
        assert!(message.contains(says), "{text}: {message}");
    }
}

#[test]
fn a_token_in_the_url_is_the_credential() {
    let place = blob("https://a.blob.core.windows.net/c/?sv=2019-02-02&sp=rl&sig=a%2Bb%3D");
    assert!(place.is_directory);
    assert!(
        matches!(&place.account().credential, Credential::Sas(token) if token.expose() == "sv=2019-02-02&sp=rl&sig=a%2Bb%3D")
    );
    assert_eq!(place.to_string(), "https://a.blob.core.windows.net/c/");
}

#[test]
fn no_credential_is_anonymous() {
    let place = blob("https://a.blob.core.windows.net/c");
    assert!(matches!(place.account().credential, Credential::Anonymous));
}

#[test]
fn a_key_is_decoded_and_belongs_to_the_account() {
    let access = with_key(" a2V5IGJ5dGVz ");
    let Location::Blob(place) =
        parse("https://a-secondary.blob.core.windows.net/c", access, None).unwrap()
    else {
        panic!("local");
    };
    assert!(matches!(
        &place.account().credential,
        Credential::SharedKey { account, key } if account == "a" && key.expose() == b"key bytes"
    ));
}

#[test]
fn an_empty_key_is_no_key() {
    let error = parse("https://a.blob.core.windows.net/c", with_key(" "), None).unwrap_err();
    assert!(error.to_string().contains("not base64"), "{error}");
}

#[test]
fn two_credentials_for_one_location_are_refused() {
    let url = "https://a.blob.core.windows.net/c";
    let both = Access {
        key: Some(secret("a2V5")),
        sas: Some(secret("sig=x")),
    };
    assert!(parse(url, both, None).is_err());
    let signed = format!("{url}?sig=x");
    assert!(parse(&signed, with_key("a2V5"), None).is_err());
    assert!(parse(&signed, with_sas("sig=y"), None).is_err());
}

#[test]
fn a_credential_or_type_for_a_local_path_is_refused() {
    assert!(parse("/data", with_key("a2V5"), None).is_err());
    assert!(parse("/data", with_sas("sig=x"), None).is_err());
    assert!(parse("/data", Access::default(), Some(ServiceKind::Blob)).is_err());
}

#[test]
fn no_error_shows_a_secret() {
    let canary = "c4n4ryc4n4ry";
    let url = "https://a.blob.core.windows.net/c";
    let errors = [
        parse(url, with_key(&format!("{canary}!")), None),
        parse(url, with_sas(canary), None),
        parse(url, with_sas(&format!("sv={canary}")), None),
        parse(url, with_sas(&format!("sig=%{canary}%")), None),
        parse(&format!("{url}?sv={canary}"), Access::default(), None),
        parse(&format!("{url}/%zz?sig={canary}"), Access::default(), None),
        parse(&format!("ftp://a/c?sig={canary}"), Access::default(), None),
        parse(&format!("https://a_?sig={canary}"), Access::default(), None),
        parse(
            &format!("https://a.blob.core.windows.net?sig={canary}"),
            Access::default(),
            None,
        ),
        parse(
            &format!("https://u:{canary}@a.blob.core.windows.net/c"),
            Access::default(),
            None,
        ),
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("c4n4ry"), "{error}");
    }
}

/// A blob's directory as it may be addressed: no part `.` or `..`, and not empty in front.
fn directory() -> impl Strategy<Value = String> {
    prop::collection::vec("[^/\0]{1,12}", 0..4)
        .prop_filter("steps", |parts| {
            parts.iter().all(|part| part != "." && part != "..")
        })
        .prop_map(|parts| parts.join("/"))
}

fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9]{3,24}(-secondary)?\\.blob\\.core\\.(windows\\.net|chinacloudapi\\.cn)(:[1-9][0-9]{0,3})?/",
        "[a-z0-9]{3,24}\\.z[0-9]{1,2}\\.blob\\.storage\\.azure\\.net/",
        "(127\\.0\\.0\\.1|\\[::1\\]|localhost)(:[1-9][0-9]{0,3})?/[a-z0-9]{3,24}(-secondary)?/",
    ]
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_the_same_place(
        scheme in "https?",
        host in host(),
        container in "[a-z0-9-]{3,63}|\\$root|\\$web",
        directory in directory(),
        slash in any::<bool>(),
    ) {
        let mut url = format!("{scheme}://{host}{container}");
        if !directory.is_empty() {
            url.push('/');
            encode_name(&mut url, &directory);
        }
        url.push_str(if slash { "/" } else { "" });
        let first = blob(&url);
        prop_assert_eq!(&first.directory, &directory);
        prop_assert_eq!(&first.container, &container);
        let second = blob(&first.to_string());
        prop_assert_eq!(first.to_string(), second.to_string());
        prop_assert_eq!(&first.account().endpoint, &second.account().endpoint);
        prop_assert_eq!(
            (first.account_place.account_name, first.account_place.base_path, first.container, first.directory, first.is_directory, first.account_place.secondary),
            (second.account_place.account_name, second.account_place.base_path, second.container, second.directory, second.is_directory, second.account_place.secondary)
        );
    }

    #[test]
    fn a_local_path_reads_back(path in "[a-zA-Z0-9 _./~ü-]{1,40}") {
        let location = open(&path).unwrap();
        prop_assert_eq!(location.to_string(), path);
    }

    #[test]
    fn any_text_is_a_location_or_an_error(text in "(https?://)?\\PC{0,60}") {
        let _ = open(&text);
    }
}
