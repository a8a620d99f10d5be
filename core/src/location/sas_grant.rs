//! What a shared access signature allows, as far as its own fields say: `se`, `st`, `sp`, `sr`, `ss`, `srt`, `spr`, `tn`.
//!
//! The job asks before its first request, so that an expired or insufficient signature is one message and not one
//! failure per object. The service decides everything else. A field that is absent (because a stored access policy holds
//! it) or that cannot be read says nothing.
//! <https://learn.microsoft.com/rest/api/storageservices/create-service-sas#specify-permissions>

use std::fmt::Write as _;

use azring_transport::auth::{Credential, Secret};
use azring_transport::http::{Account, Scheme};
use azring_transport::service::Service;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::encoding::decode;
use super::{ServiceKind, ServicePlace};

/// How far the clocks of this machine and of the service may differ before a signature is called expired or not yet valid.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What a run does at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SasAccess {
    /// List the objects of a container, a share or a directory.
    List,
    /// Read the content and properties of objects.
    Read,
    /// Read properties, to see whether an object exists before it is written.
    Look,
    /// Create block blobs or replace them.
    WriteBlock,
    /// Create page blobs and write their pages.
    WritePage,
    /// Create append blobs and append to them.
    WriteAppend,
    /// Create files and write their ranges.
    WriteFile,
    /// Read the entities of a table.
    ReadEntities,
    /// Add entities to a table.
    AddEntities,
    /// Add entities to a table, or change the ones that are there.
    WriteEntities,
}

impl SasAccess {
    /// The permissions that are needed: one letter of each group.
    fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::List => &["l"],
            Self::Read | Self::Look | Self::ReadEntities => &["r"],
            Self::AddEntities => &["a"],
            Self::WriteEntities => &["a", "u"],
            Self::WriteBlock => &["wc"],
            Self::WritePage | Self::WriteFile => &["w"],
            Self::WriteAppend => &["wc", "wa"],
        }
    }

    /// The letter of an account signature's resource types (`srt`) that is needed.
    fn resource_type(self) -> char {
        if self == Self::List { 'c' } else { 'o' }
    }

    fn purpose(self, words: &ServiceWords) -> &'static str {
        match self {
            Self::List => words.list,
            Self::Read => words.read,
            Self::Look => words.look,
            Self::WriteBlock => "to write block blobs",
            Self::WritePage => "to write page blobs",
            Self::WriteAppend => "to write append blobs",
            Self::WriteFile => "to write files",
            Self::ReadEntities => "to read the entities of a table",
            Self::AddEntities => "to add entities to a table",
            Self::WriteEntities => "to add and change the entities of a table",
        }
    }
}

/// What signatures for a service have in their fields, and the words for messages.
struct ServiceWords {
    /// The letter of the service in an account signature (`ss`).
    letter: char,
    /// The resources (`sr`) that are a single object.
    objects: &'static [&'static str],
    object: &'static str,
    many: &'static str,
    list: &'static str,
    read: &'static str,
    look: &'static str,
}

impl ServiceWords {
    fn of(service: Service) -> &'static Self {
        match service {
            Service::Blob => &Self {
                letter: 'b',
                objects: &["b", "bs", "bv"],
                object: "a single blob",
                many: "a container or virtual directory",
                list: "to list the container",
                read: "to read blobs",
                look: "to see whether blobs exist at the destination",
            },
            Service::Share => &Self {
                letter: 'f',
                objects: &["f"],
                object: "a single file",
                many: "a share or directory",
                list: "to list the share",
                read: "to read files",
                look: "to see whether files exist at the destination",
            },
            Service::Table => &Self {
                letter: 't',
                objects: &[],
                object: "a single entity",
                many: "a table",
                list: "to list the entities of a table",
                read: "to read the entities of a table",
                look: "to see whether entities exist at the destination",
            },
        }
    }
}

/// The fields of a signature, without `sig`.
#[derive(Debug, Default)]
pub struct SasGrant {
    expiry: Option<String>,
    start: Option<String>,
    permissions: Option<String>,
    resource: Option<String>,
    services: Option<String>,
    resource_types: Option<String>,
    protocols: Option<String>,
    table: Option<String>,
}

