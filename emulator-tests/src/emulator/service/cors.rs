//! CORS: preflight requests, and the headers that answers to other origins have.
//!
//! A service's rules are a section of its [`ServiceProperties`].
//! <https://learn.microsoft.com/rest/api/storageservices/cross-origin-resource-sharing--cors--support-for-the-azure-storage-services>

use super::service_properties::ServiceProperties;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::response::Response;

/// Headers that the connection adds to every answer.
const FRAMING: [&str; 3] = ["Content-Length", "Connection", "Transfer-Encoding"];

/// One rule. Each field is a list separated by commas, in which a name may end with `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsRule {
    /// Methods that other origins may use.
    pub methods: String,
    /// The origins; `*` for all.
    pub origins: String,
    /// Request headers that they may send.
    pub headers: String,
    /// Answer headers that they may read.
    pub exposed: String,
    /// How long a browser may keep the answer to a preflight request.
    pub max_age_seconds: String,
}

impl CorsRule {
    fn has(&self, origin: &str, method: &str) -> bool {
        items(&self.origins).any(|allowed| matches_origin(allowed, origin))
            && items(&self.methods).any(|allowed| allowed.eq_ignore_ascii_case(method))
    }

    fn takes(&self, header: &str) -> bool {
        items(&self.headers).any(|allowed| matches_prefix(allowed, header))
    }

    /// The answer's headers that the rule exposes, and those that it names in full.
    fn exposed_of(&self, response: &Response) -> String {
        let present = response.headers.iter().map(|(name, _)| name.as_ref());
        let mut names: Vec<&str> = present
            .chain(FRAMING)
            .filter(|name| items(&self.exposed).any(|exposed| matches_prefix(exposed, name)))
            .collect();
        let in_full = items(&self.exposed).filter(|exposed| !exposed.ends_with('*'));
        for name in in_full {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        names.join(",")
    }
}

/// Answers a preflight request.
pub fn preflight(head: &Head, properties: &ServiceProperties) -> ServiceResult<Response> {
    let (origin, method) = head
        .header("origin")
        .zip(head.header("access-control-request-method"))
        .ok_or_else(missing_header)?;
    let wanted = head.header("access-control-request-headers");
    let fits = |rule: &CorsRule| {
        rule.has(origin, method) && items(wanted.unwrap_or_default()).all(|name| rule.takes(name))
    };
    let rule = properties.cors_rules().into_iter().find(fits);
    let rule = rule.ok_or_else(preflight_failure)?;
    Ok(Response::new(200)
        .header("Access-Control-Allow-Origin", origin)
        .header("Access-Control-Allow-Methods", method)
        .header_some("Access-Control-Allow-Headers", wanted)
        .header("Access-Control-Max-Age", rule.max_age_seconds)
        .header("Access-Control-Allow-Credentials", "true"))
}

/// Adds the headers to an answer. The first rule that fits the origin decides. An answer without an
/// origin depends on it too, unless every origin is allowed.
pub fn add_headers(
    head: &Head,
    origin: Option<&str>,
    properties: &ServiceProperties,
    response: &mut Response,
) {
    let rules = properties.cors_rules();
    let Some(origin) = origin else {
        if !rules.is_empty() && rules.iter().all(|rule| rule.origins != "*") {
            response.set("Vary", "Origin");
        }
        return;
    };
    match rules.iter().find(|rule| rule.has(origin, head.method())) {
        Some(rule) => {
            let exposed = rule.exposed_of(response);
            let is_open = rule.origins == "*";
            response.set(
                "Access-Control-Allow-Origin",
                if is_open { "*" } else { origin },
            );
            if !exposed.is_empty() {
                response.set("Access-Control-Expose-Headers", exposed);
            }
            if !is_open {
                response.set("Vary", "Origin");
                response.set("Access-Control-Allow-Credentials", "true");
            }
        }
        // The answer depends on the origin: another origin might have fitted.
        None if !rules.is_empty() => response.set("Vary", "Origin"),
        None => {}
    }
}

fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// `*`, an origin, or an origin with a wildcard, such as `https://*.example.com`.
fn matches_origin(allowed: &str, origin: &str) -> bool {
    let (allowed, origin) = (allowed.to_ascii_lowercase(), origin.to_ascii_lowercase());
    match allowed.split_once('*') {
        Some((before, after)) => {
            origin.len() >= before.len() + after.len()
                && origin.starts_with(before)
                && origin.ends_with(after)
        }
        None => allowed == origin,
    }
}

fn matches_prefix(allowed: &str, name: &str) -> bool {
    match allowed.strip_suffix('*') {
        Some(prefix) => name
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix)),
        None => allowed.eq_ignore_ascii_case(name),
    }
}

fn missing_header() -> Refusal {
    Refusal::new(
        400,
        "InvalidHeaderValue",
        "A required CORS header is not present.",
    )
}

fn preflight_failure() -> Refusal {
    Refusal::new(
        403,
        "CorsPreflightFailure",
        "CORS not enabled or no matching rule found for this request.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_the_part_of_an_origin_before_a_domain() {
        for (allowed, origin, expected) in [
            ("*", "https://a", true),
            ("*.contoso.com", "contoso.com", false),
            ("*.contoso.com", "bar.notcontoso.com", false),
            ("*.contoso.com", "foo.bar.CONTOSO.com", true),
            ("https://*.a.b", "https://x.a.b", true),
            ("https://*.a.b", "http://x.a.b", false),
            ("https://a", "https://A", true),
            ("https://a", "https://ab", false),
        ] {
            assert_eq!(
                matches_origin(allowed, origin),
                expected,
                "{allowed} {origin}"
            );
        }
    }

    #[test]
    fn a_header_list_has_names_and_prefixes() {
        assert!(matches_prefix("x-ms-meta-*", "X-Ms-Meta-a"));
        assert!(matches_prefix("x-ms-date", "X-MS-Date"));
        assert!(!matches_prefix("x-ms-date", "x-ms-dates"));
        assert!(!matches_prefix("x-ms-meta-*", "x-ms-met"));
    }
}
