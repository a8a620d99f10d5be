//! Azure's clouds: the host of the identity service of each.

/// A cloud that Microsoft or a partner runs.
/// <https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    /// The public cloud.
    Public,
    /// Azure Government of the United States.
    UsGovernment,
    /// Azure operated by 21Vianet in China.
    China,
}

impl Cloud {
    const ALL: [Self; 3] = [Self::Public, Self::UsGovernment, Self::China];

    /// The cloud of this name: azring's own, and those of Azure's command line. Case is ignored.
    pub fn named(name: &str) -> Option<Self> {
        let is_named = |names: [&str; 2]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
        Self::ALL.into_iter().find(|cloud| {
            is_named(match cloud {
                Self::Public => ["public", "AzureCloud"],
                Self::UsGovernment => ["usgovernment", "AzureUSGovernment"],
                Self::China => ["china", "AzureChinaCloud"],
            })
        })
    }

    /// The cloud of a storage host; `None` for any other host.
    pub fn of_storage_host(host: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cloud| {
            let suffix = match cloud {
                Self::Public => ".core.windows.net",
                Self::UsGovernment => ".core.usgovcloudapi.net",
                Self::China => ".core.chinacloudapi.cn",
            };
            host.ends_with(suffix)
                || (*cloud == Self::Public && host.ends_with(".storage.azure.net"))
        })
    }

    /// The cloud whose identity service has this host.
    pub(super) fn of_authority_host(host: &str) -> Option<Self> {
        match host {
            "login.microsoftonline.com" | "login.windows.net" => Some(Self::Public),
            "login.microsoftonline.us" => Some(Self::UsGovernment),
            "login.chinacloudapi.cn" | "login.partner.microsoftonline.cn" => Some(Self::China),
            _ => None,
        }
    }

    /// The host of its identity service.
    pub fn authority_host(self) -> &'static str {
        match self {
            Self::Public => "login.microsoftonline.com",
            Self::UsGovernment => "login.microsoftonline.us",
            Self::China => "login.chinacloudapi.cn",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_host_names_its_cloud_by_whole_labels() {
        for (host, cloud) in [
            ("a.blob.core.windows.net", Some(Cloud::Public)),
            ("a.z1.blob.storage.azure.net", Some(Cloud::Public)),
            ("a.file.core.usgovcloudapi.net", Some(Cloud::UsGovernment)),
            ("a.table.core.chinacloudapi.cn", Some(Cloud::China)),
            ("a.blobcore.windows.net", None),
            ("a.blob.core.windows.net.example.com", None),
        ] {
            assert_eq!(Cloud::of_storage_host(host), cloud, "{host}");
        }
    }

    #[test]
    fn clouds_have_the_names_of_azures_command_line_too() {
        assert_eq!(Cloud::named("AZURECHINACLOUD"), Some(Cloud::China));
        assert_eq!(Cloud::named("usgovernment"), Some(Cloud::UsGovernment));
        assert_eq!(Cloud::named("AzureGermanCloud"), None);
        for cloud in Cloud::ALL {
            assert_eq!(
                Cloud::of_authority_host(cloud.authority_host()),
                Some(cloud)
            );
        }
    }
}
