//! `azring env`: the environment variables of AzCopy 10 that azring reads, and its own.

use serde_json::json;

use crate::console::Console;
use crate::ending::Ending;
use crate::environment::Environment;
use crate::mask::{MASKED, shown};
use crate::parameter as row;
use crate::parsed::ParsedArgs;
use crate::parsed::read::known_word;

/// A variable.
struct Variable {
    name: &'static str,
    says: &'static str,
    /// Its value is never shown.
    is_secret: bool,
}

const fn plain(name: &'static str, says: &'static str) -> Variable {
    Variable {
        name,
        says,
        is_secret: false,
    }
}

const fn secret(name: &'static str, says: &'static str) -> Variable {
    Variable {
        name,
        says,
        is_secret: true,
    }
}

const VARIABLES: &[Variable] = &[
    plain(
        "AZCOPY_LOG_LOCATION",
        "The folder of the verbose logs of AzCopy 10's commands",
    ),
    plain(
        "AZCOPY_JOB_PLAN_LOCATION",
        "The folder of the journals of AzCopy 10's commands",
    ),
    plain(
        "AZCOPY_CONCURRENCY_VALUE",
        "How many requests run at a time; AUTO lets azring choose",
    ),
    plain(
        "AZCOPY_BUFFER_GB",
        "How much memory is used for data, in GiB",
    ),
    plain(
        "AZCOPY_CONTENT_TYPE_MAP",
        "A file of content types by extension, for uploads",
    ),
    plain(
        "AZCOPY_DEFAULT_SERVICE_API_VERSION",
        "The API version of the service",
    ),
    plain(
        "AZCOPY_AUTO_LOGIN_TYPE",
        "The login of a command: DEVICE, SPN, MSI, AZCLI or WORKLOAD",
    ),
    plain("AZCOPY_TENANT_ID", "The tenant of the login"),
    plain("AZCOPY_ACTIVE_DIRECTORY_ENDPOINT", "The host of the login"),
    plain(
        "AZCOPY_SPA_APPLICATION_ID",
        "The application of a login as a service principal",
    ),
    secret("AZCOPY_SPA_CLIENT_SECRET", "Its secret"),
    plain("AZCOPY_SPA_CERT_PATH", "Its certificate"),
    secret(
        "AZCOPY_SPA_CERT_PASSWORD",
        "The password of the certificate",
    ),
    plain(
        "AZCOPY_MSI_CLIENT_ID",
        "The managed identity, by its client",
    ),
    plain(
        "AZCOPY_MSI_OBJECT_ID",
        "The managed identity, by its object",
    ),
    plain(
        "AZCOPY_MSI_RESOURCE_STRING",
        "The managed identity, by its resource",
    ),
    plain(
        "AZURE_CLIENT_ID",
        "The application of a login, as Azure's libraries read it",
    ),
    plain("AZURE_TENANT_ID", "Its tenant"),
    secret("AZURE_CLIENT_SECRET", "Its secret"),
    plain("AZURE_CLIENT_CERTIFICATE_PATH", "Its certificate"),
    plain("AZURE_FEDERATED_TOKEN_FILE", "The token of a workload"),
    plain("AZURE_AUTHORITY_HOST", "The host of the login"),
    secret("AZRING_SOURCE_KEY", "The key of the source"),
    secret("AZRING_SOURCE_SAS", "The signature of the source"),
    secret("AZRING_DEST_KEY", "The key of the destination"),
    secret("AZRING_DEST_SAS", "The signature of the destination"),
    secret("AZRING_PLAN_KEY", "The key of a plan's container"),
    secret("AZRING_PLAN_SAS", "The signature of a plan's container"),
    secret(
        "AZURE_STORAGE_CONNECTION_STRING",
        "An account, its hosts and its key",
    ),
    plain("AZURE_STORAGE_ACCOUNT", "The account of the next two"),
    secret("AZURE_STORAGE_KEY", "Its key"),
    secret("AZURE_STORAGE_SAS_TOKEN", "Its signature"),
    plain("AZRING_MAP_DRIVE", "Folders that replace Windows drives"),
    plain("AZRING_MAX_DELETE", "The most objects that a sync deletes"),
    plain("AZRING_RESOLVE", "Addresses of hosts"),
    secret("HTTPS_PROXY", "The proxy to a service"),
    plain("NO_PROXY", "The hosts that are reached without a proxy"),
    plain("SSL_CERT_FILE", "Certificates to trust"),
];

/// Prints the variables with what is set, without secrets.
pub(super) fn show(environment: &Environment, args: &ParsedArgs, console: &Console) -> Ending {
    let is_json = known_word(args, &row::OUTPUT) == Some("json");
    for variable in VARIABLES {
        let value = environment.raw(variable.name).map(|value| {
            if variable.is_secret {
                MASKED.to_owned()
            } else {
                shown(&value.to_string_lossy())
            }
        });
        console.result(&if is_json {
            let fields = json!({
                "Name": variable.name,
                "Value": value,
                "Description": variable.says,
            });
            fields.to_string()
        } else {
            format!(
                "Name: {}\nCurrent Value: {}\nDescription: {}\n",
                variable.name,
                value.unwrap_or_default(),
                variable.says
            )
        });
    }
    Ending::Success
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::testing::console;
    use crate::intent::tests::alone;
    use crate::parameter::Dialect;

    #[test]
    fn what_is_set_is_shown_and_no_secret() {
        let variables = [
            ("AZCOPY_BUFFER_GB", "2"),
            ("AZCOPY_SPA_CLIENT_SECRET", "canary"),
            ("HTTPS_PROXY", "http://me:canary@proxy"),
        ];
        let (console, printed) = console();
        show(
            &alone(&variables),
            &ParsedArgs::new(Dialect::Dash),
            &console,
        );
        let text = printed.results();
        assert!(
            text.contains("Name: AZCOPY_BUFFER_GB\nCurrent Value: 2\n"),
            "{text}"
        );
        assert!(
            text.contains("Name: AZCOPY_SPA_CLIENT_SECRET\nCurrent Value: ******\n"),
            "{text}"
        );
        assert!(!text.contains("canary"), "{text}");
    }
}
