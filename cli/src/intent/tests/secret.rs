//! Where a key or a signature comes from (typed, a variable, a file, standard input, the environment), and which
//! account it goes to.

use std::ffi::OsString;

use azring_core::location::Location;
use azring_transport::auth::Credential;
use insta::assert_snapshot;

use super::{UPLOAD, alone, options};
use crate::args;
use crate::environment::Environment;

/// The kind of the credential and its secret, as text.
fn identity(location: &Location) -> String {
    let Location::Blob(place) = location else {
        panic!("not a service");
    };
    match &place.account().credential {
        Credential::Anonymous => "nobody".to_owned(),
        Credential::SharedKey { account, key } => {
            format!("{account} {}", key.expose().escape_ascii())
        }
        Credential::Sas(query) => query.expose().clone(),
        Credential::Bearer(_) => "a token".to_owned(),
    }
}

/// The identity of the destination of an upload.
fn uploading(more: &[&str], environment: &Environment) -> Result<String, String> {
    let words: Vec<OsString> = UPLOAD.iter().chain(more).map(OsString::from).collect();
    let args = args::read(&words).unwrap();
    options(&args, environment)
        .map(|options| identity(&options.target))
        .map_err(|error| error.to_string())
}

/// The identity of the destination at this URL, of an upload without a key or a signature.
fn identity_at(url: &str, environment: &Environment) -> String {
    let words = [
        OsString::from("/Source:/data"),
        format!("/Dest:{url}").into(),
        "/DestType:Blob".into(),
    ];
    identity(
        &options(&args::read(&words).unwrap(), environment)
            .unwrap()
            .target,
    )
}

#[test]
fn a_secret_may_be_in_a_variable_a_file_or_standard_input() {
    let environment = Environment {
        secret_line: Box::new(|question| Some(question.replace("/DestKey: ", "bGluZQ=="))),
        ..alone(&[("MY_KEY", "dmFyaWFibGU=")])
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "ZmlsZQ==\nand more").unwrap();
    let in_file = format!("/DestKey:@file:{}", file.path().display());
    assert_eq!(
        uploading(&["/DestKey:@env:MY_KEY"], &environment),
        Ok("a variable".into())
    );
    assert_eq!(uploading(&[&in_file], &environment), Ok("a file".into()));
    assert_eq!(
        uploading(&["/DestKey:-"], &environment),
        Ok("a line".into())
    );
}

#[test]
fn a_secret_that_is_not_where_it_is_said_to_be_is_missed_by_name() {
    let missing = |word| uploading(&[word], &alone(&[("EMPTY", "")])).unwrap_err();
    assert_snapshot!(missing("/DestKey:@env:NOT_SET"), @"the variable `NOT_SET`, which `/DestKey` names, is not set");
    assert_snapshot!(missing("/DestKey:@env:EMPTY"), @"the variable `EMPTY`, which `/DestKey` names, is not set");
    assert_snapshot!(missing("/DestKey:@file:/no/such/file"), @"cannot read the file `/no/such/file`, which `/DestKey` names: no such file or directory");
    assert_snapshot!(missing("/DestKey:@file:/dev/null"), @"cannot read the file `/dev/null`, which `/DestKey` names: it is empty");
    assert_snapshot!(missing("/DestSAS:-"), @"`/DestSAS` is read from standard input, but standard input is empty");
}

#[test]
fn the_environment_is_asked_in_the_order_of_azures_tools() {
    let all = [
        ("AZRING_DEST_SAS", "sig=own"),
        ("AZRING_DEST_KEY", "b3du"),
        (
            "AZURE_STORAGE_CONNECTION_STRING",
            "AccountName=a;AccountKey=c3RyaW5n;EndpointSuffix=core.windows.net",
        ),
        ("AZURE_STORAGE_ACCOUNT", "a"),
        ("AZURE_STORAGE_SAS_TOKEN", "?sig=shared"),
        ("AZURE_STORAGE_KEY", "c2hhcmVk"),
    ];
    let expected = [
        "sig=own",
        "a own",
        "a string",
        "sig=shared",
        "nobody",
        "nobody",
    ];
    for (first, expected) in expected.iter().enumerate() {
        assert_eq!(
            uploading(&[], &alone(&all[first..])).as_deref(),
            Ok(*expected),
            "from {first}"
        );
    }
    assert_eq!(
        uploading(&[], &alone(&[all[3], all[5]])),
        Ok("a shared".into())
    );
}

