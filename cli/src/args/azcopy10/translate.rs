//! From a command line of AzCopy 10 to azring's parameters, with AzCopy's defaults.
//!
//! The table of flags says what happens with each; what follows from several flags, or from the
//! places, is composed here.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::ends::CommandEnds;
use super::filters::SUB_FOLDERS;
use super::flag::Verdict;
use super::from_to::{self, End};
use super::{Verb, Words};
use crate::intent::DETECTED;
use crate::mask::shown;
use crate::parameter::{self as row, Dialect, Parameter, Value};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// The limits of `/BlockSizeInMb`, of which it is a multiple too.
const BLOCK_MIB_STEP: f64 = 4.0;
const BLOCK_MIB_MAX: f64 = 100.0;

/// A command of AzCopy 10 in azring's parameters.
pub(crate) struct Translation {
    /// What the command does.
    pub(crate) verb: Verb,
    /// Its parameters.
    pub(crate) args: ParsedArgs,
    /// Where azring does something else than AzCopy 10: one sentence each.
    pub(crate) notices: Vec<String>,
}

/// How the translation looks at paths of this machine.
#[derive(Clone, Copy)]
pub(crate) struct Disk<'d> {
    /// Whether there is anything.
    pub(crate) exists: &'d dyn Fn(&Path) -> bool,
    /// Whether there is a file.
    pub(crate) is_file: &'d dyn Fn(&Path) -> bool,
}

/// Translates the words after the name of a command.
pub(crate) fn read(words: Words, disk: Disk<'_>, typed: &str) -> Result<Translation, UsageError> {
    let mut translator = Translator {
        args: ParsedArgs::new(Dialect::Dash),
        notices: Vec::new(),
        verb: words.verb,
        words,
        disk,
    };
    translator.table()?;
    match translator.verb {
        Verb::Copy => translator.copy()?,
        Verb::Sync => translator.sync()?,
        Verb::Remove => translator.remove()?,
        Verb::List => translator.list()?,
        Verb::Bench => translator.bench()?,
        Verb::JobsList | Verb::JobsClean => translator.words.check_places(0, 0, "[flags]")?,
        Verb::JobsShow | Verb::JobsRemove | Verb::JobsResume => {
            translator.words.check_places(1, 1, "<job> [flags]")?;
        }
        Verb::Login | Verb::LoginStatus | Verb::Logout | Verb::Env => {
            translator.words.check_places(0, 0, "[flags]")?;
        }
        Verb::Make => translator.make()?,
        Verb::SetProperties => translator.set_properties()?,
    }
    Ok(Translation {
        verb: translator.verb,
        args: translator
            .args
            .typed_as(Dialect::AzCopy10, typed.to_owned()),
        notices: translator.notices,
    })
}

pub(super) struct Translator<'d> {
    pub(super) disk: Disk<'d>,
    pub(super) verb: Verb,
    pub(super) words: Words,
    pub(super) args: ParsedArgs,
    pub(super) notices: Vec<String>,
}

