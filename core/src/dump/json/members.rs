//! The members of one JSON object, as slices.

use super::scan::{skip_space, string_end, value_end};
use super::text::JsonText;

/// A member of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its name.
    pub name: JsonText<'a>,
    /// Its value, exactly as it is written.
    pub value: &'a [u8],
    /// Where the name begins in the object, and where the value ends.
    pub(super) place: (usize, usize),
}

impl Member<'_> {
    /// Whether it has this name, in whichever way the name is escaped.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.raw() == name.as_bytes()
            || self.name.raw().contains(&b'\\') && self.name.to_text() == name
    }
}

/// The bytes are not one complete JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnObject;

/// Walks over the members of an object.
pub struct Members<'a> {
    object: &'a [u8],
    at: usize,
    state: MembersState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MembersState {
    Begun,
    Going,
    Ended,
}

impl<'a> Members<'a> {
    /// Of this object, which begins with `{` and ends with `}`.
    pub fn of(object: &'a [u8]) -> Self {
        Self {
            object,
            at: 0,
            state: MembersState::Begun,
        }
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one says whether it could be read"
    )]
    fn step(&mut self) -> Option<Option<Member<'a>>> {
        let object = self.object;
        let mut at = self.at;
        if self.state == MembersState::Begun {
            (object.first() == Some(&b'{')).then_some(())?;
            at = skip_space(object, 1);
            self.state = MembersState::Going;
            if object.get(at) == Some(&b'}') {
                return (at + 1 == object.len()).then_some(None);
            }
        } else {
            at = skip_space(object, at);
            match object.get(at)? {
                b'}' => return (at + 1 == object.len()).then_some(None),
                b',' => at = skip_space(object, at + 1),
                _ => return None,
            }
        }
        (object.get(at) == Some(&b'"')).then_some(())?;
        let name_end = string_end(object, at)?;
        let colon = skip_space(object, name_end);
        (object.get(colon) == Some(&b':')).then_some(())?;
        let value = skip_space(object, colon + 1);
        let end = value_end(object, value)?;
        (end > value).then_some(())?;
        self.at = end;
        Some(Some(Member {
            name: JsonText(&object[at + 1..name_end - 1]),
            value: &object[value..end],
            place: (at, end),
        }))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Result<Member<'a>, NotAnObject>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == MembersState::Ended {
            return None;
        }
        let stepped = self.step();
        if !matches!(stepped, Some(Some(_))) {
            self.state = MembersState::Ended;
        }
        stepped.ok_or(NotAnObject).transpose()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(object: &str) -> Result<Vec<(String, String)>, NotAnObject> {
        let members = Members::of(object.as_bytes()).map(|member| {
            let member = member?;
            let value = String::from_utf8_lossy(member.value).into_owned();
            Ok((member.name.to_text().into_owned(), value))
        });
        members.collect()
    }

    #[test]
    fn values_are_the_very_tokens_of_the_object() {
        let object = r#"{ "a" : -0.0 ,"b\"}":1E+300,"c":"x\"}","d":{"e":[1,"]"]},"f":null}"#;
        let wanted = [
            ("a", "-0.0"),
            ("b\"}", "1E+300"),
            ("c", r#""x\"}""#),
            ("d", r#"{"e":[1,"]"]}"#),
            ("f", "null"),
        ];
        let wanted = wanted.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(read(object).unwrap(), wanted);
        assert_eq!(read("{}").unwrap(), []);
    }

    #[test]
    fn what_is_no_complete_object_is_an_error() {
        for object in [
            "",
            "[]",
            "{",
            "{\"a\":1",
            "{\"a\" 1}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":1,}",
            "{}x",
            "{\"a\":1}}",
        ] {
            assert_eq!(read(object), Err(NotAnObject), "{object}");
        }
    }

    #[test]
    fn a_name_is_known_in_every_spelling() {
        let member = Members::of(br#"{"\u0052owKey":1}"#)
            .next()
            .unwrap()
            .unwrap();
        assert!(member.is_called("RowKey") && !member.is_called("owKey"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_walk_panic_or_go_on_for_ever(bytes in any::<Vec<u8>>()) {
            prop_assert!(Members::of(&bytes).count() <= bytes.len() + 1);
        }
    }
}