impl SasGrant {
    /// The fields of the signature that this account is used with, if it is one.
    pub fn of(account: &Account) -> Option<Self> {
        match &account.credential {
            Credential::Sas(token) => Some(Self::read(token)),
            Credential::Anonymous | Credential::SharedKey { .. } | Credential::Bearer(_) => None,
        }
    }

    fn read(token: &Secret<String>) -> Self {
        let mut grant = Self::default();
        for field in token.expose().split('&') {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            let field = match name {
                "se" => &mut grant.expiry,
                "st" => &mut grant.start,
                "sp" => &mut grant.permissions,
                "sr" => &mut grant.resource,
                "ss" => &mut grant.services,
                "srt" => &mut grant.resource_types,
                "spr" => &mut grant.protocols,
                "tn" => &mut grant.table,
                _ => continue,
            };
            *field = decode(value).ok().filter(|value| !value.is_empty());
        }
        grant
    }

    /// Why this signature cannot serve for `needs` at `place`, as the end of "the shared access signature …"; `None` when
    /// nothing certain can be said.
    pub fn fault(
        &self,
        place: ServicePlace<'_>,
        needs: &[SasAccess],
        now: Timestamp,
    ) -> Option<String> {
        let words = ServiceWords::of(place.account().service);
        self.time_fault(now)
            .or_else(|| self.protocol_fault(place))
            .or_else(|| self.scope_fault(place, words, needs))
            .or_else(|| needs.iter().find_map(|need| self.missing(*need, words)))
    }

    fn time_fault(&self, now: Timestamp) -> Option<String> {
        let now = now.round(jiff::Unit::Second).unwrap_or(now);
        if let Some(text) = &self.expiry
            && read_time(text)? + CLOCK_SKEW < now
        {
            return Some(format!(
                "expired on {text} (`se`); this machine's clock says {now}"
            ));
        }
        if let Some(text) = &self.start
            && read_time(text)? - CLOCK_SKEW > now
        {
            return Some(format!(
                "is not valid before {text} (`st`); this machine's clock says {now}"
            ));
        }
        None
    }

    fn protocol_fault(&self, place: ServicePlace<'_>) -> Option<String> {
        let is_https_only = self.protocols.as_deref() == Some("https");
        (is_https_only && place.account().endpoint.scheme == Scheme::Http).then(|| {
            "is good for https only (`spr=https`), but the URL begins with `http://`".to_owned()
        })
    }

    fn scope_fault(
        &self,
        place: ServicePlace<'_>,
        words: &ServiceWords,
        needs: &[SasAccess],
    ) -> Option<String> {
        if let Some(services) = &self.services
            && !services.contains(words.letter)
        {
            return Some(format!(
                "is not made for {} (`ss={services}` lacks `{}`)",
                ServiceKind::from(place.account().service),
                words.letter
            ));
        }
        if place.is_account() {
            if let Some(types) = &self.resource_types
                && !types.contains('s')
            {
                return Some(format!(
                    "lacks the resource type `s` (`srt={types}`), which is needed to list the containers of an account"
                ));
            }
            if let Some(resource) = &self.resource {
                return Some(format!(
                    "is good for one container (`sr={resource}`), but `{place}` is a whole account"
                ));
            }
        }
        if let Some(types) = &self.resource_types
            && let Some(need) = needs
                .iter()
                .find(|need| !types.contains(need.resource_type()))
        {
            return Some(format!(
                "lacks the resource type `{}` (`srt={types}`), which is needed {}",
                need.resource_type(),
                need.purpose(words)
            ));
        }
        if let Some(table) = &self.table
            && !table.eq_ignore_ascii_case(place.root)
        {
            return Some(format!(
                "is made for the table `{table}` (`tn`), but `{place}` is asked for"
            ));
        }
        let resource = self.resource.as_deref().unwrap_or_default();
        let is_of_object = words.objects.contains(&resource);
        let wants_more = place.directory.is_empty() || needs.contains(&SasAccess::List);
        (is_of_object && wants_more).then(|| {
            format!(
                "is good for {} (`sr={resource}`), but `{place}` is asked for as {}",
                words.object, words.many
            )
        })
    }

