//! An emulator with an identity provider, and what a client sends to it.

use azring_emulator_tests::emulator::identity::{
    CLIENT_SECRET, CONFIDENTIAL_CLIENT, DEFAULT_TENANT, IdentitySettings, PUBLIC_CLIENT,
};
use azring_emulator_tests::emulator::{
    AccountOption, DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY, IdentityOptions, Options, Server,
    TlsChoice,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::client::{Auth, Client, Reply, Request};

/// The scope of Azure Storage.
pub(super) const SCOPE: &str = "https://storage.azure.com/.default";
/// The second account.
pub(super) const OTHER_ACCOUNT: &str = "acct2";

/// An emulator with an identity provider.
pub(super) struct OwnProvider {
    pub(super) server: Server,
    authority: NamedTempFile,
}

impl OwnProvider {
    pub(super) fn start(settings: IdentitySettings) -> Self {
        Self::with_options(Options {
            identity: Some(IdentityOptions {
                settings,
                ..IdentityOptions::default()
            }),
            ..Options::default()
        })
    }

    pub(super) fn with_options(options: Options) -> Self {
        let other = AccountOption {
            name: OTHER_ACCOUNT.to_owned(),
            ..AccountOption::development()
        };
        let server = Server::start(&Options {
            tls: TlsChoice::Own,
            accounts: vec![AccountOption::development(), other],
            ..options
        });
        let server = server.unwrap();
        let authority = NamedTempFile::new().unwrap();
        std::fs::write(authority.path(), server.authority_pem().unwrap()).unwrap();
        Self { server, authority }
    }

    /// Sends a form to the endpoint `path` of the default tenant.
    pub(super) fn post(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        self.post_to(DEFAULT_TENANT, path, form)
    }

    /// The same for another tenant.
    pub(super) fn post_to(&self, tenant: &str, path: &str, form: &[(&str, &str)]) -> Reply {
        let pair = |(name, value): &(&str, &str)| {
            format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        };
        let form: Vec<String> = form.iter().map(pair).collect();
        let request = client(&self.server.identity_url(), "")
            .request("POST", "")
            .raw_path(&format!("/{tenant}/oauth2/v2.0/{path}"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.join("&"));
        self.send(request)
    }

    /// Reads a document of the provider.
    pub(super) fn get(&self, path: &str) -> Reply {
        let request = client(&self.server.identity_url(), "").get("");
        self.send(request.raw_path(path))
    }

    /// A token of the confidential application.
    pub(super) fn token(&self) -> String {
        let form = [
            ("client_id", CONFIDENTIAL_CLIENT),
            ("client_secret", CLIENT_SECRET),
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
        ];
        text(&self.post("token", &form).expect(200), "access_token")
    }

    /// The answer to a request for a device code.
    pub(super) fn device_code(&self) -> Value {
        let form = [
            ("client_id", PUBLIC_CLIENT),
            (
                "scope",
                "https://storage.azure.com/.default offline_access openid profile",
            ),
        ];
        document(&self.post("devicecode", &form).expect(200))
    }

    /// Asks for the tokens of a device code.
    pub(super) fn poll(&self, code: &Value) -> Reply {
        let form = [
            ("client_id", PUBLIC_CLIENT),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", code["device_code"].as_str().unwrap()),
        ];
        self.post("token", &form)
    }

    /// Sends a request without a signature.
    pub(super) fn send(&self, request: Request) -> Reply {
        request.auth(Auth::Nothing).send_tls(self.authority.path())
    }

    /// Sends a request with a token.
    pub(super) fn send_with(&self, token: &str, request: Request) -> Reply {
        self.send(request.header("Authorization", &format!("Bearer {token}")))
    }

    /// Sends a request that the account's key signs.
    pub(super) fn send_signed(&self, request: Request) -> Reply {
        request.send_tls(self.authority.path())
    }

    /// A client of the Blob service.
    pub(super) fn blobs(&self, account: &str) -> Client {
        client(&self.server.blob_url(), account)
    }

    /// A client of the File service.
    pub(super) fn files(&self) -> Client {
        client(&self.server.file_url(), DEVELOPMENT_ACCOUNT)
    }

    /// A request to the Table service.
    pub(super) fn tables(&self, method: &'static str, path: &str) -> Request {
        let tables = client(&self.server.table_url(), DEVELOPMENT_ACCOUNT);
        let request = tables.request(method, "");
        request
            .raw_path(&format!("/{DEVELOPMENT_ACCOUNT}/{path}"))
            .header("Accept", "application/json;odata=nometadata")
    }

    /// Lists the containers of the development account with a token.
    pub(super) fn list_containers(&self, token: &str) -> Reply {
        let list = self
            .blobs(DEVELOPMENT_ACCOUNT)
            .get("")
            .query("comp", "list");
        self.send_with(token, list)
    }

    /// A request to an endpoint over plain HTTP.
    pub(super) fn plain(url: &str, path: &str) -> Request {
        let request = client(url, "").get("").raw_path(path);
        request.without("x-ms-version").auth(Auth::Nothing)
    }
}

fn client(url: &str, account: &str) -> Client {
    let address = url.split_once("://").unwrap().1;
    Client::new(address, account, DEVELOPMENT_KEY)
}

/// The JSON document of an answer.
pub(super) fn document(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_else(|error| panic!("{error}: {}", reply.text()))
}

/// A text in the JSON document of an answer.
pub(super) fn text(reply: &Reply, name: &str) -> String {
    let document = document(reply);
    let text = document[name].as_str();
    text.unwrap_or_else(|| panic!("no {name} in {document}"))
        .to_owned()
}

/// Checks that the provider refused like this.
#[track_caller]
pub(super) fn assert_refused(reply: &Reply, status: u16, error: &str, code: u32) {
    let document = document(reply);
    assert_eq!(reply.status, status, "{document}");
    assert_eq!(document["error"], error, "{document}");
    if code != 0 {
        assert_eq!(document["error_codes"][0], code, "{document}");
        let begin = format!("AADSTS{code}: ");
        let description = document["error_description"].as_str().unwrap();
        assert!(description.starts_with(&begin), "{document}");
    }
}
