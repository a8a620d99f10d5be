//! The login of an application: by a secret, a certificate, or the token of a workload.
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::assertion::client_assertion;
use super::form::Form;
use super::identity_client::IdentityClient;
use super::identity_request::IdentityRequest;
use super::identity_retry::{Answerer, IdentityRetry, TokenPatience};
use super::refusal::Refusal;
use super::token_answer::IssuedTokens;
use super::{Authority, ClientCertificate, SCOPE};
use crate::auth::Secret;
use crate::client::Settings;
use crate::{Error, Kind, Result};

/// The largest file of a workload's token, in bytes.
const TOKEN_FILE_BYTES_MAX: u64 = 1 << 20;

/// The proof of a workload is outside its time of validity: the file may hold a newer one by now.
const ASSERTION_EXPIRED: u64 = 700_024;

/// How an application proves who it is.
#[derive(Debug, Clone)]
pub enum ClientProof {
    /// By a secret.
    Secret(Secret<String>),
    /// By a signature with the key of a certificate.
    Certificate(Arc<ClientCertificate>),
    /// By the token in a file, which its owner (a Kubernetes node) replaces from time to time.
    TokenFile(PathBuf),
}

/// The login of an application.
#[derive(Debug, Clone)]
pub struct ClientCredentials {
    authority: Authority,
    client_id: String,
    proof: ClientProof,
    client: IdentityClient,
}

impl ClientCredentials {
    /// A login of this application.
    pub fn new(
        authority: Authority,
        client_id: &str,
        proof: ClientProof,
        settings: &Settings,
    ) -> Self {
        Self::over(authority, client_id, proof, IdentityClient::new(settings))
    }

    /// The same, whose requests this client sends.
    pub(super) fn over(
        authority: Authority,
        client_id: &str,
        proof: ClientProof,
        client: IdentityClient,
    ) -> Self {
        Self {
            authority,
            client_id: client_id.to_owned(),
            proof,
            client,
        }
    }

    /// Has a token issued.
    pub(super) async fn issue(&self, patience: TokenPatience) -> Result<IssuedTokens> {
        match self.issue_once(patience).await {
            Err(Refused::Refusal(refusal, _)) if self.may_have_new_proof(&refusal) => {
                self.issue_once(patience).await
            }
            issued => issued,
        }
        .map_err(|refused| match refused {
            Refused::Refusal(refusal, authority) => refusal.into_error(&authority),
            Refused::Error(error) => error,
        })
    }

    /// Whether a proof that is made now is another one. The refusal has the time of the service, by
    /// which a certificate's proof is dated from then on.
    fn may_have_new_proof(&self, refusal: &Refusal) -> bool {
        let is_renewed = match self.proof {
            ClientProof::Secret(_) => false,
            ClientProof::Certificate(_) => self.client.service_clock().is_off(),
            ClientProof::TokenFile(_) => true,
        };
        is_renewed && refusal.number == Some(ASSERTION_EXPIRED)
    }

    async fn issue_once(
        &self,
        patience: TokenPatience,
    ) -> std::result::Result<IssuedTokens, Refused> {
        let clock = &self.client.settings().clock;
        let form = Form::default()
            .field("client_id", &self.client_id)
            .field("grant_type", "client_credentials")
            .field("scope", SCOPE);
        let (form, secret) = self.prove(form)?;
        let path = self.authority.token_path();
        let request = IdentityRequest::post(self.authority.endpoint(), path, form);
        let retry = IdentityRetry::new(Answerer::Entra, patience);
        let answer = self
            .client
            .persist(&request, retry, IssuedTokens::setback)
            .await?;
        if !answer.is_success() {
            let refusal = Refusal::read(&answer, &[&secret]);
            return Err(Refused::Refusal(refusal, self.authority.clone()));
        }
        let who = self.authority.to_string();
        Ok(IssuedTokens::read(&answer, clock.now(), &who)?)
    }

    pub(super) fn client(&self) -> &IdentityClient {
        &self.client
    }

    /// Adds the proof to a form; returns it too, because a refusal must not show it.
    fn prove(&self, form: Form) -> Result<(Form, Secret<String>)> {
        let assertion = match &self.proof {
            ClientProof::Secret(secret) => {
                return Ok((form.secret("client_secret", secret), secret.clone()));
            }
            ClientProof::Certificate(certificate) => {
                let audience = format!("{}{}", self.authority.url(), self.authority.token_path());
                let now = self.client.settings().clock.now();
                let now = self.client.service_clock().at(now);
                client_assertion(certificate, &self.client_id, &audience, now)?
            }
            ClientProof::TokenFile(path) => token_in(path)?,
        };
        let form = form
            .field(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
            .secret("client_assertion", &assertion);
        Ok((form, assertion))
    }
}

/// Why no token was issued.
enum Refused {
    Refusal(Refusal, Authority),
    Error(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The token in the file of a workload.
fn token_in(path: &Path) -> Result<Secret<String>> {
    let cannot = |error: &std::io::Error| {
        let doing = format!(
            "cannot read the token of this workload in `{}`",
            path.display()
        );
        Error::disk(doing, error)
    };
    let file = std::fs::File::open(path).map_err(|error| cannot(&error))?;
    let mut text = zeroize::Zeroizing::new(String::new());
    std::io::Read::read_to_string(
        &mut std::io::Read::take(file, TOKEN_FILE_BYTES_MAX),
        &mut text,
    )
    .map_err(|error| cannot(&error))?;
    let token = text.trim();
    if token.is_empty() {
        let message = format!(
            "the file `{}` holds no token of this workload",
            path.display()
        );
        return Err(Error::new(Kind::Login, message));
    }
    Ok(Secret::new(token.to_owned()))
}
