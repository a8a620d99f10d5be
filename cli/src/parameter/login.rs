//! Rows of the table: which login or other credential is used, and the parameters of `azring login`.

use super::{ALL, Group, Parameter, Value, joined};

pub(super) const GROUP: Group = Group {
    title: "Logins (`azring login`)",
    rows: &joined::<17>(&[&AUTH, &TRUSTED_MICROSOFT_SUFFIXES], &OF_LOGIN),
};

/// The parameters that only `azring login` has.
pub(crate) const OF_LOGIN: [&Parameter; 15] = [
    &LOGIN_TYPE,
    &SERVICE_PRINCIPAL,
    &IDENTITY,
    &TENANT_ID,
    &AAD_ENDPOINT,
    &CLOUD,
    &APPLICATION_ID,
    &CLIENT_SECRET,
    &CERTIFICATE_PATH,
    &IDENTITY_CLIENT_ID,
    &IDENTITY_OBJECT_ID,
    &IDENTITY_RESOURCE_ID,
    &STATUS_TENANT,
    &STATUS_ENDPOINT,
    &STATUS_METHOD,
];

pub(crate) static AUTH: Parameter = Parameter {
    slash: "Auth",
    dash: &["auth"],
    value: Value::Choice(&["auto", "key", "sas", "login", "anonymous"]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "auto",
    brief: "What authenticates requests, where several things could",
    detail: "What authenticates the requests to both ends. `auto` uses the key or the \
             signature that is given for an end, in a parameter, in the URL or in a \
             variable; without one a login (`azring login`, or the variables of the \
             topic `Environment`) at hosts of Azure; and nothing where there is no login \
             either. `key`, `sas` and `login` refuse an end that has no such credential. \
             `login` and `anonymous` do not look at the variables with keys and \
             signatures.",
    since: "azring 0.2",
};

pub(crate) static TRUSTED_MICROSOFT_SUFFIXES: Parameter = Parameter {
    slash: "TrustedMicrosoftSuffixes",
    dash: &["trusted-microsoft-suffixes"],
    value: Value::Required("hosts"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "the hosts of Azure's clouds",
    brief: "More hosts that may get the token of a login",
    detail: "Hosts that may get the token of a login beside those of Azure's clouds: a \
             name, or the end of names, with its port where it is not the default one. \
             Several are separated by `;`. A token goes to no other host, and in plain \
             text (`http://`) only to this machine.",
    since: "azring 0.2",
};

pub(crate) static LOGIN_TYPE: Parameter = Parameter {
    slash: "LoginType",
    dash: &["login-type"],
    value: Value::Choice(&["device", "spn", "msi", "azcli", "workload"]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "device",
    brief: "How `azring login` logs in",
    detail: "How `azring login` logs in: by a code that is entered on a web page \
             (`device`), as an application with a secret or a certificate (`spn`), as \
             this machine (`msi`), with the login of Azure's command line (`azcli`), or \
             as a workload of a Kubernetes cluster (`workload`).",
    since: "azring 0.2",
};

pub(crate) static SERVICE_PRINCIPAL: Parameter = Parameter {
    slash: "ServicePrincipal",
    dash: &["service-principal"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "off",
    brief: "Log in as an application",
    detail: "Logs in as an application: the same as the type `spn`.",
    since: "azring 0.2",
};

pub(crate) static IDENTITY: Parameter = Parameter {
    slash: "Identity",
    dash: &["identity"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "off",
    brief: "Log in as this machine",
    detail: "Logs in with the managed identity of this machine (a virtual machine, an \
             app, or a server that Azure Arc manages): the same as the type `msi`.",
    since: "azring 0.2",
};

pub(crate) static TENANT_ID: Parameter = Parameter {
    slash: "TenantId",
    dash: &["tenant-id"],
    value: Value::Required("tenant"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "the user's own tenant",
    brief: "The tenant of the login",
    detail: "The tenant that the login belongs to: its id, or a domain such as \
             `contoso.onmicrosoft.com`. A guest names the tenant of the storage account. \
             An application needs it.",
    since: "azring 0.2",
};

pub(crate) static AAD_ENDPOINT: Parameter = Parameter {
    slash: "AadEndpoint",
    dash: &["aad-endpoint"],
    value: Value::Required("url"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "the one of the cloud",
    brief: "The address of the identity service",
    detail: "The address of the identity service, for example \
             `https://login.microsoftonline.us`.",
    since: "azring 0.2",
};

pub(crate) static CLOUD: Parameter = Parameter {
    slash: "Cloud",
    dash: &["cloud"],
    value: Value::Choice(&["public", "usgovernment", "china"]),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "public",
    brief: "The cloud of the login",
    detail: "The cloud of the login, if no address of an identity service is given.",
    since: "azring 0.2",
};

pub(crate) static APPLICATION_ID: Parameter = Parameter {
    slash: "ApplicationId",
    dash: &["application-id", "client-id"],
    value: Value::Required("id"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "the variable `AZRING_CLIENT_ID`",
    brief: "The application that logs in, or with which a user logs in",
    detail: "The id of the application (client). A login by device code needs an \
             application that allows public client flows and has the delegated \
             permission `user_impersonation` of Azure Storage.",
    since: "azring 0.2",
};

pub(crate) static CLIENT_SECRET: Parameter = Parameter {
    slash: "ClientSecret",
    dash: &["client-secret"],
    value: Value::Required("where"),
    secret: true,
    identity: false,
    applies_to: ALL,
    default: "the variable `AZCOPY_SPA_CLIENT_SECRET` or `AZURE_CLIENT_SECRET`",
    brief: "Where the secret of the application is",
    detail: "Where the secret of the application is: `@env:NAME` is an environment \
             variable, `@file:PATH` the first line of a file, `-` a line of standard \
             input. The secret itself is not accepted here, because other users of this \
             machine can see it, and it is never stored.",
    since: "azring 0.2",
};

pub(crate) static CERTIFICATE_PATH: Parameter = Parameter {
    slash: "CertificatePath",
    dash: &["certificate-path"],
    value: Value::Required("path"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "no certificate",
    brief: "The certificate of the application",
    detail: "A PEM file with the certificate of the application and its RSA key, which \
             is not encrypted. The path is stored, the key is not.",
    since: "azring 0.2",
};

pub(crate) static IDENTITY_CLIENT_ID: Parameter = Parameter {
    slash: "IdentityClientId",
    dash: &["identity-client-id"],
    value: Value::Required("id"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "the machine's own identity",
    brief: "The machine's identity with this client id",
    detail: "The client id of the user-assigned identity of this machine that is meant.",
    since: "azring 0.2",
};

pub(crate) static IDENTITY_OBJECT_ID: Parameter = Parameter {
    slash: "IdentityObjectId",
    dash: &["identity-object-id"],
    value: Value::Required("id"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "the machine's own identity",
    brief: "The machine's identity with this object id",
    detail: "The object id of the user-assigned identity of this machine that is meant.",
    since: "azring 0.2",
};

pub(crate) static IDENTITY_RESOURCE_ID: Parameter = Parameter {
    slash: "IdentityResourceId",
    dash: &["identity-resource-id"],
    value: Value::Required("id"),
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "the machine's own identity",
    brief: "The machine's identity with this resource id",
    detail: "The resource id of the user-assigned identity of this machine that is \
             meant.",
    since: "azring 0.2",
};

pub(crate) static STATUS_TENANT: Parameter = Parameter {
    slash: "Tenant",
    dash: &["tenant"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "off",
    brief: "Show the tenant of the login",
    detail: "Shows the tenant in `azring login status`.",
    since: "azring 0.2",
};

pub(crate) static STATUS_ENDPOINT: Parameter = Parameter {
    slash: "Endpoint",
    dash: &["endpoint"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "off",
    brief: "Show the identity service of the login",
    detail: "Shows the address of the identity service in `azring login status`.",
    since: "azring 0.2",
};

pub(crate) static STATUS_METHOD: Parameter = Parameter {
    slash: "Method",
    dash: &["method"],
    value: Value::Flag,
    secret: false,
    identity: false,
    applies_to: ALL,
    default: "off",
    brief: "Show how the login was made",
    detail: "Shows the type of the login in `azring login status`.",
    since: "azring 0.2",
};
