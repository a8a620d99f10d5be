//! Rows: the choice of a credential, and the parameters of `azring login`.

use super::super::Row;
use super::{ALL, EVERYWHERE};

/// What a copy says to a parameter of `login`.
const ONLY_LOGIN: &str = "is only for `azring login`";

/// A parameter of `login`, which a copy refuses; the tests of `login` cover its effect.
const fn of_login(
    slash: &'static str,
    dash: &'static [&'static str],
    right: &'static [(&'static str, &'static str)],
    wrong: &'static [(&'static str, &'static str)],
) -> Row {
    Row {
        slash,
        dash,
        services: ALL,
        ways: &[],
        elsewhere: ONLY_LOGIN,
        seen: |_| String::new(),
        bare: "",
        right,
        wrong,
    }
}

pub(super) const ROWS: &[Row] = &[
    Row {
        slash: "Auth",
        dash: &["auth"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |_| "nobody is asked".to_owned(),
        bare: "nobody is asked",
        right: &[
            ("auto", "nobody is asked"),
            ("Anonymous", "nobody is asked"),
        ],
        wrong: &[
            ("password", "invalid value"),
            ("login", "there is no login"),
            ("key", "there is no key"),
            ("sas", "there is no shared access signature"),
        ],
    },
    Row {
        slash: "TrustedMicrosoftSuffixes",
        dash: &["trusted-microsoft-suffixes"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |_| "nobody is asked".to_owned(),
        bare: "nobody is asked",
        right: &[("contoso.com;127.0.0.1:10000", "nobody is asked")],
        wrong: &[],
    },
    of_login(
        "LoginType",
        &["login-type"],
        &[("device", "")],
        &[("device", ONLY_LOGIN), ("x", "invalid value")],
    ),
    of_login("ServicePrincipal", &["service-principal"], &[("", "")], &[]),
    of_login("Identity", &["identity"], &[("", "")], &[]),
    of_login(
        "TenantId",
        &["tenant-id"],
        &[("x", "")],
        &[("x", ONLY_LOGIN)],
    ),
    of_login(
        "AadEndpoint",
        &["aad-endpoint"],
        &[("x", "")],
        &[("x", ONLY_LOGIN)],
    ),
    of_login(
        "Cloud",
        &["cloud"],
        &[("public", "")],
        &[("public", ONLY_LOGIN), ("x", "invalid value")],
    ),
    of_login(
        "ApplicationId",
        &["application-id", "client-id"],
        &[("x", "")],
        &[("x", ONLY_LOGIN)],
    ),
    of_login(
        "ClientSecret",
        &["client-secret"],
        &[("x", "")],
        &[("x", ONLY_LOGIN)],
    ),
    of_login(
        "CertificatePath",
        &["certificate-path"],
        &[("x", "")],
        &[("x", ONLY_LOGIN)],
    ),
    of_login(
        "IdentityClientId",
        &["identity-client-id"],
        &[("x", "")],
        &[("x", ONLY_LOGIN)],
    ),
    of_login(
        "IdentityObjectId",
        &["identity-object-id"],
        &[("x", "")],
        &[("x", ONLY_LOGIN)],
    ),
    of_login(
        "IdentityResourceId",
        &["identity-resource-id"],
        &[("x", "")],
        &[("x", ONLY_LOGIN)],
    ),
    of_login("Tenant", &["tenant"], &[("", "")], &[]),
    of_login("Endpoint", &["endpoint"], &[("", "")], &[]),
    of_login("Method", &["method"], &[("", "")], &[]),
];