    fn missing(&self, need: SasAccess, words: &ServiceWords) -> Option<String> {
        let given = self.permissions.as_deref()?;
        let group = need
            .permissions()
            .iter()
            .find(|group| !group.contains(|letter| given.contains(letter)))?;
        let mut letters = String::new();
        for letter in group.chars() {
            let or = if letters.is_empty() { "" } else { " or " };
            // A text takes whatever is written to it.
            let _ = write!(letters, "{or}`{letter}`");
        }
        Some(format!(
            "lacks {letters} (`sp={given}`), which is needed {}",
            need.purpose(words)
        ))
    }

    /// The permissions that the signature says it has.
    pub fn permissions(&self) -> Option<&str> {
        self.permissions.as_deref()
    }
}

/// A time as signatures have it: a date alone, or with a time to the minute, the second or finer, in UTC unless an offset
/// says otherwise. `None` for what no service would accept either.
fn read_time(text: &str) -> Option<Timestamp> {
    let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let text = text.trim_end_matches('Z');
    match text.parse::<DateTime>() {
        Ok(time) => utc(time),
        Err(_) => utc(text
            .parse::<Date>()
            .ok()?
            .to_datetime(jiff::civil::Time::midnight())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::{self, parse};

    const NOW: &str = "2026-11-28T15:00:00Z";

    fn fault_at(url: &str, fields: &str, needs: &[SasAccess]) -> Option<String> {
        let url = format!("{url}?{fields}&sig=canary");
        let location = parse(&url, location::Access::default(), None).unwrap();
        location.sas_fault(needs, NOW.parse().unwrap())
    }

    fn fault(fields: &str, needs: &[SasAccess]) -> Option<String> {
        fault_at("https://a.blob.core.windows.net/c", fields, needs)
    }

    #[test]
    fn a_signature_that_has_expired_or_is_not_valid_yet_is_reported() {
        for (fields, says) in [
            ("se=2020-01-02", "expired on 2020-01-02 (`se`)"),
            ("se=2026-11-28T14%3A54Z", "expired on 2026-11-28T14:54Z"),
            ("se=2026-11-28T14:54:59Z", "expired on"),
            ("se=2026-11-28T15:30:00%2B01:00", "expired on"),
            ("st=2026-11-28T15:06:00Z", "is not valid before"),
            (
                "st=2027-01-01&se=2028-01-01",
                "is not valid before 2027-01-01 (`st`)",
            ),
        ] {
            let fault = fault(fields, &[]).unwrap_or_else(|| panic!("{fields} passes"));
            assert!(fault.starts_with(says), "{fields}: {fault}");
        }
    }

    #[test]
    fn clocks_may_differ_by_minutes_and_what_cannot_be_read_is_left_alone() {
        for fields in [
            "se=2026-11-28T14:56:00Z",
            "st=2026-11-28T15:04:00Z",
            "se=2026-11-28T15:00:00.0000000Z",
            "se=tomorrow",
            "sv=2020-01-01",
            "si=policy",
        ] {
            assert_eq!(
                fault(fields, &[SasAccess::Read, SasAccess::List]),
                None,
                "{fields}"
            );
        }
    }

    #[test]
    fn a_permission_that_is_missing_is_named_with_what_needs_it() {
        use SasAccess::{List, Look, Read, WriteAppend, WriteBlock, WritePage};
        for (permissions, need, says) in [
            (
                "r",
                List,
                "lacks `l` (`sp=r`), which is needed to list the container",
            ),
            ("wl", Read, "lacks `r` (`sp=wl`)"),
            ("cw", Look, "lacks `r` (`sp=cw`)"),
            (
                "rl",
                WriteBlock,
                "lacks `w` or `c` (`sp=rl`), which is needed to write block blobs",
            ),
            ("rc", WritePage, "lacks `w` (`sp=rc`)"),
            ("c", WriteAppend, "lacks `w` or `a` (`sp=c`)"),
        ] {
            let fault = fault(&format!("sp={permissions}"), &[need]).unwrap();
            assert!(fault.starts_with(says), "{fault}");
        }
        for (permissions, need) in [
            ("racwdl", WritePage),
            ("c", WriteBlock),
            ("ca", WriteAppend),
            ("w", WriteAppend),
        ] {
            assert_eq!(fault(&format!("sp={permissions}"), &[need]), None);
        }
    }

    #[test]
    fn a_signature_for_something_else_is_reported() {
        let blob = "https://a.blob.core.windows.net/c/d.txt";
        for (url, fields, need, says) in [
            (
                "https://a.blob.core.windows.net/c",
                "sr=b&sp=r",
                SasAccess::Read,
                "single blob",
            ),
            (blob, "sr=bs&sp=rl", SasAccess::List, "single blob"),
            (blob, "ss=qt&srt=sco&sp=r", SasAccess::Read, "lacks `b`"),
            (
                blob,
                "ss=b&srt=sc&sp=r",
                SasAccess::Read,
                "resource type `o`",
            ),
            (
                blob,
                "ss=b&srt=so&sp=rl",
                SasAccess::List,
                "resource type `c`",
            ),
            (
                "http://10.0.0.1/a/c/d",
                "spr=https&sp=r",
                SasAccess::Read,
                "https only",
            ),
        ] {
            let fault = fault_at(url, fields, &[need]).unwrap_or_else(|| panic!("{fields} passes"));
            assert!(fault.contains(says) && !fault.contains("canary"), "{fault}");
        }
        assert_eq!(fault_at(blob, "sr=b&sp=r", &[SasAccess::Read]), None);
        let file = "https://a.file.core.windows.net/s/d.txt";
        let share = "https://a.file.core.windows.net/s";
        for (url, fields, need, says) in [
            (
                file,
                "ss=b&srt=sco&sp=rl",
                SasAccess::Read,
                "not made for Azure Files (`ss=b` lacks `f`)",
            ),
            (share, "sr=f&sp=rl", SasAccess::List, "a single file"),
            (share, "sr=s&sp=r", SasAccess::List, "to list the share"),
            (share, "sr=s&sp=cl", SasAccess::WriteFile, "to write files"),
        ] {
            let fault = fault_at(url, fields, &[need]).unwrap_or_else(|| panic!("{fields} passes"));
            assert!(fault.contains(says), "{fault}");
        }
        let table = "https://a.table.core.windows.net/mytable";
        for (fields, need, says) in [
            (
                "tn=other&sp=raud",
                SasAccess::ReadEntities,
                "made for the table `other`",
            ),
            ("tn=mytable&sp=a", SasAccess::ReadEntities, "lacks `r`"),
            ("tn=mytable&sp=r", SasAccess::AddEntities, "lacks `a`"),
            ("tn=mytable&sp=a", SasAccess::WriteEntities, "lacks `u`"),
            ("ss=b&srt=o&sp=r", SasAccess::ReadEntities, "lacks `t`"),
            (
                "ss=t&srt=sc&sp=r",
                SasAccess::ReadEntities,
                "resource type `o`",
            ),
        ] {
            let fault =
                fault_at(table, fields, &[need]).unwrap_or_else(|| panic!("{fields} passes"));
            assert!(fault.contains(says), "{fault}");
        }
        assert_eq!(
            fault_at(table, "tn=MyTable&sp=au", &[SasAccess::WriteEntities]),
            None
        );
        assert_eq!(fault_at(file, "sr=f&sp=r", &[SasAccess::Read]), None);
        assert_eq!(fault_at(blob, "sr=d&sdd=1&sp=rl", &[SasAccess::List]), None);
        assert_eq!(
            fault_at(blob, "spr=https,http&sp=r", &[SasAccess::Read]),
            None
        );
    }
}
