//! The login that variables choose: those of AzCopy 10, and those of Azure's libraries.
//! <https://learn.microsoft.com/azure/storage/common/storage-ref-azcopy-configuration-settings>

use azring_transport::auth::{Cloud, Secret};
use azring_transport::login::IdentityChoice;

use super::{LoginChoice, LoginKind};
use crate::environment::Environment;
use crate::mask::shown;
use crate::usage_error::UsageError;

/// The variable by which AzCopy 10 logs in without the command `login`.
const AUTO_LOGIN_TYPE: &str = "AZCOPY_AUTO_LOGIN_TYPE";

/// The secret of an application in a variable.
pub(crate) const SECRET_VARIABLES: [&str; 2] = ["AZCOPY_SPA_CLIENT_SECRET", "AZURE_CLIENT_SECRET"];

impl LoginChoice {
    /// The login that the variables choose; `None` where they choose none.
    ///
    /// `AZCOPY_AUTO_LOGIN_TYPE` counts first. Without it the variables of Azure's libraries log in an
    /// application or a workload, where they are complete.
    pub(crate) fn of_environment(
        environment: &Environment,
        cloud: Cloud,
    ) -> Result<Option<Self>, UsageError> {
        let reader = Reader { environment, cloud };
        match environment.variable(AUTO_LOGIN_TYPE) {
            Some(kind) => reader.auto_login(&kind).map(Some),
            None => Ok(reader.libraries()),
        }
    }
}

struct Reader<'a> {
    environment: &'a Environment,
    cloud: Cloud,
}