#[test]
fn what_is_typed_comes_before_the_environment() {
    let environment = alone(&[("AZRING_DEST_SAS", "sig=own")]);
    assert_eq!(
        uploading(&["/DestKey:dHlwZWQ="], &environment),
        Ok("a typed".into())
    );
    let words = [
        "/Source:/data",
        "/Dest:https://a.blob.core.windows.net/c?sig=url",
    ];
    let args = args::read(&words.map(OsString::from)).unwrap();
    assert_eq!(
        identity(&options(&args, &environment).unwrap().target),
        "sig=url"
    );
}

#[test]
fn the_environments_account_gets_its_secret_and_no_other_does() {
    let environment = alone(&[
        ("AZURE_STORAGE_ACCOUNT", "a"),
        ("AZURE_STORAGE_SAS_TOKEN", "sig=shared"),
    ]);
    let from = |url: &str| {
        let words = [
            format!("/Source:{url}").into(),
            OsString::from("/Dest:/data"),
            "/SourceType:Blob".into(),
        ];
        let args = args::read(&words).unwrap();
        identity(&options(&args, &environment).unwrap().source)
    };
    assert_eq!(from("https://a.blob.core.windows.net/c"), "sig=shared");
    assert_eq!(
        from("https://a-secondary.blob.core.windows.net/c"),
        "sig=shared"
    );
    assert_eq!(from("http://127.0.0.1:10000/a/c"), "sig=shared");
    assert_eq!(from("https://b.blob.core.windows.net/c"), "nobody");
    assert_eq!(from("http://10.0.0.1:10000/a/c"), "nobody");
}

#[test]
fn a_connection_string_belongs_to_its_endpoint() {
    let string = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=c3RyaW5n;BlobEndpoint=http://127.0.0.1:10000/a;";
    let environment = alone(&[("AZURE_STORAGE_CONNECTION_STRING", string)]);
    let to = |url: &str| identity_at(url, &environment);
    assert_eq!(to("http://127.0.0.1:10000/a/c"), "a string");
    assert_eq!(to("http://127.0.0.1:10001/a/c"), "nobody");
    assert_eq!(to("https://a.blob.core.windows.net/c"), "nobody");
}

#[test]
fn development_storage_is_the_account_of_an_emulator_on_this_machine() {
    let environment = alone(&[(
        "AZURE_STORAGE_CONNECTION_STRING",
        "UseDevelopmentStorage=true",
    )]);
    let to = |url: &str| identity_at(url, &environment);
    let key = "devstoreaccount1 \\x11\\xbc";
    assert!(to("http://127.0.0.1:10000/devstoreaccount1/c").starts_with(key));
    assert!(to("http://localhost:4711/devstoreaccount1/c").starts_with(key));
    assert_eq!(to("http://127.0.0.1:10000/other/c"), "nobody");
    assert_eq!(
        to("https://devstoreaccount1.blob.core.windows.net/c"),
        "nobody"
    );
}

#[test]
fn a_wrong_secret_of_the_environment_is_named_by_its_variable() {
    let environment = alone(&[("AZRING_DEST_KEY", "canary!")]);
    let text = uploading(&[], &environment).unwrap_err();
    assert!(!text.contains("canary"));
    assert_snapshot!(text, @r#"Error parsing destination location "https://a.blob.core.windows.net/c": the key given for the account `a` is not base64: copy it again from the account's access keys (the variable `AZRING_DEST_KEY` is set). For more details, please type "azring /?:Dest"."#);
}
