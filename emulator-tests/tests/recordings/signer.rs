//! Credentials of replayed requests: Shared Key, service SAS of a copy's source, and a token.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use azring_emulator_tests::emulator::clock::Moment;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

use crate::cassette::{Headers, decode, pairs};
use crate::request::Request;
use crate::service::KEY;

/// The headers whose values alone are signed, in this order. `Date` is never sent.
const SIGNED_HEADERS: [&str; 11] = [
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// Shared Key of the Table service: method, body headers, date, and the path.
pub fn table_key(account: &str, request: &Request) -> String {
    let value = |name| request.headers.get(name).unwrap_or_default();
    let comp = pairs(&request.query).find(|(name, _)| name == "comp");
    let comp = comp.map_or(String::new(), |(_, comp)| format!("?comp={comp}"));
    let text = format!(
        "{}\n{}\n{}\n{}\n/{account}{}{comp}",
        request.method,
        value("content-md5"),
        value("content-type"),
        value("x-ms-date"),
        request.path
    );
    format!("SharedKey {account}:{}", sign(&text))
}

/// `Authorization` by the account's key.
/// <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key>
pub fn shared_key(account: &str, request: &Request) -> String {
    format!(
        "SharedKey {account}:{}",
        sign(&string_to_sign(account, request))
    )
}

fn string_to_sign(account: &str, request: &Request) -> String {
    let mut text = request.method.clone();
    let length = request.body.len().to_string();
    for name in SIGNED_HEADERS {
        let value = match name {
            "content-length" if request.body.is_empty() => "",
            "content-length" => &length,
            _ => request.headers.get(name).unwrap_or_default(),
        };
        write!(text, "\n{value}").expect("a string grows");
    }
    let own: BTreeMap<&str, &str> = request
        .headers
        .0
        .iter()
        .filter(|(name, _)| name.starts_with("x-ms-"))
        .map(|(name, value)| (name.as_str(), value.trim()))
        .collect();
    for (name, value) in own {
        write!(text, "\n{name}:{value}").expect("a string grows");
    }
    write!(text, "\n/{account}{}", request.path).expect("a string grows");
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in pairs(&request.query) {
        parameters
            .entry(name.to_ascii_lowercase())
            .or_default()
            .push(value);
    }
    for (name, mut values) in parameters {
        values.sort();
        write!(text, "\n{name}:{}", values.join(",")).expect("a string grows");
    }
    text
}

/// The body of a batch with each of its requests signed anew.
pub fn batch(account: &str, body: &[u8], now: Moment) -> Vec<u8> {
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n");
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let mut request: Option<Request> = None;
    for line in &mut lines {
        if let Some(target) = line.strip_suffix(" HTTP/1.1") {
            let (method, target) = target.split_once(' ').unwrap_or((target, ""));
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            request = Some(Request {
                method: method.to_owned(),
                host: String::new(),
                path: path.to_owned(),
                query: query.to_owned(),
                headers: Headers::default(),
                body: Vec::new(),
            });
        } else if let (Some(one), Some((name, value))) = (&mut request, line.split_once(": ")) {
            match name {
                "Authorization" => {
                    let signed = shared_key(account, one);
                    *line = format!("Authorization: {signed}");
                }
                "x-ms-date" => {
                    one.headers.0.push((name.to_owned(), now.rfc1123()));
                    *line = format!("x-ms-date: {}", now.rfc1123());
                }
                _ => one
                    .headers
                    .0
                    .push((name.to_ascii_lowercase(), value.to_owned())),
            }
        }
    }
    lines.join("\r\n").into_bytes()
}

/// The query of a service SAS, with the parameters of a recorded one and a new signature.
/// <https://learn.microsoft.com/rest/api/storageservices/create-service-sas>
pub fn service_sas(label: &str, account: &str, path: &str, query: &str) -> String {
    let given: BTreeMap<String, String> = pairs(query).collect();
    let value = |name: &str| given.get(name).map_or("", String::as_str);
    let snapshot = if value("sr") == "bs" {
        value("snapshot")
    } else {
        ""
    };
    let resource = format!("/{label}/{account}{}", decode(path));
    let mut fields = vec![
        value("sp"),
        value("st"),
        value("se"),
        &resource,
        value("si"),
        value("sip"),
        value("spr"),
        value("sv"),
    ];
    if label == "blob" {
        fields.extend([value("sr"), snapshot]);
    }
    fields.extend(["rscc", "rscd", "rsce", "rscl", "rsct"].map(value));
    let signature = sign(&fields.join("\n"));
    let others = query.split('&').filter(|pair| !pair.starts_with("sig="));
    let signed = format!("sig={}", utf8_percent_encode(&signature, NON_ALPHANUMERIC));
    others
        .chain([signed.as_str()])
        .collect::<Vec<_>>()
        .join("&")
}

/// A bearer token of a tenant that is valid for an hour from `now` on.
pub fn token(tenant: &str, now: Moment) -> String {
    let part = |json: String| URL_SAFE_NO_PAD.encode(json);
    let header = part(r#"{"alg":"none","typ":"JWT"}"#.to_owned());
    let claims = part(format!(
        r#"{{"aud":"https://storage.azure.com","nbf":{},"exp":{},"oid":"object","tid":"{tenant}"}}"#,
        now.seconds().saturating_sub(60),
        now.seconds() + 3600
    ));
    format!("Bearer {header}.{claims}.")
}

fn sign(text: &str) -> String {
    let key = STANDARD.decode(KEY).expect("the key is base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}
