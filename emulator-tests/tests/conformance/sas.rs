//! Shared access signatures, written apart from the emulator's check of them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::client::{Auth, Client, Request, VERSION, iso_date};

/// The parameters of a SAS.
pub type SasPairs = Vec<(&'static str, String)>;

/// The fields of a service SAS with their defaults.
pub struct ServiceSas {
    pub service: &'static str,
    pub resource: &'static str,
    pub version: &'static str,
    pub permissions: String,
    pub start: String,
    pub expiry: String,
    pub identifier: String,
    pub addresses: String,
    pub protocol: String,
    pub snapshot: String,
}

impl ServiceSas {
    /// One for a container (`c`), a blob (`b`) or a snapshot (`bs`).
    pub fn blob(resource: &'static str, permissions: &str) -> Self {
        Self::new("blob", resource, permissions)
    }

    /// One for a share (`s`) or a file (`f`).
    pub fn file(resource: &'static str, permissions: &str) -> Self {
        Self::new("file", resource, permissions)
    }

    fn new(service: &'static str, resource: &'static str, permissions: &str) -> Self {
        Self {
            service,
            resource,
            version: VERSION,
            permissions: permissions.to_owned(),
            start: String::new(),
            expiry: iso_date(3600),
            identifier: String::new(),
            addresses: String::new(),
            protocol: String::new(),
            snapshot: String::new(),
        }
    }

    /// Signs for a container or share, or for `container/blob` or `share/file`.
    pub fn pairs(&self, client: &Client, path: &str) -> SasPairs {
        let resource = format!("/{}/{}/{path}", self.service, client.account);
        let mut fields = vec![
            self.permissions.as_str(),
            &self.start,
            &self.expiry,
            &resource,
            &self.identifier,
            &self.addresses,
            &self.protocol,
            self.version,
        ];
        if self.service == "blob" {
            fields.extend([self.resource, &self.snapshot, ""]);
        }
        // The five headers that a SAS can set in answers.
        fields.extend([""; 5]);
        let mut pairs = vec![
            ("sv", self.version.to_owned()),
            ("sr", self.resource.to_owned()),
            ("sp", self.permissions.clone()),
            ("st", self.start.clone()),
            ("se", self.expiry.clone()),
            ("si", self.identifier.clone()),
            ("sip", self.addresses.clone()),
            ("spr", self.protocol.clone()),
        ];
        pairs.retain(|(_, value)| !value.is_empty());
        pairs.push(("sig", client.sign(&fields.join("\n"))));
        pairs
    }
}

/// An account SAS for an hour.
pub fn account_sas(client: &Client, services: &str, types: &str, permissions: &str) -> SasPairs {
    let expiry = iso_date(3600);
    let fields = [
        &client.account,
        permissions,
        services,
        types,
        "",
        &expiry,
        "",
        "",
        VERSION,
        "",
        "",
    ];
    vec![
        ("sv", VERSION.to_owned()),
        ("ss", services.to_owned()),
        ("srt", types.to_owned()),
        ("sp", permissions.to_owned()),
        ("sig", client.sign(&fields.join("\n"))),
        ("se", expiry),
    ]
}

/// The request with this SAS in place of a key.
pub fn by_sas(request: Request, sas: &[(&'static str, String)]) -> Request {
    let pairs = sas.iter();
    pairs.fold(request.auth(Auth::Nothing), |request, (name, value)| {
        request.query(name, value)
    })
}

/// The SAS as a query, for URLs of copy sources.
pub fn query(sas: &[(&'static str, String)]) -> String {
    let pairs = sas.iter().map(|(name, value)| {
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        format!("{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}
