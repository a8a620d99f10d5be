//! `AzCopyConfig.json`: content types for extensions, in addition to the built-in table.
//!
//! The file may be in the folder of the program, as AzCopy's was, and in the user's configuration
//! folder. The user's file takes precedence. A file that cannot be parsed is an error before
//! anything is copied, because a wrong content type is stored with every blob.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::Path;

use azring_core::options::ExtensionTypes;
use serde_json::Value;

use crate::environment::Environment;
use crate::mask::shown;
use crate::usage_error::{UsageError, reason};

/// The name of AzCopy's file.
const FILE_NAME: &str = "AzCopyConfig.json";
/// The only setting in AzCopy's file.
const MAPPING: &str = "MIMETypeMapping";

/// The content types of all files. `named` is a further one, which must exist and takes precedence.
pub(super) fn read(
    environment: &Environment,
    named: Option<&OsStr>,
) -> Result<ExtensionTypes, UsageError> {
    let mut all = BTreeMap::new();
    for folder in [
        environment.program_folder.clone(),
        environment.config_folder(),
    ] {
        let Some(folder) = folder else { continue };
        let path = folder.join(FILE_NAME);
        match std::fs::read(&path) {
            Ok(bytes) => all.extend(parse(&bytes).map_err(|why| refused(&path, &why))?),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(refused(&path, &reason(&error))),
        }
    }
    if let Some(path) = named.filter(|path| !path.is_empty()).map(Path::new) {
        let bytes = std::fs::read(path).map_err(|error| refused(path, &reason(&error)))?;
        all.extend(parse(&bytes).map_err(|why| refused(path, &why))?);
    }
    Ok(all.into())
}

fn refused(path: &Path, why: &str) -> UsageError {
    UsageError::meaning(format!(
        "cannot read content types from `{}`: {why}",
        shown(&path.to_string_lossy())
    ))
}

fn parse(bytes: &[u8]) -> Result<BTreeMap<String, String>, String> {
    // Windows editors write a byte order mark, which is no JSON.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let whole: Value =
        serde_json::from_slice(bytes).map_err(|error| format!("no JSON: {error}"))?;
    let whole = whole.as_object().ok_or("it is no JSON object")?;
    let Some(mapping) = whole.get(MAPPING) else {
        return Ok(BTreeMap::new());
    };
    mapping
        .as_object()
        .ok_or_else(|| format!("`{MAPPING}` is no JSON object"))?
        .iter()
        .map(|(extension, content_type)| entry(extension, content_type))
        .collect()
}

fn entry(extension: &str, content_type: &Value) -> Result<(String, String), String> {
    let name = extension
        .strip_prefix('.')
        .filter(|name| !name.is_empty() && !name.contains(['.', '/']))
        .ok_or_else(|| {
            format!(
                "`{}` in `{MAPPING}` is no extension: it is written as in `.txt`",
                shown(extension)
            )
        })?;
    let text = content_type
        .as_str()
        .filter(|text| !text.is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~')))
        .ok_or_else(|| {
            format!(
                "the value of `{}` in `{MAPPING}` is no content type",
                shown(extension)
            )
        })?;
    Ok((name.to_lowercase(), text.to_owned()))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::intent::tests::alone;

    fn parsed(text: &str) -> Result<Vec<(String, String)>, String> {
        parse(text.as_bytes()).map(|map| map.into_iter().collect())
    }

    #[test]
    fn extensions_are_read_in_any_case_and_what_is_unknown_is_left_alone() {
        let text = "\u{feff}{\"MIMETypeMapping\": {\".MyExt\": \"text/mine; charset=utf-8\"}, \"More\": 1}";
        let expected = ("myext".into(), "text/mine; charset=utf-8".into());
        assert_eq!(parsed(text), Ok(vec![expected]));
        assert_eq!(parsed("{}"), Ok(vec![]));
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        let why = |text| parsed(text).unwrap_err();
        assert_snapshot!(why("{\"MIMETypeMapping\": {\n.\n}}"), @"no JSON: key must be a string at line 2 column 1");
        assert_snapshot!(why("[]"), @"it is no JSON object");
        assert_snapshot!(why("{\"MIMETypeMapping\": []}"), @"`MIMETypeMapping` is no JSON object");
        assert_snapshot!(why("{\"MIMETypeMapping\": {\"x\": \"a/b\"}}"), @"`x` in `MIMETypeMapping` is no extension: it is written as in `.txt`");
        assert_snapshot!(why("{\"MIMETypeMapping\": {\".x\": 1}}"), @"the value of `.x` in `MIMETypeMapping` is no content type");
        assert_snapshot!(why("{\"MIMETypeMapping\": {\".x\": \"a\\nb\"}}"), @"the value of `.x` in `MIMETypeMapping` is no content type");
        for broken in ["", "{", "{\"MIMETypeMapping\": {\".\": \"a/b\"}}"] {
            assert!(parsed(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_users_own_file_comes_before_the_one_beside_the_program() {
        let (program, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let environment = |home: &Path| Environment {
            program_folder: Some(program.path().to_owned()),
            ..alone(&[("HOME", home.to_str().unwrap())])
        };
        assert!(read(&environment(home.path()), None).unwrap().is_empty());

        let mapping = |a: &str| {
            format!("{{\"MIMETypeMapping\": {{\".{a}\": \"x/{a}\", \".both\": \"x/{a}\"}}}}")
        };
        std::fs::write(program.path().join(FILE_NAME), mapping("theirs")).unwrap();
        let config = home.path().join(".config/azring");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::write(config.join(FILE_NAME), mapping("mine")).unwrap();
        let types = read(&environment(home.path()), None).unwrap();
        let types: Vec<_> = types
            .iter()
            .map(|(name, content_type)| format!("{name} {content_type}"))
            .collect();
        assert_eq!(types, ["both x/mine", "mine x/mine", "theirs x/theirs"]);

        std::fs::write(config.join(FILE_NAME), "{").unwrap();
        let why = read(&environment(home.path()), None)
            .unwrap_err()
            .to_string();
        assert!(
            why.contains("AzCopyConfig.json") && why.contains("no JSON"),
            "{why}"
        );
    }
}
