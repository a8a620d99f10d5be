//! CORS: preflight requests, and the headers of answers to other origins.

use azring_emulator_tests::emulator::Options;

use super::own;
use crate::client::{Auth, Client, Reply, Request};

const RULE: &str = "<CorsRule><AllowedOrigins>https://a.example,https://*.b.example</AllowedOrigins>\
<AllowedMethods>GET,PUT</AllowedMethods><AllowedHeaders>x-ms-version,x-ms-meta-*</AllowedHeaders>\
<ExposedHeaders>x-ms-meta-*,etag</ExposedHeaders><MaxAgeInSeconds>60</MaxAgeInSeconds></CorsRule>";
const OPEN_RULE: &str = "<CorsRule><AllowedOrigins>*</AllowedOrigins><AllowedMethods>GET</AllowedMethods>\
<AllowedHeaders /><ExposedHeaders>*</ExposedHeaders><MaxAgeInSeconds>5</MaxAgeInSeconds></CorsRule>";

fn set_rules(client: &Client, rules: &str) {
    own::set_service_properties(client, &format!("<Cors>{rules}</Cors>")).expect(202);
}

fn preflight(client: &Client, origin: &str, method: &str) -> Request {
    client
        .request("OPTIONS", "box/b")
        .auth(Auth::Nothing)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", method)
}

fn get_from(client: &Client, origin: &str) -> Reply {
    client.get("box/b").header("Origin", origin).send()
}

#[test]
fn a_preflight_request_is_answered_by_the_first_rule_that_fits() {
    let (_server, client) = own::with_box(&Options::default());
    preflight(&client, "https://a.example", "GET")
        .send()
        .refused(403, "CorsPreflightFailure");
    set_rules(&client, RULE);
    let allowed = preflight(&client, "https://x.b.example", "PUT")
        .header(
            "Access-Control-Request-Headers",
            "X-Ms-Version, x-ms-meta-a",
        )
        .send()
        .expect(200);
    for (name, value) in [
        ("Access-Control-Allow-Origin", "https://x.b.example"),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Headers", "X-Ms-Version, x-ms-meta-a"),
        ("Access-Control-Max-Age", "60"),
        ("Access-Control-Allow-Credentials", "true"),
    ] {
        assert_eq!(allowed.header(name), Some(value), "{name}");
    }
    for (origin, method, headers) in [
        ("https://b.example", "GET", ""),
        ("https://a.example", "DELETE", ""),
        ("https://a.example", "GET", "authorization"),
    ] {
        preflight(&client, origin, method)
            .header("Access-Control-Request-Headers", headers)
            .send()
            .refused(403, "CorsPreflightFailure");
    }
    let without_method = client
        .request("OPTIONS", "box/b")
        .auth(Auth::Nothing)
        .header("Origin", "https://a.example");
    without_method.send().refused(400, "InvalidHeaderValue");
}

#[test]
fn answers_to_other_origins_name_what_they_may_read() {
    let (_server, client) = own::with_blob(&Options::default(), "hello");
    let unruled = get_from(&client, "https://a.example").expect(200);
    assert_eq!(unruled.header("Access-Control-Allow-Origin"), None);
    assert_eq!(unruled.header("Vary"), None);
    set_rules(&client, RULE);
    client
        .put("box/b")
        .query("comp", "metadata")
        .header("x-ms-meta-k", "v")
        .send()
        .expect(200);
    let fits = get_from(&client, "https://a.example").expect(200);
    assert_eq!(
        fits.header("Access-Control-Allow-Origin"),
        Some("https://a.example")
    );
    assert_eq!(
        fits.header("Access-Control-Expose-Headers"),
        Some("ETag,x-ms-meta-k")
    );
    assert_eq!(fits.header("Vary"), Some("Origin"));
    let credentials = "Access-Control-Allow-Credentials";
    assert_eq!(fits.header(credentials), Some("true"));
    let other = get_from(&client, "https://c.example").expect(200);
    assert_eq!(other.header("Access-Control-Allow-Origin"), None);
    assert_eq!(other.header("Vary"), Some("Origin"));
    // Another origin would have got another answer.
    assert_eq!(client.get("box/b").send().header("Vary"), Some("Origin"));
    let refused = client
        .get("box/none")
        .header("Origin", "https://a.example")
        .send()
        .expect(404);
    assert!(refused.header("Access-Control-Allow-Origin").is_some());
    // A header that the rule names in full is exposed even where the answer has none.
    assert_eq!(
        refused.header("Access-Control-Expose-Headers"),
        Some("etag")
    );
    set_rules(&client, &format!("{OPEN_RULE}{RULE}"));
    let open = get_from(&client, "https://a.example").expect(200);
    assert_eq!(open.header("Access-Control-Allow-Origin"), Some("*"));
    assert_eq!(open.header("Vary"), None);
    assert_eq!(open.header(credentials), None);
    assert_eq!(client.get("box/b").send().header("Vary"), None);
    let exposed = open.header("Access-Control-Expose-Headers").unwrap();
    assert!(
        exposed.contains("x-ms-request-id") && exposed.contains("Content-Length"),
        "{exposed}"
    );
}
