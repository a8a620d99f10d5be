//! The identity of the machine that this program runs on: a virtual machine, an app, or a server that
//! Azure Arc manages.
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>
//!
//! The services that give its tokens are on this machine or on its host. They are never asked through
//! a proxy.

mod arc_key;

use std::path::PathBuf;
use std::time::Duration;

use hyper::header::HeaderValue;

use super::form::Form;
use super::identity_answer::IdentityAnswer;
use super::identity_client::IdentityClient;
use super::identity_request::IdentityRequest;
use super::identity_retry::{Answerer, IdentityRetry, Setback, TokenPatience};
use super::refusal::Refusal;
use super::token_answer::IssuedTokens;
use super::{Authority, RESOURCE};
use crate::auth::Secret;
use crate::client::Settings;
use crate::endpoint::Endpoint;
use crate::{Error, Kind, Result};

/// The metadata service of every virtual machine in Azure.
const METADATA_URL: &str = "http://169.254.169.254";

/// Its path for tokens.
const METADATA_PATH: &str = "/metadata/identity/oauth2/token";

/// A machine outside Azure has no metadata service, and nobody answers there.
const METADATA_CONNECT: Duration = Duration::from_secs(2);

/// Which of a machine's identities is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityChoice {
    /// The one of the machine itself.
    System,
    /// The one with this client id.
    ClientId(String),
    /// The one with this object id.
    ObjectId(String),
    /// The one with this resource id.
    ResourceId(String),
}

/// The service that gives a machine's tokens.
#[derive(Debug, Clone)]
enum TokenService {
    /// The metadata service of a virtual machine.
    Metadata,
    /// The one of App Service, Functions and Container Apps. The secret proves that the caller is
    /// the app.
    App(Secret<String>),
    /// The agent of Azure Arc, which wants to see a file that only few users can read.
    Arc { key_folder: PathBuf },
}

/// The login of a machine.
#[derive(Debug, Clone)]
pub struct ManagedIdentity {
    service: TokenService,
    endpoint: Endpoint,
    path: String,
    choice: IdentityChoice,
    client: IdentityClient,
}

impl ManagedIdentity {
    /// The service that the environment names, or else the metadata service of a virtual machine.
    /// `variable` gives the value of a variable that is set.
    ///
    /// Fails with [`Kind::Invalid`] where the environment is that of a service which azring does not
    /// know.
    pub fn from_environment(
        variable: impl Fn(&str) -> Option<String>,
        choice: IdentityChoice,
        settings: &Settings,
    ) -> Result<Self> {
        Self::over(variable, choice, IdentityClient::new(settings))
    }

    /// The same, whose requests this client sends.
    pub(super) fn over(
        variable: impl Fn(&str) -> Option<String>,
        choice: IdentityChoice,
        client: IdentityClient,
    ) -> Result<Self> {
        let at = |service, (endpoint, path), choice| Self {
            service,
            endpoint,
            path,
            choice,
            client,
        };
        let named = variable("IDENTITY_ENDPOINT");
        match (named, variable("IDENTITY_HEADER")) {
            (Some(_), Some(_)) if variable("IDENTITY_SERVER_THUMBPRINT").is_some() => {
                Err(not_known("Service Fabric", "IDENTITY_SERVER_THUMBPRINT"))
            }
            (Some(url), Some(secret)) => Ok(at(
                TokenService::App(Secret::new(secret)),
                place("IDENTITY_ENDPOINT", &url)?,
                choice,
            )),
            (Some(url), None) if variable("IMDS_ENDPOINT").is_some() => Ok(at(
                TokenService::Arc {
                    key_folder: arc_key::FOLDER.into(),
                },
                place("IDENTITY_ENDPOINT", &url)?,
                choice,
            )),
            _ if variable("MSI_ENDPOINT").is_some() => {
                Err(not_known("Cloud Shell", "MSI_ENDPOINT"))
            }
            _ => {
                let name = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
                let url = variable(name).unwrap_or_else(|| METADATA_URL.to_owned());
                let (endpoint, _) = place(name, &url)?;
                let place = (endpoint, METADATA_PATH.to_owned());
                Ok(at(TokenService::Metadata, place, choice))
            }
        }
    }

