//! Conditional headers: whether an object still has the version that the client knows.
//! <https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations>

use super::etag::{ETag, EntityTag};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;

/// The version and time of an object; `None` when the object does not exist.
pub type Current = Option<(ETag, Moment)>;

/// What a request does, which decides how a failed condition is answered.
#[derive(Debug, Clone, Copy)]
pub enum Access {
    /// GET and HEAD: 304 for `If-None-Match` and `If-Modified-Since`.
    Read,
    /// A write: 412, and this refusal for `If-None-Match: *` on an object that exists.
    Write(fn() -> Refusal),
    /// DELETE: 412.
    Delete,
}

/// The four conditions of a request.
struct Conditions<'a> {
    matches: Option<&'a str>,
    matches_none: Option<&'a str>,
    modified_since: Option<Moment>,
    unmodified_since: Option<Moment>,
}

/// Checks `If-Match`, `If-None-Match`, `If-Modified-Since` and `If-Unmodified-Since`.
///
/// The service refuses `If-None-Match: *` for reads: no object can fulfil it.
pub fn check(head: &Head, current: Current, access: Access) -> ServiceResult<()> {
    if head.faults.ignore_conditions {
        return Ok(());
    }
    let conditions = Conditions {
        matches: head.header("if-match").filter(|value| !value.is_empty()),
        matches_none: head
            .header("if-none-match")
            .filter(|value| !value.is_empty()),
        modified_since: date(head, "if-modified-since")?,
        unmodified_since: date(head, "if-unmodified-since")?,
    };
    if matches!(access, Access::Read) && conditions.matches_none == Some("*") {
        return Err(Refusal::unsatisfiable_condition());
    }
    conditions.check(current, access)
}

/// Checks the `x-ms-source-if-*` conditions of a copy's source.
///
/// With `is_range`, the request copies a range of the source: then the refusal is that of reading
/// the source.
pub fn check_source<T: EntityTag>(
    head: &Head,
    current: (T, Moment),
    is_range: bool,
) -> ServiceResult<()> {
    if head.faults.ignore_conditions {
        return Ok(());
    }
    let conditions = Conditions {
        matches: head
            .header("x-ms-source-if-match")
            .filter(|value| !value.is_empty()),
        matches_none: head
            .header("x-ms-source-if-none-match")
            .filter(|value| !value.is_empty()),
        modified_since: date(head, "x-ms-source-if-modified-since")?,
        unmodified_since: date(head, "x-ms-source-if-unmodified-since")?,
    };
    if is_range {
        return conditions.check(Some(current), Access::Read);
    }
    conditions
        .check(Some(current), Access::Delete)
        .map_err(|_| Refusal::source_condition_not_met())
}

impl Conditions<'_> {
    fn check<T: EntityTag>(
        &self,
        current: Option<(T, Moment)>,
        access: Access,
    ) -> ServiceResult<()> {
        let Some((etag, modified)) = current else {
            let wants_something = self.matches.is_some() && !matches!(access, Access::Read);
            return if wants_something {
                Err(Refusal::condition_not_met())
            } else {
                Ok(())
            };
        };
        if self.matches.is_some_and(|wanted| !any(wanted, etag)) {
            return Err(Refusal::condition_not_met());
        }
        if self.unmodified_since.is_some_and(|since| modified > since) {
            return Err(Refusal::condition_not_met());
        }
        let unchanged = self
            .matches_none
            .is_some_and(|unwanted| any(unwanted, etag));
        let not_since = self.modified_since.is_some_and(|since| modified <= since);
        // A request with both "unless changed" conditions fails only if both fail, as RFC 9110
        // 13.2.2 orders them.
        let failed = if self.matches_none.is_some() {
            unchanged
        } else {
            not_since
        };
        match (failed, access) {
            (false, _) => Ok(()),
            (true, Access::Read) => Err(Refusal::not_modified()),
            (true, Access::Write(exists)) if self.matches_none == Some("*") => Err(exists()),
            (true, Access::Write(_) | Access::Delete) => Err(Refusal::condition_not_met()),
        }
    }
}

fn any(list: &str, etag: impl EntityTag) -> bool {
    list.split(',').any(|one| one.trim() == "*" || etag.is(one))
}

fn date(head: &Head, name: &'static str) -> ServiceResult<Option<Moment>> {
    head.header(name)
        .filter(|value| !value.is_empty())
        .map(|value| {
            Moment::parse_rfc1123(value).ok_or_else(|| Refusal::invalid_header(name, value))
        })
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: Access = Access::Write(|| Refusal::new(409, "AlreadyExists", ""));

    fn nothing<'a>() -> Conditions<'a> {
        Conditions {
            matches: None,
            matches_none: None,
            modified_since: None,
            unmodified_since: None,
        }
    }

    #[test]
    fn reads_say_not_modified_where_writes_say_not_met() {
        let (etag, time) = (ETag::next(), Moment::from_seconds(1_000));
        let shown = etag.to_string();
        let conditions = Conditions {
            matches_none: Some(&shown),
            ..nothing()
        };
        assert_eq!(
            conditions
                .check(Some((etag, time)), Access::Read)
                .unwrap_err()
                .status,
            304
        );
        assert_eq!(
            conditions
                .check(Some((etag, time)), WRITE)
                .unwrap_err()
                .status,
            412
        );
    }

    #[test]
    fn a_star_means_existence() {
        let there = Some((ETag::next(), Moment::from_seconds(1_000)));
        let only_new = Conditions {
            matches_none: Some("*"),
            ..nothing()
        };
        assert_eq!(
            only_new.check(there, WRITE).unwrap_err().code,
            "AlreadyExists"
        );
        let missing: Current = None;
        assert!(only_new.check(missing, WRITE).is_ok());
        let only_old = Conditions {
            matches: Some("*"),
            ..nothing()
        };
        assert!(only_old.check(there, WRITE).is_ok());
        assert_eq!(only_old.check(missing, WRITE).unwrap_err().status, 412);
    }

    #[test]
    fn times_compare_in_whole_seconds() {
        let there = Some((ETag::next(), Moment::from_seconds(1_000)));
        let same = Conditions {
            modified_since: Some(Moment::from_seconds(1_000)),
            ..nothing()
        };
        assert_eq!(same.check(there, Access::Read).unwrap_err().status, 304);
        let older = Conditions {
            unmodified_since: Some(Moment::from_seconds(999)),
            ..nothing()
        };
        assert_eq!(older.check(there, Access::Read).unwrap_err().status, 412);
    }
}