impl Reader<'_> {
    fn first(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| self.environment.variable(name))
    }

    fn needed(&self, names: &[&str], what: &str) -> Result<String, UsageError> {
        self.first(names).ok_or_else(|| {
            UsageError::meaning(format!(
                "`{AUTO_LOGIN_TYPE}` asks for a login that needs {what}: set `{}`",
                names.join("` or `")
            ))
        })
    }

    fn choice(&self, kind: LoginKind, client_id: String) -> LoginChoice {
        LoginChoice {
            kind,
            tenant: self.first(&["AZCOPY_TENANT_ID", "AZURE_TENANT_ID"]),
            endpoint: self.first(&["AZCOPY_ACTIVE_DIRECTORY_ENDPOINT", "AZURE_AUTHORITY_HOST"]),
            cloud: self.cloud,
            client_id,
        }
    }

    /// The login of a kind that AzCopy 10 knows.
    fn auto_login(&self, kind: &str) -> Result<LoginChoice, UsageError> {
        let application = ["AZCOPY_SPA_APPLICATION_ID", "AZURE_CLIENT_ID"];
        let choice = match kind.to_ascii_uppercase().as_str() {
            "DEVICE" => {
                let client_id = self.needed(
                    &["AZRING_CLIENT_ID"],
                    "the id of an application (`azring login` says which)",
                )?;
                self.choice(LoginKind::DeviceCode, client_id)
            }
            "SPN" => {
                let client_id = self.needed(&application, "an application")?;
                let certificate =
                    self.first(&["AZCOPY_SPA_CERT_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"]);
                let kind = match certificate {
                    Some(path) => LoginKind::ClientCertificate(path.into()),
                    None => self.secret().ok_or_else(|| {
                        UsageError::meaning(format!(
                            "`{AUTO_LOGIN_TYPE}` asks for a login that needs a secret or a certificate: set `{}` or `AZCOPY_SPA_CERT_PATH`",
                            SECRET_VARIABLES[0]
                        ))
                    })?,
                };
                self.with_tenant(self.choice(kind, client_id))?
            }
            "MSI" => self.choice(LoginKind::ManagedIdentity(self.identity()?), String::new()),
            "AZCLI" => self.choice(LoginKind::AzureCli, String::new()),
            "WORKLOAD" => {
                let client_id = self.needed(&["AZURE_CLIENT_ID"], "an application")?;
                let file =
                    self.needed(&["AZURE_FEDERATED_TOKEN_FILE"], "the token of the workload")?;
                self.with_tenant(self.choice(LoginKind::Workload(file.into()), client_id))?
            }
            "PSCRED" => {
                return Err(UsageError::meaning(format!(
                    "`{AUTO_LOGIN_TYPE}=PSCRED` needs PowerShell, which azring does not run: `AZCLI` uses the login of Azure's command line"
                )));
            }
            _ => {
                return Err(UsageError::meaning(format!(
                    "Invalid Auto-login type specified: {}. `{AUTO_LOGIN_TYPE}` is one of DEVICE, SPN, MSI, AZCLI, WORKLOAD",
                    shown(kind)
                )));
            }
        };
        Ok(choice)
    }

    /// The login of the variables of Azure's libraries, where they are complete.
    fn libraries(&self) -> Option<LoginChoice> {
        let variable = |name| self.environment.variable(name);
        let client_id = variable("AZURE_CLIENT_ID")?;
        let tenant = variable("AZURE_TENANT_ID")?;
        let secret = |secret| LoginKind::ClientSecret {
            secret: Secret::new(secret),
            variable: Some("AZURE_CLIENT_SECRET".to_owned()),
        };
        let kind = variable("AZURE_CLIENT_SECRET")
            .map(secret)
            .or_else(|| {
                let path = variable("AZURE_CLIENT_CERTIFICATE_PATH")?;
                Some(LoginKind::ClientCertificate(path.into()))
            })
            .or_else(|| {
                Some(LoginKind::Workload(
                    variable("AZURE_FEDERATED_TOKEN_FILE")?.into(),
                ))
            })?;
        Some(LoginChoice {
            tenant: Some(tenant),
            ..self.choice(kind, client_id)
        })
    }

    fn secret(&self) -> Option<LoginKind> {
        let variable = SECRET_VARIABLES
            .into_iter()
            .find(|name| self.environment.raw(name).is_some())?;
        Some(LoginKind::ClientSecret {
            secret: Secret::new(self.environment.variable(variable)?),
            variable: Some(variable.to_owned()),
        })
    }

    /// The machine's identity that the variables choose: at most one of three.
    fn identity(&self) -> Result<IdentityChoice, UsageError> {
        let named = [
            (
                "AZCOPY_MSI_CLIENT_ID",
                IdentityChoice::ClientId as fn(String) -> IdentityChoice,
            ),
            ("AZCOPY_MSI_OBJECT_ID", IdentityChoice::ObjectId),
            ("AZCOPY_MSI_RESOURCE_STRING", IdentityChoice::ResourceId),
        ];
        let mut found = named
            .into_iter()
            .filter_map(|(name, choice)| Some((name, choice(self.environment.variable(name)?))));
        match (found.next(), found.next()) {
            (None, _) => Ok(IdentityChoice::System),
            (Some((_, choice)), None) => Ok(choice),
            (Some((one, _)), Some((other, _))) => Err(UsageError::meaning(format!(
                "`{one}` and `{other}` are both set: only one of them can choose the machine's identity"
            ))),
        }
    }

    /// An application belongs to one tenant, which must be named.
    fn with_tenant(&self, choice: LoginChoice) -> Result<LoginChoice, UsageError> {
        self.needed(&["AZCOPY_TENANT_ID", "AZURE_TENANT_ID"], "a tenant")?;
        Ok(choice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::tests::alone;

    fn chosen(variables: &[(&str, &str)]) -> Result<Option<LoginChoice>, UsageError> {
        LoginChoice::of_environment(&alone(variables), Cloud::Public)
    }

    fn word(variables: &[(&str, &str)]) -> Option<&'static str> {
        chosen(variables).unwrap().map(|choice| choice.kind.word())
    }

    const TENANT: (&str, &str) = ("AZCOPY_TENANT_ID", "t");
    const APPLICATION: (&str, &str) = ("AZCOPY_SPA_APPLICATION_ID", "app");

    #[test]
    fn the_variables_of_azcopy_choose_a_login() {
        let auto = |kind| (AUTO_LOGIN_TYPE, kind);
        let secret = ("AZCOPY_SPA_CLIENT_SECRET", "canary");
        assert_eq!(
            word(&[auto("spn"), TENANT, APPLICATION, secret]),
            Some("spn")
        );
        let certificate = ("AZCOPY_SPA_CERT_PATH", "/c.pem");
        let both = chosen(&[auto("SPN"), TENANT, APPLICATION, secret, certificate]);
        let both = both.unwrap().unwrap();
        assert!(matches!(both.kind, LoginKind::ClientCertificate(_)));
        assert_eq!(word(&[auto("MSI")]), Some("msi"));
        assert_eq!(word(&[auto("azcli")]), Some("azcli"));
        assert_eq!(
            word(&[auto("DEVICE"), ("AZRING_CLIENT_ID", "c")]),
            Some("device")
        );
        let workload = [
            auto("WORKLOAD"),
            ("AZURE_TENANT_ID", "t"),
            ("AZURE_CLIENT_ID", "c"),
            ("AZURE_FEDERATED_TOKEN_FILE", "/f"),
        ];
        assert_eq!(word(&workload), Some("workload"));
    }

    #[test]
    fn the_variables_of_azures_libraries_count_where_they_are_complete() {
        let id = ("AZURE_CLIENT_ID", "c");
        let tenant = ("AZURE_TENANT_ID", "t");
        let secret = ("AZURE_CLIENT_SECRET", "canary");
        assert_eq!(word(&[id, tenant, secret]), Some("spn"));
        assert_eq!(
            word(&[id, tenant, ("AZURE_FEDERATED_TOKEN_FILE", "/f")]),
            Some("workload")
        );
        for incomplete in [&[id, tenant][..], &[id, secret], &[tenant, secret], &[]] {
            assert_eq!(word(incomplete), None);
        }
        let choice = chosen(&[id, tenant, secret]).unwrap();
        assert!(!format!("{choice:?}").contains("canary"));
    }

    #[test]
    fn an_incomplete_or_unknown_choice_is_refused_by_name() {
        let auto = |kind| (AUTO_LOGIN_TYPE, kind);
        for (variables, says) in [
            (vec![auto("PSCRED")], "PowerShell"),
            (vec![auto("x")], "Invalid Auto-login type specified: x"),
            (vec![auto("SPN"), TENANT], "AZCOPY_SPA_APPLICATION_ID"),
            (
                vec![auto("SPN"), TENANT, APPLICATION],
                "AZCOPY_SPA_CLIENT_SECRET",
            ),
            (
                vec![auto("SPN"), APPLICATION, ("AZCOPY_SPA_CLIENT_SECRET", "s")],
                "AZCOPY_TENANT_ID",
            ),
            (
                vec![
                    auto("MSI"),
                    ("AZCOPY_MSI_CLIENT_ID", "a"),
                    ("AZCOPY_MSI_OBJECT_ID", "b"),
                ],
                "only one of them",
            ),
            (vec![auto("DEVICE")], "AZRING_CLIENT_ID"),
        ] {
            let error = chosen(&variables).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
