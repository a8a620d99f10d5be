//! The refusals of the Table service, and their documents.
//! <https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes>

use std::fmt::Write as _;

use super::json::MetadataLevel;
use super::value::JsonText;
use crate::emulator::error::Refusal;
use crate::emulator::http::head::Head;
use crate::emulator::http::payload::Payload;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::Response;

/// The codes of requests that are refused before the service knows what they accept.
const AUTHENTICATION: [&str; 3] = [
    "AuthenticationFailed",
    "InvalidAuthenticationInfo",
    "NoAuthenticationInformation",
];

impl Refusal {
    /// 400: the request makes no sense.
    pub fn invalid_request_input() -> Self {
        Self::invalid_input("One of the request inputs is not valid.")
    }

    /// 400: the keys in the address cannot be read.
    pub fn query_syntax() -> Self {
        Self::invalid_input("Bad Request - Error in query syntax.")
    }

    /// 404: no such table.
    pub fn table_not_found() -> Self {
        Self::new(404, "TableNotFound", "The table specified does not exist.")
    }

    /// 409: a table of the name exists.
    pub fn table_already_exists() -> Self {
        Self::new(
            409,
            "TableAlreadyExists",
            "The table specified already exists.",
        )
    }

    /// 409: a table of the name is being deleted.
    pub fn table_being_deleted() -> Self {
        Self::new(
            409,
            "TableBeingDeleted",
            "The specified table is being deleted. Try operation later.",
        )
    }

    /// 409: an entity of the keys exists.
    pub fn entity_already_exists() -> Self {
        Self::new(
            409,
            "EntityAlreadyExists",
            "The specified entity already exists.",
        )
    }

    /// 412: the entity has another version.
    pub fn update_condition_not_satisfied() -> Self {
        Self::new(
            412,
            "UpdateConditionNotSatisfied",
            "The update condition specified in the request was not satisfied.",
        )
    }

    /// 400: a key is missing.
    pub fn properties_need_value() -> Self {
        Self::new(
            400,
            "PropertiesNeedValue",
            "The values are not specified for all properties in the entity.",
        )
    }

    /// 400: a property is given twice.
    pub fn duplicate_properties() -> Self {
        Self::new(
            400,
            "DuplicatePropertiesSpecified",
            "A property is specified more than one time.",
        )
    }

    /// 400: a value, such as a key or a time, is outside of its range.
    pub fn out_of_range_input(name: &str, value: &str) -> Self {
        Self::new(
            400,
            "OutOfRangeInput",
            format!("The '{name}' parameter of value '{value}' is out of range."),
        )
    }

    /// 403: a SAS does not allow this, or not for these keys.
    pub fn authorization_failure() -> Self {
        Self::new(
            403,
            "AuthorizationFailure",
            "This request is not authorized to perform this operation.",
        )
    }

    /// 415: the request accepts Atom only.
    pub fn atom_not_supported() -> Self {
        Self::new(
            415,
            "AtomFormatNotSupported",
            "The requested media type is not supported for this version of the service.",
        )
    }

    /// 415: the version of the request has no JSON.
    pub fn json_not_supported() -> Self {
        Self::new(
            415,
            "JsonFormatNotSupported",
            "The requested media type is not supported for this version of the service.",
        )
    }

    /// 501: the service has no such operation.
    pub fn not_implemented() -> Self {
        Self::new(
            501,
            "NotImplemented",
            "The requested operation is not implemented on the specified resource.",
        )
    }

    /// 503: too many entities in a second.
    pub fn server_busy() -> Self {
        Self::new(503, "ServerBusy", "The server is busy.")
    }
}

/// The answer to a refused request: JSON, or XML if the request accepts no JSON or its credential is
/// wrong. Without a head it is JSON.
pub fn response(refusal: &Refusal, head: Option<&Head>, id: &str, time: &str) -> Response {
    // Tables have an older code for a permission that is missing.
    let missing_permission = Refusal::authorization_failure();
    let refusal = match refusal.code.as_ref() {
        "AuthorizationPermissionMismatch" => &missing_permission,
        _ => refusal,
    };
    let is_credential = AUTHENTICATION.contains(&refusal.code.as_ref());
    let level = match head {
        Some(head) if is_xml_call(head) => None,
        Some(head) => MetadataLevel::of(head, &Query::parse(head.raw_query())),
        None => Some(MetadataLevel::Minimal),
    };
    let mut response = Response::new(refusal.status);
    response.labels.code = Some(refusal.code.clone().into_owned());
    if let Some(level) = level.filter(|_| !is_credential) {
        response.set("Content-Type", level.content_type());
        response.payload = Payload::Document(json(refusal, id, time).into_bytes());
    } else {
        response.set("Content-Type", "application/xml");
        response.payload = Payload::Document(xml(refusal, id, time).into_bytes());
    }
    if is_credential {
        response.set("x-ms-error-code", refusal.code.clone());
    } else {
        response.set("Cache-Control", "no-cache");
        response.set("X-Content-Type-Options", "nosniff");
    }
    if let Some(head) = head {
        set_preference(&mut response, head);
    }
    for (name, value) in &refusal.headers {
        response.set(*name, value.clone());
    }
    response
}

/// Says that the `Prefer` header of a request was followed.
pub fn set_preference(response: &mut Response, head: &Head) {
    let preferences = ["return-no-content", "return-content"];
    let given = head.header_or_empty("prefer");
    if let Some(preference) = preferences.into_iter().find(|one| *one == given) {
        response.set("Preference-Applied", preference);
    }
}

/// Whether the documents of a call are XML: access policies, properties and statistics.
fn is_xml_call(head: &Head) -> bool {
    Query::parse(head.raw_query()).get("comp").is_some()
}

/// `{"odata.error":{..}}`.
pub fn json(refusal: &Refusal, id: &str, time: &str) -> String {
    let message = format!("{}\nRequestId:{id}\nTime:{time}", refusal.message);
    format!(
        r#"{{"odata.error":{{"code":"{}","message":{{"lang":"en-US","value":"{}"}}}}}}"#,
        refusal.code,
        JsonText::of(&message).as_str()
    )
}

fn xml(refusal: &Refusal, id: &str, time: &str) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><m:error xmlns:m=\"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata\">",
    );
    let message = quick_xml::escape::escape(refusal.message.as_ref());
    let _ = write!(
        text,
        "<m:code>{}</m:code><m:message xml:lang=\"en-US\">{message}\nRequestId:{id}\nTime:{time}</m:message></m:error>",
        refusal.code
    );
    text
}
