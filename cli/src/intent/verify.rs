//! The options of a verification: how two objects are compared.

use azring_core::options::{VerifyBy, VerifyOptions};

use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// The parameters of a copy that a verification does not accept.
const FOREIGN: &[&Parameter] = &[
    &row::SYNC,
    &row::MOVE,
    &row::L,
    &row::XO,
    &row::XN,
    &row::MT,
    &row::SNAPSHOT,
    &row::DELIMITER,
    &row::BLOB_TYPE,
    &row::SET_CONTENT_TYPE,
    &row::CHECK_MD5,
    &row::MD5,
    &row::DURABILITY,
    &row::PRESERVE_SMB,
    &row::POSIX,
    &row::KEEP_SPECIAL_BITS,
    &row::FOLDER_MARKS,
    &row::SYNC_COPY,
    &row::SERVER_COPY,
    &row::A,
    &row::IA,
    &row::XA,
    &row::Z,
    &row::FILES_FROM,
    &row::FILES_FROM_0,
    &row::MAP_FROM,
];

/// Refuses what has no meaning in this verification, or in this copy.
pub(super) fn check(args: &ParsedArgs) -> Result<(), UsageError> {
    let spelled = |parameter: &Parameter| parameter.spelled(args.dialect());
    if !args.has(&row::VERIFY_ONLY) {
        return if args.has(&row::BY) {
            let name = spelled(&row::BY);
            let text = format!("`{name}` is only for `azring verify` and `azring shard plan`");
            Err(UsageError::meaning(text))
        } else {
            Ok(())
        };
    }
    if read::choice(args, &row::BY)? == Some("range") {
        let name = spelled(&row::BY);
        let text = format!("`{name}` of a verification is `size`, `md5` or `read`");
        return Err(UsageError::meaning(text));
    }
    match FOREIGN.iter().find(|parameter| args.has(parameter)) {
        Some(parameter) => Err(UsageError::meaning(format!(
            "`{}` has no meaning in a verification, which writes nothing and compares contents",
            spelled(parameter)
        ))),
        None => Ok(()),
    }
}

/// The options of the verification that the command asks for; `None` for a copy.
pub(super) fn verify(args: &ParsedArgs) -> Result<Option<VerifyOptions>, UsageError> {
    if !args.has(&row::VERIFY_ONLY) {
        return Ok(None);
    }
    Ok(Some(VerifyOptions {
        by: match read::choice(args, &row::BY)? {
            Some("size") => VerifyBy::Size,
            Some("md5") => VerifyBy::Md5,
            Some("read") => VerifyBy::Read,
            _ => VerifyBy::StoredOrRead,
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;
    use crate::intent::tests::alone;

    fn wanted(more: &[&str]) -> Result<Option<VerifyOptions>, String> {
        let words: Vec<_> = ["/Source:/data", "/Dest:/other"]
            .iter()
            .chain(more)
            .map(Into::into)
            .collect();
        let options = args::read(&words)
            .and_then(|args| crate::intent::options(&args, &alone(&[])))
            .map_err(|error| error.to_string());
        options.map(|options| options.verify)
    }

    #[test]
    fn two_folders_are_compared_as_the_words_say() {
        for (words, by) in [
            (&["/VerifyOnly"][..], VerifyBy::StoredOrRead),
            (&["/VerifyOnly", "/By:SIZE"], VerifyBy::Size),
            (&["/VerifyOnly", "/By:md5"], VerifyBy::Md5),
            (&["/VerifyOnly", "/By:read"], VerifyBy::Read),
        ] {
            let verify = wanted(words).unwrap();
            assert_eq!(verify, Some(VerifyOptions { by }), "{words:?}");
        }
    }

    #[test]
    fn what_a_verification_has_no_use_for_is_refused_by_name() {
        for (words, says) in [
            (&["/VerifyOnly", "/Sync"][..], "`/Sync` has no meaning"),
            (&["/VerifyOnly", "/MT"], "`/MT` has no meaning"),
            (&["/By:size"], "`/By` is only for `azring verify`"),
            (&["/VerifyOnly", "/By:name"], "it takes `size`"),
        ] {
            let text = wanted(words).unwrap_err();
            assert!(text.contains(says), "{words:?}: {text}");
        }
    }
}
