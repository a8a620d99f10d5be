//! A refused request: an HTTP status, an error code and a message.
//!
//! Calls return a [`Refusal`]; the service turns it into the error document and the
//! `x-ms-error-code` header. These are the codes that all services have; those of the Blob service
//! are in `blob/error.rs`.
//! <https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes>

use std::borrow::Cow;

/// A refused request. It is kept small, because every `Result` of the emulator holds one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `x-ms-error-code`.
    pub code: Cow<'static, str>,
    /// The message of the error document.
    pub message: Cow<'static, str>,
    /// More elements of the error document, as name and text.
    pub details: Vec<(&'static str, String)>,
    /// More headers of the answer.
    pub headers: Vec<(&'static str, String)>,
    /// Common headers that the answer does not have, in lower case.
    pub omitted: &'static [&'static str],
}

/// The result of a call, or of a step of it.
pub type ServiceResult<T> = Result<T, Refusal>;

impl Refusal {
    /// A refusal with any code.
    pub fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            details: Vec::new(),
            headers: Vec::new(),
            omitted: &[],
        }
    }

    /// The same refusal with one more element in its document.
    pub fn with(mut self, element: &'static str, text: impl Into<String>) -> Self {
        self.details.push((element, text.into()));
        self
    }

    /// The same refusal with one more header.
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same refusal without some of the common headers. The service refuses malformed requests
    /// before it reads their version.
    pub fn without(mut self, headers: &'static [&'static str]) -> Self {
        self.omitted = headers;
        self
    }

    /// 400: a header is missing.
    pub fn missing_header(name: &str) -> Self {
        Self::new(
            400,
            "MissingRequiredHeader",
            "An HTTP header that's mandatory for this request is not specified.",
        )
        .with("HeaderName", name)
    }

    /// 400: a header's value cannot be used.
    pub fn invalid_header(name: &str, value: &str) -> Self {
        Self::new(
            400,
            "InvalidHeaderValue",
            "The value for one of the HTTP headers is not in the correct format.",
        )
        .with("HeaderName", name)
        .with("HeaderValue", value)
    }

    /// 400: a query parameter is missing.
    pub fn missing_query(name: &str) -> Self {
        Self::new(
            400,
            "MissingRequiredQueryParameter",
            "A query parameter that's mandatory for this request is not specified.",
        )
        .with("QueryParameterName", name)
    }

    /// 400: a query parameter that this version does not have.
    pub fn unsupported_query(name: &str) -> Self {
        Self::new(
            400,
            "UnsupportedQueryParameter",
            "One of the query parameters specified in the request URI is not supported.",
        )
        .with("QueryParameterName", name)
    }

    /// 400: a query parameter's value cannot be used.
    pub fn invalid_query(name: &str, value: &str, reason: &str) -> Self {
        Self::new(
            400,
            "InvalidQueryParameterValue",
            "Value for one of the query parameters specified in the request URI is invalid.",
        )
        .with("QueryParameterName", name)
        .with("QueryParameterValue", value)
        .with("Reason", reason)
    }

    /// 400: a query parameter has no form that the service can read.
    pub fn malformed_query(name: &str, value: &str) -> Self {
        Self::new(
            400,
            "InvalidQueryParameterValue",
            "Value for one of the query parameters specified in the request URI is invalid.",
        )
        .with("QueryParameterName", name)
        .with("QueryParameterValue", value)
        .without(&["x-ms-version", "x-ms-error-code"])
    }

    /// 400: a query parameter is outside of its range.
    pub fn query_out_of_range(name: &str, value: &str, min: u64, max: u64) -> Self {
        Self::new(
            400,
            "OutOfRangeQueryParameterValue",
            "One of the query parameters specified in the request URI is outside the permissible range.",
        )
        .with("QueryParameterName", name)
        .with("QueryParameterValue", value)
        .with("MinimumAllowed", min.to_string())
        .with("MaximumAllowed", max.to_string())
    }

    /// 400: the request makes no sense as a whole.
    pub fn invalid_input(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, "InvalidInput", message)
    }

    /// 400: the XML body cannot be read.
    pub fn invalid_xml() -> Self {
        Self::new(
            400,
            "InvalidXmlDocument",
            "XML specified is not syntactically valid.",
        )
    }

    /// 412: a condition of the request does not hold.
    pub fn condition_not_met() -> Self {
        Self::new(
            412,
            "ConditionNotMet",
            "The condition specified using HTTP conditional header(s) is not met.",
        )
    }

    /// 412: a condition of a copy's source does not hold.
    pub fn source_condition_not_met() -> Self {
        Self::new(
            412,
            "SourceConditionNotMet",
            "The source condition specified using HTTP conditional header(s) is not met.",
        )
    }

    /// 304: the object has not changed.
    pub fn not_modified() -> Self {
        Self::new(
            304,
            "ConditionNotMet",
            "The condition specified using HTTP conditional header(s) is not met.",
        )
    }

    /// 400: a condition that no object can fulfil.
    pub fn unsatisfiable_condition() -> Self {
        Self::new(
            400,
            "UnsatisfiableCondition",
            "The request includes an unsatisfiable condition for this operation.",
        )
    }

    /// 416: nothing of the object lies in the range.
    pub fn invalid_range() -> Self {
        Self::new(
            416,
            "InvalidRange",
            "The range specified is invalid for the current size of the resource.",
        )
    }

    /// 413: the body is longer than the service takes.
    pub fn body_too_large(max: u64) -> Self {
        Self::new(
            413,
            "RequestBodyTooLarge",
            "The request body is too large and exceeds the maximum permissible limit.",
        )
        .with("MaxLimit", max.to_string())
    }

    /// 403: the signature or token is wrong, or has expired.
    pub fn authentication_failed(detail: impl Into<String>) -> Self {
        Self::new(
            403,
            "AuthenticationFailed",
            "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
        )
        .with("AuthenticationErrorDetail", detail)
    }

    /// 403: the credential is valid, but does not allow this.
    pub fn permission_mismatch() -> Self {
        Self::new(
            403,
            "AuthorizationPermissionMismatch",
            "This request is not authorized to perform this operation using this permission.",
        )
    }

    /// 401: the request has no credential, and needs one.
    pub fn no_authentication_information() -> Self {
        Self::new(
            401,
            "NoAuthenticationInformation",
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
        )
    }

    /// 405: the method does not fit the resource.
    pub fn unsupported_verb() -> Self {
        Self::new(
            405,
            "UnsupportedHttpVerb",
            "The resource doesn't support specified Http Verb.",
        )
    }

    /// 400: a header that the service does not have.
    pub fn unsupported_header(name: &'static str) -> Self {
        Self::new(
            400,
            "UnsupportedHeader",
            "One of the HTTP headers specified in the request is not supported.",
        )
        .with("HeaderName", name)
    }

    /// The resource has no call of this method and `comp`.
    pub fn unknown_call(method: &str, comp: &str) -> Self {
        if comp.is_empty() {
            return Self::unsupported_verb();
        }
        Self::invalid_query(
            "comp",
            comp,
            &format!("not served for {method} on this resource"),
        )
    }

    /// 500: the emulator's own disk or memory failed.
    pub fn internal(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(500, "InternalError", message)
    }
}
