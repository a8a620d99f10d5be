//! A service's refusal in AzCopy's words. The transport's error knows what happened; this is the text that a user of AzCopy
//! has seen before and that support asks for.

use std::fmt::Write as _;

use azring_transport::Error;

/// The four lines of a refusal, or `None` when no service answered:
///
/// ```text
/// The remote server returned an error: (403) Forbidden.
/// HttpStatusMessage:the service answered 403 AuthorizationFailure: ..
/// RequestId:5205442d-..
/// Time:Thu, 16 Aug 2018 15:19:39 GMT
/// ```
///
/// Lines of which nothing is known are left out.
pub fn explain(error: &Error) -> Option<String> {
    let status = error.status()?;
    let mut text = format!("The remote server returned an error: ({status})");
    if let Some(reason) = http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
    {
        let _ = write!(text, " {reason}");
    }
    let _ = write!(text, ".\nHttpStatusMessage:{}", error.message());
    if let Some(id) = error.request_id() {
        let _ = write!(text, "\nRequestId:{id}");
    }
    if let Some(date) = error.date() {
        let _ = write!(text, "\nTime:{date}");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use azring_transport::Kind;

    use super::*;

    #[test]
    fn a_refusal_reads_as_in_azcopy() {
        let error = Error::new(Kind::Status(403), "no").answered(
            Some("AuthorizationFailure".into()),
            Some("5205442d".into()),
            Some("Thu, 16 Aug 2018 15:19:39 GMT".into()),
        );
        assert_eq!(
            explain(&error).unwrap(),
            "The remote server returned an error: (403) Forbidden.\nHttpStatusMessage:no\nRequestId:5205442d\nTime:Thu, 16 Aug 2018 15:19:39 GMT"
        );
    }

    #[test]
    fn what_the_service_did_not_say_is_left_out() {
        let error = Error::new(Kind::Status(599), "no");
        assert_eq!(
            explain(&error).unwrap(),
            "The remote server returned an error: (599).\nHttpStatusMessage:no"
        );
    }

    #[test]
    fn without_an_answer_there_is_no_refusal() {
        assert_eq!(explain(&Error::new(Kind::Timeout, "slow")), None);
    }
}
