//! A way to log in, with the values that it needs.

use std::path::PathBuf;
use std::sync::Arc;

use azring_transport::auth::{Cloud, Secret};
use azring_transport::login::{
    Authority, AzureCli, ClientCertificate, ClientCredentials, ClientProof, DeviceCodeLogin,
    IdentityChoice, Login, LoginMethod, ManagedIdentity, RefreshTokenLogin, RefreshTokenStore,
};
use azring_transport::{Result, Settings};

use crate::environment::Environment;

/// A way to log in, the identity service that is asked, and who logs in.
#[derive(Debug, Clone)]
pub(crate) struct LoginChoice {
    /// The way.
    pub(crate) kind: LoginKind,
    /// The tenant, where one was named.
    pub(crate) tenant: Option<String>,
    /// The address of the identity service, where one was named.
    pub(crate) endpoint: Option<String>,
    /// The cloud, where neither the address says it.
    pub(crate) cloud: Cloud,
    /// The application; empty where the way needs none.
    pub(crate) client_id: String,
}

/// A way to log in.
#[derive(Debug, Clone)]
pub(crate) enum LoginKind {
    /// By a code that the user enters on a web page.
    DeviceCode,
    /// By what is left of an earlier login of a user.
    RefreshToken(Secret<String>),
    /// As an application with a secret. The variable that it came from is remembered, never the
    /// secret.
    ClientSecret {
        secret: Secret<String>,
        variable: Option<String>,
    },
    /// As an application with a certificate.
    ClientCertificate(PathBuf),
    /// As a workload, with the token in a file.
    Workload(PathBuf),
    /// As the machine.
    ManagedIdentity(IdentityChoice),
    /// By Azure's command line.
    AzureCli,
}

impl LoginChoice {
    /// The identity service and the tenant.
    pub(crate) fn authority(&self) -> Result<Authority> {
        let tenant = self.tenant.as_deref();
        match &self.endpoint {
            Some(url) => Authority::at_url(url, tenant),
            None => Authority::of_cloud(self.cloud, tenant),
        }
    }

    /// The login by device code.
    pub(crate) fn device_code(&self, settings: &Settings) -> Result<DeviceCodeLogin> {
        Ok(DeviceCodeLogin::new(
            self.authority()?,
            &self.client_id,
            settings,
        ))
    }

    /// The login, unless it is one by device code, which needs the user.
    pub(crate) fn login(
        &self,
        environment: &Environment,
        store: Option<Arc<dyn RefreshTokenStore>>,
        settings: &Settings,
    ) -> Result<Option<Login>> {
        let application = |proof| -> Result<LoginMethod> {
            let authority = self.authority()?;
            let login = ClientCredentials::new(authority, &self.client_id, proof, settings);
            Ok(LoginMethod::Application(login))
        };
        let method = match &self.kind {
            LoginKind::DeviceCode => return Ok(None),
            LoginKind::RefreshToken(token) => LoginMethod::RefreshToken(RefreshTokenLogin::new(
                self.authority()?,
                &self.client_id,
                token.clone(),
                store,
                settings,
            )),
            LoginKind::ClientSecret { secret, .. } => {
                application(ClientProof::Secret(secret.clone()))?
            }
            LoginKind::ClientCertificate(path) => {
                let certificate = ClientCertificate::read(path)?;
                application(ClientProof::Certificate(Arc::new(certificate)))?
            }
            LoginKind::Workload(path) => application(ClientProof::TokenFile(path.clone()))?,
            LoginKind::ManagedIdentity(choice) => {
                let variable = |name: &str| environment.variable(name);
                let identity =
                    ManagedIdentity::from_environment(variable, choice.clone(), settings)?;
                LoginMethod::ManagedIdentity(identity)
            }
            LoginKind::AzureCli => LoginMethod::AzureCli(AzureCli::new(self.tenant.as_deref())?),
        };
        Ok(Some(Login::new(method)))
    }
}

impl LoginKind {
    /// The word of AzCopy 10 for this way.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::DeviceCode | Self::RefreshToken(_) => "device",
            Self::ClientSecret { .. } | Self::ClientCertificate(_) => "spn",
            Self::Workload(_) => "workload",
            Self::ManagedIdentity(_) => "msi",
            Self::AzureCli => "azcli",
        }
    }
}
