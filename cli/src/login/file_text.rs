//! The text of a stored login: JSON, one login.

use std::path::PathBuf;

use azring_transport::auth::{Cloud, Secret};
use azring_transport::login::IdentityChoice;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{LoginChoice, LoginKind};

/// The form of the file. A program that does not know a form does not change it.
const FORM: u64 = 1;

/// A login as it is stored: how to get tokens, and who it is.
#[derive(Debug, Clone)]
pub(crate) struct StoredLogin {
    /// The way, with the address of the identity service.
    pub(crate) choice: LoginChoice,
    /// The name of the user.
    pub(crate) user: Option<String>,
}

impl StoredLogin {
    /// The text of the file. It has a refresh token at most, and no other secret.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let choice = &self.choice;
        let mut document = json!({
            "form": FORM,
            "kind": choice.kind.word(),
            "endpoint": choice.endpoint,
            "cloud": cloud_word(choice.cloud),
            "tenant": choice.tenant,
            "client_id": choice.client_id,
            "user": self.user,
        });
        match &choice.kind {
            LoginKind::DeviceCode | LoginKind::AzureCli => {}
            LoginKind::RefreshToken(token) => {
                document["refresh_token"] = token.expose().as_str().into();
            }
            LoginKind::ClientSecret { variable, .. } => {
                document["secret_variable"] = variable.as_deref().into();
            }
            LoginKind::ClientCertificate(path) => {
                document["certificate"] = path.to_string_lossy().into();
            }
            LoginKind::Workload(path) => document["token_file"] = path.to_string_lossy().into(),
            LoginKind::ManagedIdentity(identity) => {
                let (name, id) = match identity {
                    IdentityChoice::System => ("system", ""),
                    IdentityChoice::ClientId(id) => ("client_id", id.as_str()),
                    IdentityChoice::ObjectId(id) => ("object_id", id.as_str()),
                    IdentityChoice::ResourceId(id) => ("resource_id", id.as_str()),
                };
                document["identity"] = json!({ "by": name, "id": id });
            }
        }
        let mut text = Zeroizing::new(format!("{document:#}"));
        text.push('\n');
        text
    }

    /// Reads the text; the reason where it is none. Nothing of the text is in the reason.
    pub(super) fn of_text(text: &str) -> Result<Self, &'static str> {
        let document: Value = serde_json::from_str(text).map_err(|_| "it is damaged")?;
        match document["form"].as_u64() {
            Some(FORM) => {}
            Some(_) => return Err("another version of azring has written it"),
            None => return Err("it is damaged"),
        }
        let text = |name: &str| document[name].as_str().map(str::to_owned);
        let path = |name: &str| text(name).map(PathBuf::from).ok_or("it is damaged");
        let kind = match document["kind"].as_str().unwrap_or_default() {
            "device" => {
                let token = text("refresh_token").ok_or("it is damaged")?;
                LoginKind::RefreshToken(Secret::new(token))
            }
            "spn" if document["certificate"].is_string() => {
                LoginKind::ClientCertificate(path("certificate")?)
            }
            "spn" => LoginKind::ClientSecret {
                secret: Secret::new(String::new()),
                variable: text("secret_variable"),
            },
            "workload" => LoginKind::Workload(path("token_file")?),
            "msi" => {
                let identity = &document["identity"];
                let id = identity["id"].as_str().unwrap_or_default().to_owned();
                LoginKind::ManagedIdentity(match identity["by"].as_str() {
                    Some("system") => IdentityChoice::System,
                    Some("client_id") => IdentityChoice::ClientId(id),
                    Some("object_id") => IdentityChoice::ObjectId(id),
                    Some("resource_id") => IdentityChoice::ResourceId(id),
                    _ => return Err("it is damaged"),
                })
            }
            "azcli" => LoginKind::AzureCli,
            _ => return Err("it is damaged"),
        };
        let cloud = text("cloud").and_then(|word| Cloud::named(&word));
        Ok(Self {
            choice: LoginChoice {
                kind,
                tenant: text("tenant"),
                endpoint: text("endpoint"),
                cloud: cloud.ok_or("it is damaged")?,
                client_id: text("client_id").unwrap_or_default(),
            },
            user: text("user"),
        })
    }
}

fn cloud_word(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Public => "public",
        Cloud::UsGovernment => "usgovernment",
        Cloud::China => "china",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(kind: LoginKind) -> StoredLogin {
        StoredLogin {
            choice: LoginChoice {
                kind,
                tenant: Some("t".into()),
                endpoint: None,
                cloud: Cloud::China,
                client_id: "c".into(),
            },
            user: Some("ada@contoso.com".into()),
        }
    }

    #[test]
    fn every_kind_is_read_as_it_was_written_without_an_applications_secret() {
        for kind in [
            LoginKind::RefreshToken(Secret::new("r".into())),
            LoginKind::ClientSecret {
                secret: Secret::new("canary".into()),
                variable: Some("V".into()),
            },
            LoginKind::ClientCertificate("/c.pem".into()),
            LoginKind::Workload("/w".into()),
            LoginKind::ManagedIdentity(IdentityChoice::System),
            LoginKind::ManagedIdentity(IdentityChoice::ObjectId("o".into())),
            LoginKind::AzureCli,
        ] {
            let text = stored(kind).to_text();
            assert!(!text.contains("canary"));
            let again = StoredLogin::of_text(&text).unwrap();
            assert_eq!(*again.to_text(), *text);
        }
    }

    #[test]
    fn a_damaged_or_foreign_text_is_refused_without_showing_it() {
        let text = stored(LoginKind::RefreshToken(Secret::new("canary".into()))).to_text();
        let damaged = &text[..text.len() / 2];
        for text in [damaged, "", "[]", "{\"form\":1}"] {
            assert_eq!(StoredLogin::of_text(text).unwrap_err(), "it is damaged");
        }
        let newer = text.replace("\"form\": 1", "\"form\": 2");
        assert!(
            StoredLogin::of_text(&newer)
                .unwrap_err()
                .contains("another version")
        );
    }
}
