//! Managed identities: IMDS, App Service and Azure Arc.

use azring_emulator_tests::emulator::identity::settings::ManagedIdentity;
use azring_emulator_tests::emulator::identity::{
    IDENTITY_HEADER, IdentitySettings, MANAGED_IDENTITY,
};

use super::own_provider::{OwnProvider, document, text};
use crate::client::{Reply, Request};

const RESOURCE: &str = "resource=https%3A%2F%2Fstorage.azure.com";
const OTHER: &str = "55556666-ffff-7777-aaaa-8888bbbb9999";
const OTHER_RESOURCE: &str = "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";

fn start() -> OwnProvider {
    let mut settings = IdentitySettings::default();
    settings.managed_identities.push(ManagedIdentity {
        client_id: OTHER.to_owned(),
        object_id: "66667777-aaaa-8888-bbbb-9999cccc0000".to_owned(),
        resource_id: OTHER_RESOURCE.to_owned(),
    });
    OwnProvider::start(settings)
}

fn imds(provider: &OwnProvider, query: &str) -> Request {
    let url = provider.server.identity_http_url();
    let path = format!("/metadata/identity/oauth2/token?api-version=2018-02-01&{query}");
    OwnProvider::plain(&url, &path)
}

fn assert_bad(reply: &Reply, status: u16, description: &str) {
    assert_eq!(reply.status, status, "{}", reply.text());
    assert_eq!(document(reply)["error_description"], description);
}

#[test]
fn a_virtual_machine_gets_a_token_with_numbers_as_texts() {
    let provider = start();
    let reply = imds(&provider, RESOURCE).header("Metadata", "true").send();
    let answer = document(&reply.clone().expect(200));
    assert_eq!(answer["client_id"], MANAGED_IDENTITY);
    assert_eq!(answer["expires_in"], "3600");
    assert_eq!(answer["resource"], "https://storage.azure.com");
    let [first, end] = ["not_before", "expires_on"]
        .map(|name| answer[name].as_str().unwrap().parse::<u64>().unwrap());
    assert_eq!(end - first, 3_600);
    provider
        .list_containers(&text(&reply, "access_token"))
        .expect(200);
}

#[test]
fn an_identity_is_chosen_by_each_of_its_ids() {
    let provider = start();
    for (name, value) in [
        ("client_id", OTHER),
        ("object_id", "66667777-aaaa-8888-bbbb-9999cccc0000"),
        ("msi_res_id", OTHER_RESOURCE),
    ] {
        let request = imds(&provider, &format!("{RESOURCE}&{name}={value}"));
        let reply = request.header("Metadata", "true").send().expect(200);
        assert_eq!(document(&reply)["client_id"], OTHER, "{name}");
    }
    let unknown = imds(&provider, &format!("{RESOURCE}&client_id=nobody"));
    let reply = unknown.header("Metadata", "true").send();
    assert_bad(&reply, 400, "Identity not found");
}

#[test]
fn a_machine_refuses_requests_that_did_not_come_from_it() {
    let provider = start();
    let without = imds(&provider, RESOURCE).send();
    assert_bad(&without, 400, "Required metadata header not specified");
    let proxied = imds(&provider, RESOURCE)
        .header("Metadata", "true")
        .header("X-Forwarded-For", "10.0.0.1")
        .send();
    assert_bad(&proxied, 400, "Requests of a proxy are not served");
    let nothing = imds(&provider, "").header("Metadata", "true").send();
    assert_eq!(nothing.status, 400);
}

#[test]
fn a_web_app_gets_a_token_by_its_header() {
    let provider = start();
    let url = provider.server.identity_http_url();
    let path = format!("/msi/token?api-version=2019-08-01&{RESOURCE}");
    let request = |header| OwnProvider::plain(&url, &path).header("X-IDENTITY-HEADER", header);
    let reply = request(IDENTITY_HEADER).send().expect(200);
    provider
        .list_containers(&text(&reply, "access_token"))
        .expect(200);
    assert_eq!(request("wrong").send().status, 401);
    let other = format!("{path}&mi_res_id={OTHER_RESOURCE}");
    let other = OwnProvider::plain(&url, &other).header("X-IDENTITY-HEADER", IDENTITY_HEADER);
    assert_eq!(document(&other.send().expect(200))["client_id"], OTHER);
}

#[test]
fn a_machine_of_azure_arc_reads_a_key_file_that_is_good_once() {
    let folder = tempfile::tempdir().unwrap();
    let provider = OwnProvider::start(IdentitySettings {
        arc_folder: Some(folder.path().to_owned()),
        ..IdentitySettings::default()
    });
    let url = provider.server.identity_http_url();
    let path = format!("/arc/metadata/identity/oauth2/token?api-version=2020-06-01&{RESOURCE}");
    let request = || OwnProvider::plain(&url, &path).header("Metadata", "true");
    let challenge = request().send().expect(401);
    let realm = challenge.header("www-authenticate").unwrap().to_owned();
    let file = realm.strip_prefix("Basic realm=").unwrap();
    let extension = std::path::Path::new(file).extension();
    assert_eq!(extension, Some("key".as_ref()), "{file}");
    let key = std::fs::read_to_string(file).unwrap();
    let answered = || {
        request()
            .header("Authorization", &format!("Basic {key}"))
            .send()
    };
    let reply = answered().expect(200);
    provider
        .list_containers(&text(&reply, "access_token"))
        .expect(200);
    assert_eq!(answered().status, 401);
    assert!(!std::path::Path::new(file).exists());
}

#[test]
fn a_machine_without_a_folder_for_keys_has_no_azure_arc() {
    let provider = start();
    let path = format!("/arc/metadata/identity/oauth2/token?api-version=2020-06-01&{RESOURCE}");
    let request = OwnProvider::plain(&provider.server.identity_http_url(), &path);
    assert_eq!(request.header("Metadata", "true").send().status, 500);
}