impl Translator<'_> {
    /// The flags that need nothing but themselves.
    fn table(&mut self) -> Result<(), UsageError> {
        let mut rows: Vec<(&'static Parameter, Option<OsString>)> = Vec::new();
        for given in self.words.given() {
            let (flag, value) = (given.flag, &given.value);
            let is_off = value.is_empty() || (flag.is_switch && value == "false");
            match flag.verdict {
                Verdict::Row(_) | Verdict::Noted(_) if is_off => {}
                Verdict::Row(parameter) => {
                    let is_flag = matches!(parameter.value, Value::Flag | Value::Switch);
                    let value = (!is_flag).then(|| value.clone());
                    rows.push((parameter, value));
                }
                Verdict::RowUnless(_, nothing)
                    if is_off || nothing.iter().any(|word| value.eq_ignore_ascii_case(word)) => {}
                Verdict::RowUnless(parameter, _) => rows.push((parameter, Some(value.clone()))),
                Verdict::Words(parameter, pairs) => {
                    let known: Vec<_> = pairs.iter().map(|(word, _)| *word).collect();
                    let word = self.words.one_of(flag.name, &known)?;
                    let own = pairs.iter().find(|(known, _)| Some(*known) == word);
                    if let Some((_, own)) = own.filter(|(_, own)| !own.is_empty()) {
                        rows.push((parameter, Some((*own).into())));
                    }
                }
                Verdict::Composed | Verdict::Idle(_) => {}
                Verdict::Noted(why) => {
                    self.notices
                        .push(format!("`--{}` has no effect: {why}", flag.name));
                }
                Verdict::Refused { unless, why } => {
                    let is_harmless = (flag.is_switch && is_off)
                        || (!flag.is_switch
                            && value.to_str().is_some_and(|value| {
                                unless.iter().any(|known| known.eq_ignore_ascii_case(value))
                            }));
                    if !is_harmless {
                        return Err(UsageError::meaning(format!(
                            "`--{}` is not supported: {why}",
                            flag.name
                        )));
                    }
                }
            }
        }
        for (parameter, value) in rows {
            self.args.add(parameter, value)?;
        }
        if self.args.has(&row::LIST_OF_VERSIONS) {
            self.value(&row::VERSION_LABEL, "name")?;
        }
        self.output_level()
    }

    pub(super) fn flag(&mut self, parameter: &'static Parameter) -> Result<(), UsageError> {
        if self.args.has(parameter) {
            return Ok(());
        }
        self.args.add(parameter, None)
    }

    pub(super) fn value(
        &mut self,
        parameter: &'static Parameter,
        value: impl Into<OsString>,
    ) -> Result<(), UsageError> {
        self.args.add(parameter, Some(value.into()))
    }

    fn output_level(&mut self) -> Result<(), UsageError> {
        let known = ["default", "essential", "quiet"];
        match self.words.one_of("output-level", &known)? {
            Some("quiet") if !self.args.has(&row::OUTPUT) => {
                self.value(&row::PROGRESS, "none")?;
                self.value(&row::OUTPUT, "none")
            }
            Some("essential" | "quiet") => self.value(&row::PROGRESS, "none"),
            _ => Ok(()),
        }
    }

    fn copy(&mut self) -> Result<(), UsageError> {
        let ends = self.ends("<source> <destination> [flags]")?;
        let is_piped = ends.source == End::Pipe || ends.target == End::Pipe;
        if self.words.is_on("recursive", false) && !is_piped {
            self.flag(&row::S)?;
        }
        if self.words.is_on("as-subdir", true) && !ends.is_content && !is_piped {
            self.flag(&row::AS_SUBDIR)?;
        }
        self.overwrite(is_piped)?;
        self.content_type(&ends)?;
        self.blob_type(&ends)?;
        self.transfer(&ends)
    }

    fn sync(&mut self) -> Result<(), UsageError> {
        let ends = self.ends("<source> <destination> [flags]")?;
        let source = self.args.raw(&row::SOURCE).map(Path::new);
        if ends.source == End::Local && source.is_some_and(self.disk.is_file) {
            return self.sync_of_file(&ends);
        }
        self.flag(&row::SYNC)?;
        if !self.words.is_on("recursive", true) {
            self.value(&row::EXCLUDE_PATTERN, SUB_FOLDERS)?;
        }
        if self
            .words
            .one_of("delete-destination", &["true", "false", "prompt"])?
            != Some("prompt")
        {
            self.flag(&row::Y)?;
        }
        let hash = self.words.one_of("compare-hash", &["None", "MD5"])?;
        if self.words.is_on("mirror-mode", false) {
            self.value(&row::COMPARE, "always")?;
        } else if hash == Some("MD5") {
            self.value(&row::COMPARE, "hash")?;
        }
        self.content_type(&ends)?;
        self.blob_type(&ends)?;
        self.transfer(&ends)
    }

    /// A sync of a single file copies it if it is newer than what is there.
    fn sync_of_file(&mut self, ends: &CommandEnds) -> Result<(), UsageError> {
        for flag in ["delete-destination", "compare-hash", "mirror-mode"] {
            let is_harmless = self
                .words
                .text(flag)?
                .is_none_or(|value| ["false", "none"].contains(&&*value.to_ascii_lowercase()));
            if !is_harmless {
                return Err(UsageError::meaning(format!(
                    "`--{flag}` is not supported in a sync of a single file: sync its folder, or give `copy`"
                )));
            }
        }
        self.verb = Verb::Copy;
        self.flag(&row::AS_SUBDIR)?;
        self.flag(&row::Y)?;
        self.flag(&row::XO)?;
        self.content_type(ends)?;
        self.blob_type(ends)?;
        self.transfer(ends)
    }

    fn remove(&mut self) -> Result<(), UsageError> {
        self.words.check_places(1, 1, "<url> [flags]")?;
        let (source, _) = self.typed_ends(End::Trash)?;
        self.source(source)?;
        if self.words.is_on("recursive", false) {
            self.flag(&row::S)?;
        }
        self.flag(&row::Y)?;
        self.filters()?;
        match self
            .words
            .one_of("delete-snapshots", &["include", "only", "none"])?
        {
            Some("only") => Err(UsageError::meaning(
                "`--delete-snapshots=only` is not supported: azring deletes a blob with its snapshots (`include`)",
            )),
            Some("include") => self.value(&row::DELETE_SNAPSHOTS, "include"),
            _ => Ok(()),
        }
    }

    fn make(&mut self) -> Result<(), UsageError> {
        self.words.check_places(1, 1, "<url> [flags]")?;
        let place = self.words.places[0].to_string_lossy().into_owned();
        self.source(from_to::infer(&place)?).map(drop)
    }

    fn set_properties(&mut self) -> Result<(), UsageError> {
        self.words.check_places(1, 1, "<url> [flags]")?;
        let (source, _) = self.typed_ends(End::Nothing)?;
        self.source(source)?;
        if self.words.is_on("recursive", false) {
            self.flag(&row::S)?;
        }
        self.filters()
    }

    fn list(&mut self) -> Result<(), UsageError> {
        self.words.check_places(1, 1, "<url> [flags]")?;
        let place = self.words.places[0].to_string_lossy().into_owned();
        let known = ["Blob", "File", "FileSMB", "BlobFS", "Local"];
        let end = match self.words.one_of("location", &known)? {
            Some("Blob") => End::Blob,
            Some("BlobFS") => End::DataLake,
            Some("Local") => End::Local,
            Some(_) => End::File,
            None => from_to::infer(&place)?,
        };
        self.source(end)?;
        self.flag(&row::S)
    }

    fn bench(&mut self) -> Result<(), UsageError> {
        self.words.check_places(1, 1, "<url> [flags]")?;
        let mode = self.words.one_of("mode", &["upload", "download"])?;
        let place = self.words.places[0].clone();
        if mode == Some("download") {
            self.value(&row::SOURCE, place)?;
        } else {
            self.value(&row::DEST, place)?;
            if !self.words.is_on("delete-test-data", true) {
                self.flag(&row::KEEP)?;
            }
            if let Some(word) = self.own_blob_type()?.filter(|word| *word != "detect") {
                self.value(&row::BLOB_TYPE, word)?;
            }
            self.block_size()?;
        }
        Ok(())
    }

    /// `--overwrite`: by default everything is replaced.
    fn overwrite(&mut self, is_piped: bool) -> Result<(), UsageError> {
        let known = ["true", "false", "prompt", "ifSourceNewer"];
        match self.words.one_of("overwrite", &known)? {
            Some("false") => {
                self.flag(&row::Y)?;
                self.value(&row::OVERWRITE, "never")
            }
            Some("prompt") => self.value(&row::OVERWRITE, "ask"),
            Some("ifSourceNewer") if !is_piped => {
                self.flag(&row::Y)?;
                self.flag(&row::XO)
            }
            _ => self.flag(&row::Y),
        }
    }

    /// Uploads get the type of their extension or of their first bytes, unless one is given.
    fn content_type(&mut self, ends: &CommandEnds) -> Result<(), UsageError> {
        let is_guessed = !self.words.is_on("no-guess-mime-type", false);
        match self.words.raw("content-type").map(OsStr::to_owned) {
            Some(given) => self.value(&row::SET_CONTENT_TYPE, given),
            None if is_guessed && ends.is_upload() && ends.source == End::Local => {
                self.value(&row::SET_CONTENT_TYPE, DETECTED)
            }
            None => Ok(()),
        }
    }

    /// Azring's word for `--blob-type`.
    fn own_blob_type(&self) -> Result<Option<&'static str>, UsageError> {
        let words = [
            ("Detect", "detect"),
            ("None", "detect"),
            ("BlockBlob", "block"),
            ("PageBlob", "page"),
            ("AppendBlob", "append"),
        ];
        let known = words.map(|(word, _)| word);
        let word = self.words.one_of("blob-type", &known)?;
        let own = words.iter().find(|(known, _)| Some(*known) == word);
        Ok(own.map(|(_, own)| *own))
    }

    /// Disks become page blobs by their names, unless a type is given.
    fn blob_type(&mut self, ends: &CommandEnds) -> Result<(), UsageError> {
        let own = self.own_blob_type()?;
        let is_upload = ends.is_upload() && ends.target != End::File;
        match own {
            Some("detect") | None if is_upload && ends.source == End::Local => {
                self.value(&row::BLOB_TYPE, "detect")
            }
            Some("detect") | None => Ok(()),
            Some(own) => self.value(&row::BLOB_TYPE, own),
        }
    }

    /// What copies and syncs have in common.
    fn transfer(&mut self, ends: &CommandEnds) -> Result<(), UsageError> {
        self.check_md5(ends)?;
        self.filters()?;
        self.links(ends)?;
        self.posix(ends)?;
        if self.words.is_on("preserve-last-modified-time", false) && self.verb == Verb::Copy {
            self.flag(&row::MT)?;
        }
        if self.words.is_on("preserve-info", false) || self.words.is_on("preserve-smb-info", false)
        {
            self.flag(&row::PRESERVE_SMB)?;
        }
        if !self.words.is_on("s2s-preserve-properties", true) {
            return Err(UsageError::meaning(
                "`--s2s-preserve-properties=false` is not supported: a copy between services keeps the properties",
            ));
        }
        if ends.source.is_remote() && ends.target.is_remote() {
            if !self.words.is_on("s2s-preserve-access-tier", true) {
                self.value(&row::KEEP_TIER, "off")?;
            }
            if self.words.is_on("s2s-preserve-blob-tags", false) {
                self.value(&row::KEEP_TAGS, "on")?;
            }
        }
        for (flag, parameter) in [
            ("include-attributes", &row::IA),
            ("exclude-attributes", &row::XA),
        ] {
            if let Some(letters) = self.words.text(flag)? {
                let letters = letters.replace(';', "");
                self.value(parameter, letters)?;
            }
        }
        self.block_size()
    }

    /// `--check-md5`: by default an object whose MD5 is another fails, and one without an MD5 passes.
    fn check_md5(&mut self, ends: &CommandEnds) -> Result<(), UsageError> {
        let known = [
            "NoCheck",
            "LogOnly",
            "FailIfDifferent",
            "FailIfDifferentOrMissing",
        ];
        let wanted = self.words.one_of("check-md5", &known)?;
        if !ends.is_download() || wanted == Some("NoCheck") {
            return Ok(());
        }
        if wanted == Some("LogOnly") {
            let notice = "`--check-md5=LogOnly`: an object whose MD5 is another fails in azring, as with `FailIfDifferent`";
            self.notices.push(notice.to_owned());
        }
        self.flag(&row::CHECK_MD5)?;
        if wanted != Some("FailIfDifferentOrMissing") {
            self.value(&row::MISSING_MD5, "pass")?;
        }
        Ok(())
    }

    /// `--block-size-mb`: the nearest size that azring has.
    fn block_size(&mut self) -> Result<(), UsageError> {
        let Some(text) = self.words.text("block-size-mb")? else {
            return Ok(());
        };
        let wanted: f64 = text.parse().ok().filter(|mib| *mib >= 0.0).ok_or_else(|| {
            UsageError::meaning(format!(
                "invalid value `{}` for `--block-size-mb`: it takes a number",
                shown(text)
            ))
        })?;
        if wanted == 0.0 {
            return Ok(());
        }
        let nearest = (wanted / BLOCK_MIB_STEP).ceil() * BLOCK_MIB_STEP;
        let nearest = nearest.clamp(BLOCK_MIB_STEP, BLOCK_MIB_MAX);
        if (nearest - wanted).abs() > f64::EPSILON {
            self.notices.push(format!(
                "`--block-size-mb={}` becomes {nearest}: blocks of azring are 4 to 100 MiB, in steps of 4",
                shown(text)
            ));
        }
        let is_of_share = [&row::SOURCE_TYPE, &row::DEST_TYPE]
            .iter()
            .any(|parameter| self.args.raw(parameter).is_some_and(|word| word == "File"));
        if is_of_share {
            return Ok(());
        }
        self.value(&row::BLOCK_SIZE_IN_MB, format!("{nearest}"))
    }
}