    /// Has a token issued.
    pub(super) async fn issue(&self, patience: TokenPatience) -> Result<IssuedTokens> {
        let request = self.request()?;
        let mut answer = self.persist(&request, patience).await?;
        let mut proof = None;
        if let TokenService::Arc { key_folder } = &self.service
            && answer.status == 401
        {
            let key = arc_key::read(&answer.headers, key_folder)?;
            proof = key.to_str().ok().map(|key| Secret::new(key.to_owned()));
            let request = request.header("authorization", key);
            answer = self.persist(&request, patience).await?;
        }
        if !answer.is_success() {
            return Err(self.refused(&answer, proof.as_ref()));
        }
        let now = self.client.settings().clock.now();
        IssuedTokens::read(&answer, now, &self.endpoint.to_string())
    }

    async fn persist(
        &self,
        request: &IdentityRequest,
        patience: TokenPatience,
    ) -> Result<IdentityAnswer> {
        let retry = IdentityRetry::new(Answerer::Metadata, patience);
        let judge = |answer: &IdentityAnswer| self.setback(answer, patience);
        let sent = self.client.persist(request, retry, judge).await;
        sent.map_err(|error| match (&self.service, patience) {
            (TokenService::Metadata, TokenPatience::FirstToken(_)) => {
                let message = format!(
                    "no managed identity: the metadata service does not answer, so this is no virtual machine of Azure, or its network blocks the service ({error})"
                );
                Error::new(Kind::Login, message)
            }
            _ => error,
        })
    }

    fn setback(&self, answer: &IdentityAnswer, patience: TokenPatience) -> Option<Setback> {
        match self.service {
            // A gateway that always answers in the metadata service's place answers with a page.
            TokenService::Metadata
                if matches!(patience, TokenPatience::FirstToken(_))
                    && answer.body.first() == Some(&b'<') =>
            {
                None
            }
            // The first answer names the file that proves the permission.
            TokenService::Arc { .. } if answer.status == 401 => None,
            TokenService::Metadata | TokenService::App(_) | TokenService::Arc { .. } => {
                IssuedTokens::setback(answer)
            }
        }
    }

    /// The error of a refusal, which may repeat what proves the permission.
    fn refused(&self, answer: &IdentityAnswer, proof: Option<&Secret<String>>) -> Error {
        let own = match &self.service {
            TokenService::App(secret) => Some(secret),
            TokenService::Metadata | TokenService::Arc { .. } => proof,
        };
        let secrets: Vec<_> = own.into_iter().collect();
        let error = Refusal::read(answer, &secrets).into_error(&self.endpoint);
        match (answer.status, &self.choice) {
            (400, IdentityChoice::System) => error.within("the machine has no identity of its own"),
            (400, _) => error.within("the machine does not have this identity"),
            // Its documentation counts both among what passes.
            (404 | 410, _) => Error::new(Kind::Unreachable, error.message()),
            _ => error,
        }
    }

    pub(super) fn client(&self) -> &IdentityClient {
        &self.client
    }

    fn request(&self) -> Result<IdentityRequest> {
        let version = match self.service {
            TokenService::Metadata => "2018-02-01",
            TokenService::App(_) => "2019-08-01",
            TokenService::Arc { .. } => "2020-06-01",
        };
        let query = Form::default()
            .field("api-version", version)
            .field("resource", RESOURCE);
        let query = match &self.choice {
            IdentityChoice::System => query,
            IdentityChoice::ClientId(id) => query.field("client_id", id),
            IdentityChoice::ObjectId(id) => query.field("object_id", id),
            IdentityChoice::ResourceId(id) => {
                let name = match self.service {
                    TokenService::App(_) => "mi_res_id",
                    TokenService::Metadata | TokenService::Arc { .. } => "msi_res_id",
                };
                query.field(name, id)
            }
        };
        let request = IdentityRequest::get(&self.endpoint, self.path.clone(), query);
        Ok(match &self.service {
            TokenService::Metadata => request
                .connect_within(METADATA_CONNECT)
                .header("metadata", HeaderValue::from_static("true")),
            TokenService::Arc { .. } => {
                request.header("metadata", HeaderValue::from_static("true"))
            }
            TokenService::App(secret) => {
                let mut value = HeaderValue::try_from(secret.expose()).map_err(|_| {
                    let message = "the value of IDENTITY_HEADER cannot be sent";
                    Error::new(Kind::Invalid, message)
                })?;
                value.set_sensitive(true);
                request.header("x-identity-header", value)
            }
        })
    }
}

