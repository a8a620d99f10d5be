//! The times that the Table service gives to entities: timestamps, entity tags, and the time of a
//! refusal. They are masked before texts are compared.

use azring_emulator_tests::emulator::clock::Moment;

/// A time is the service's own if it is so near to the answer's.
const SECONDS_APART_MAX: u64 = 600;
/// The shortest time, and the longest with its colons percent-encoded.
const LENGTHS: std::ops::RangeInclusive<usize> = 20..=32;
const MASK: &str = "<time>";
const REQUEST_ID: &str = "RequestId:";
const ID_LENGTH: usize = 36;

/// A text with its times masked, and the entity tags' times in their order.
#[derive(Debug, PartialEq, Eq)]
pub struct MaskedText {
    /// The text.
    pub text: String,
    /// The times with percent-encoded colons.
    pub tags: Vec<String>,
}

/// Masks the times near to `answered`, and ids of requests.
pub fn mask(text: &str, answered: Option<Moment>) -> MaskedText {
    let mut masked = MaskedText {
        text: String::with_capacity(text.len()),
        tags: Vec::new(),
    };
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix(REQUEST_ID) {
            masked.text.push_str(REQUEST_ID);
            rest = behind.get(ID_LENGTH..).unwrap_or("");
            continue;
        }
        if let Some(time) = time_at(rest)
            && let Some(moment) = Moment::parse_iso8601(&time.replace("%3A", ":"))
            && answered.is_some_and(|near| is_near(near, moment))
        {
            if time.contains('%') {
                masked.tags.push(time.to_owned());
            }
            masked.text.push_str(MASK);
            rest = &rest[time.len()..];
            continue;
        }
        let next = rest.chars().next().map_or(1, char::len_utf8);
        masked.text.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    masked
}

fn is_near(one: Moment, other: Moment) -> bool {
    one.seconds().abs_diff(other.seconds()) <= SECONDS_APART_MAX
}

/// A time at the beginning of a text.
fn time_at(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let is_year = bytes.get(..4)?.iter().all(u8::is_ascii_digit);
    if !is_year || bytes.get(4) != Some(&b'-') || bytes.get(10) != Some(&b'T') {
        return None;
    }
    let length = bytes.iter().position(|byte| *byte == b'Z')? + 1;
    LENGTHS.contains(&length).then(|| &text[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_times_and_ids_are_masked_and_others_stay() {
        let near = Moment::parse_iso8601("2017-11-10T02:44:00Z");
        let text = "W/\"datetime'2017-11-10T02%3A44%3A46.14Z'\" 2017-11-10T02:44:46.14Z 1973-10-04T00:00:00Z RequestId:b0004225-0002-00eb-6fcd-595d86000000!";
        assert_eq!(
            mask(text, near),
            MaskedText {
                text: "W/\"datetime'<time>'\" <time> 1973-10-04T00:00:00Z RequestId:!".to_owned(),
                tags: vec!["2017-11-10T02%3A44%3A46.14Z".to_owned()],
            }
        );
    }
}
