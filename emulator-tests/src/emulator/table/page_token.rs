//! Continuation tokens of tables and entities: the next key in base64, with `-` for `=`.
//!
//! Recorded: `1!16!cGs4MDEwMTZlOA--` is the partition key `pk801016e8`.

use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};

/// The token of a key.
pub fn token(key: &str) -> String {
    let encoded = digest::to_base64(key.as_bytes()).replace('=', "-");
    format!("1!{}!{encoded}", encoded.len())
}

/// The key of a token that the service gave. Others are 400, also an empty one.
pub fn key(token: &str) -> ServiceResult<String> {
    let read = || {
        let (length, encoded) = token.strip_prefix("1!")?.split_once('!')?;
        if length.parse() != Ok(encoded.len()) {
            return None;
        }
        String::from_utf8(digest::from_base64(&encoded.replace('-', "="))?).ok()
    };
    read().ok_or_else(Refusal::invalid_request_input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_have_the_form_of_the_service_and_others_are_refused() {
        assert_eq!(token("pk801016e8"), "1!16!cGs4MDEwMTZlOA--");
        for bad in ["", "pk", "1!3!cGs", "1!4!cGs-x", "2!4!cGs-", "1!4!****"] {
            assert_eq!(key(bad).unwrap_err().code, "InvalidInput", "{bad}");
        }
    }

    proptest! {
        #[test]
        fn tokens_read_back(text: String) {
            prop_assert_eq!(key(&token(&text)), Ok(text));
        }
    }
}