/// The endpoint and the path of the URL in a variable.
fn place(variable: &str, url: &str) -> Result<(Endpoint, String)> {
    let invalid = || {
        let message = format!("the variable `{variable}` is not the URL of a token service");
        Error::new(Kind::Invalid, message)
    };
    let (scheme, rest) = url.split_once("://").ok_or_else(invalid)?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_in_path = |byte: u8| byte.is_ascii_graphic() && !b"?#".contains(&byte);
    if !path.bytes().all(is_in_path) {
        return Err(invalid());
    }
    // `http` is what these services speak: they are on this machine or on its host.
    let authority = Authority::at_url(&format!("https://{host}"), None).map_err(|_| invalid())?;
    let scheme = match scheme {
        "http" => crate::endpoint::Scheme::Http,
        "https" => crate::endpoint::Scheme::Https,
        _ => return Err(invalid()),
    };
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.contains(']'));
    let endpoint = Endpoint {
        scheme,
        port: if has_port {
            authority.endpoint().port
        } else {
            scheme.default_port()
        },
        ..authority.endpoint().clone()
    };
    Ok((endpoint, format!("/{path}")))
}

fn not_known(service: &str, variable: &str) -> Error {
    let message = format!(
        "the managed identities of {service} (`{variable}` is set) are not supported: log in another way"
    );
    Error::new(Kind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)], choice: IdentityChoice) -> Result<(String, &'static str)> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let identity = ManagedIdentity::from_environment(variable, choice, &Settings::default())?;
        let service = match identity.service {
            TokenService::Metadata => "metadata",
            TokenService::App(_) => "app",
            TokenService::Arc { .. } => "arc",
        };
        Ok((format!("{}{}", identity.endpoint, identity.path), service))
    }

    #[test]
    fn the_environment_says_which_service_gives_tokens() {
        let url = ("IDENTITY_ENDPOINT", "http://127.0.0.1:41741/msi/token");
        let found = |variables: &[_]| with(variables, IdentityChoice::System).unwrap();
        assert_eq!(
            found(&[]),
            (
                "169.254.169.254:80/metadata/identity/oauth2/token".into(),
                "metadata"
            )
        );
        assert_eq!(
            found(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9/")]),
            (
                "127.0.0.1:9/metadata/identity/oauth2/token".into(),
                "metadata"
            )
        );
        assert_eq!(
            found(&[url, ("IDENTITY_HEADER", "s")]),
            ("127.0.0.1:41741/msi/token".into(), "app")
        );
        assert_eq!(
            found(&[url, ("IMDS_ENDPOINT", "http://localhost:40342")]),
            ("127.0.0.1:41741/msi/token".into(), "arc")
        );
    }

    #[test]
    fn services_that_are_not_known_are_refused_by_name() {
        let url = ("IDENTITY_ENDPOINT", "https://localhost:2377/t");
        for (variables, name) in [
            (
                vec![
                    url,
                    ("IDENTITY_HEADER", "s"),
                    ("IDENTITY_SERVER_THUMBPRINT", "t"),
                ],
                "Service Fabric",
            ),
            (vec![("MSI_ENDPOINT", "http://localhost/")], "Cloud Shell"),
            (
                vec![("IDENTITY_ENDPOINT", "nonsense"), ("IDENTITY_HEADER", "s")],
                "IDENTITY_ENDPOINT",
            ),
        ] {
            let error = with(&variables, IdentityChoice::System).unwrap_err();
            assert!(error.message().contains(name), "{error}");
        }
    }
}
