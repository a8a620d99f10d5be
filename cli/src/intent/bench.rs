//! The options of `azring bench`: the direction, the objects, and what is removed afterwards.

use std::time::Duration;

use azring_core::Result;
use azring_core::location::{Discard, Location, Synthetic};
use azring_core::options::{Conflict, Options, Overwrite};
use azring_core::store::synthetic::PREFIX;

use super::ends::{SOURCE, TARGET, location};
use super::options::between;
use crate::environment::Environment;
use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, read};
use crate::usage_error::UsageError;

/// The default number of objects: 4 GiB together, so that a fast link reaches its speed.
const OBJECTS: u64 = 64;
const OBJECT_BYTES: u64 = 64 << 20;

/// The parameters that only `bench` accepts.
const OWN: &[&Parameter] = &[
    &row::SIZE,
    &row::COUNT,
    &row::DURATION,
    &row::KEEP,
    &row::VERIFY,
];

/// The parameters that only one direction accepts.
const ONE_WAY: &[(&Parameter, BenchDirection)] = &[
    (&row::DEST_KEY, BenchDirection::Up),
    (&row::DEST_SAS, BenchDirection::Up),
    (&row::DEST_TYPE, BenchDirection::Up),
    (&row::BLOB_TYPE, BenchDirection::Up),
    (&row::SOURCE_KEY, BenchDirection::Down),
    (&row::SOURCE_SAS, BenchDirection::Down),
    (&row::SOURCE_TYPE, BenchDirection::Down),
    (&row::PATTERN, BenchDirection::Down),
    (&row::CHECK_MD5, BenchDirection::Down),
    (&row::VERIFY, BenchDirection::Down),
];

/// The direction that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BenchDirection {
    /// Uploads to the service.
    Up,
    /// Downloads from the service.
    Down,
}

impl BenchDirection {
    /// The word of the command.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Up => "upload",
            Self::Down => "download",
        }
    }

    /// The parameter that names the location in the service.
    pub(crate) fn place(self) -> &'static Parameter {
        match self {
            Self::Up => &row::DEST,
            Self::Down => &row::SOURCE,
        }
    }
}

/// The options of one call of `bench`.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) way: BenchDirection,
    /// The location in a service, as given.
    pub(crate) place: Location,
    /// The command names what to download: a virtual directory, an object, or a pattern.
    pub(crate) is_named: bool,
    /// The uploaded objects are not removed.
    pub(crate) keeps: bool,
    /// The command allows that objects are uploaded before a download: it says so, or how many.
    pub(crate) may_upload: bool,
    /// The length of each generated object, in bytes.
    pub(crate) object_bytes: u64,
    objects: Option<u64>,
    lasts: Option<Duration>,
    options: Options,
}

/// The options that the command asks for.
pub(crate) fn bench(
    args: &ParsedArgs,
    way: BenchDirection,
    environment: &Environment,
) -> Result<Bench, UsageError> {
    read::check(args)?;
    refuse_the_other_way(args, way)?;
    let end = match way {
        BenchDirection::Up => &TARGET,
        BenchDirection::Down => &SOURCE,
    };
    let place = location(args, end, environment)?;
    if place.account_place().is_none() {
        return Err(UsageError::meaning(format!(
            "`bench {}` measures the connection to a service: it needs the URL of a container or a file share, or of a directory in it",
            way.word()
        )));
    }
    let generated = Location::Synthetic(Synthetic {
        seed: 0,
        objects: None,
        object_bytes: 0,
    });
    let compares = args.has(&row::VERIFY);
    let (source, target) = match way {
        BenchDirection::Up => (generated, place.clone()),
        BenchDirection::Down => (place.clone(), Location::Discard(Discard { compares })),
    };
    let options = Options {
        conflict: Conflict {
            overwrite: Overwrite::Always,
            ..Conflict::default()
        },
        ..between(args, source, target, environment)?
    };
    Ok(Bench {
        way,
        is_named: !place.is_whole_root() || args.has(&row::PATTERN),
        place,
        keeps: args.has(&row::KEEP),
        may_upload: [&row::Y, &row::COUNT, &row::SIZE]
            .iter()
            .any(|parameter| args.has(parameter)),
        object_bytes: read::object_bytes(args)?.unwrap_or(OBJECT_BYTES),
        objects: read::objects(args)?,
        lasts: read::lasts(args)?,
        options,
    })
}

/// Refuses the parameters of `bench` in a copy.
pub(super) fn refuse(args: &ParsedArgs) -> Result<(), UsageError> {
    match OWN.iter().find(|parameter| args.has(parameter)) {
        Some(parameter) => Err(UsageError::meaning(format!(
            "`{}` is only for `azring bench`",
            parameter.spelled(args.dialect())
        ))),
        None => Ok(()),
    }
}

fn refuse_the_other_way(args: &ParsedArgs, way: BenchDirection) -> Result<(), UsageError> {
    let wrong = ONE_WAY
        .iter()
        .find(|(parameter, only)| *only != way && args.has(parameter));
    match wrong {
        Some((parameter, only)) => Err(UsageError::meaning(format!(
            "`{}` is only for `azring bench {}`",
            parameter.spelled(args.dialect()),
            only.word()
        ))),
        None => Ok(()),
    }
}

impl Bench {
    /// The upload of generated objects into a virtual directory of its own, named after `stamp`.
    pub(crate) fn upload(&self, stamp: &str, seed: u64) -> Result<Upload> {
        let place = self.place.folder(&format!("{PREFIX}{stamp}"))?;
        // An upload before a download is limited by its number of objects. The time limits the
        // download.
        let lasts = self.lasts.filter(|_| self.way == BenchDirection::Up);
        let generated = Synthetic {
            seed,
            objects: self.objects.or(lasts.is_none().then_some(OBJECTS)),
            object_bytes: self.object_bytes,
        };
        let mut options = self.options.clone();
        options.source = Location::Synthetic(generated);
        options.target = place.clone();
        options.selection.pattern = None;
        options.selection.lasts = lasts;
        options.integrity.check_md5 = false;
        Ok(Upload { place, options })
    }

    /// The download of everything below this place, or of the blob that it names.
    pub(crate) fn download(&self, place: Location, has_below: bool) -> Options {
        let mut options = self.options.clone();
        options.source = place;
        options.selection.recursive = has_below;
        options.selection.lasts = self.lasts;
        options
    }

    /// The download of the objects that `bench` has uploaded to this container before.
    pub(crate) fn earlier(&self) -> Options {
        let mut options = self.download(self.place.clone(), true);
        options.selection.pattern = Some(PREFIX.to_owned());
        options
    }

    /// The objects that an upload before a download generates: their number, and the length of each in bytes.
    pub(crate) fn prepared(&self) -> (u64, u64) {
        (self.objects.unwrap_or(OBJECTS), self.object_bytes)
    }

    /// The options that both ways have in common.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }
}

/// An upload and its destination.
pub(crate) struct Upload {
    pub(crate) place: Location,
    pub(crate) options: Options,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;
    use crate::intent::tests::alone;

    const URL: &str = "https://a.blob.core.windows.net/c";

    fn wanted(way: BenchDirection, place: &str, more: &[&str]) -> Result<Bench, String> {
        let words: Vec<_> = more.iter().map(Into::into).collect();
        let read = args::read(&words).and_then(|mut args| {
            args.add(way.place(), Some(place.into()))?;
            bench(&args, way, &alone(&[]))
        });
        read.map_err(|error| error.to_string())
    }

    #[test]
    fn an_upload_goes_into_a_directory_of_its_own() {
        for (place, directory) in [
            (URL.to_owned(), "azring-bench-now"),
            (format!("{URL}/a/b"), "a/b/azring-bench-now"),
        ] {
            let bench = wanted(BenchDirection::Up, &place, &["/Size:1M", "/Count:3"]).unwrap();
            let upload = bench.upload("now", 7).unwrap();
            assert_eq!(
                upload.place.to_string(),
                format!("{URL}/{directory}/"),
                "{place}"
            );
            let Location::Synthetic(generated) = upload.options.source else {
                panic!("{:?}", upload.options.source);
            };
            let wanted = Synthetic {
                seed: 7,
                objects: Some(3),
                object_bytes: 1 << 20,
            };
            assert_eq!(generated, wanted);
        }
    }

    #[test]
    fn a_duration_makes_as_many_as_fit_into_it_but_for_a_download() {
        let objects = |way, more: &[&str]| {
            let upload = wanted(way, URL, more).unwrap().upload("now", 7).unwrap();
            match upload.options.source {
                Location::Synthetic(generated) => {
                    (generated.objects, upload.options.selection.lasts)
                }
                _ => panic!("generated objects are uploaded"),
            }
        };
        let minute = Some(Duration::from_mins(1));
        assert_eq!(objects(BenchDirection::Up, &[]), (Some(OBJECTS), None));
        assert_eq!(
            objects(BenchDirection::Up, &["/Duration:1m"]),
            (None, minute)
        );
        assert_eq!(
            objects(BenchDirection::Up, &["/Duration:1m", "/Count:5"]),
            (Some(5), minute)
        );
        assert_eq!(
            objects(BenchDirection::Down, &["/Duration:1m"]),
            (Some(OBJECTS), None)
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        for (way, place, word, says) in [
            (BenchDirection::Up, "/data", "/Size:1M", "needs the URL"),
            (BenchDirection::Up, URL, "/Size:big", "`/Size` needs one"),
            (
                BenchDirection::Up,
                URL,
                "/Count:0",
                "`/Count` must be between",
            ),
            (
                BenchDirection::Up,
                URL,
                "/Duration:soon",
                "`/Duration` needs one",
            ),
            (
                BenchDirection::Up,
                URL,
                "/Verify",
                "`/Verify` is only for `azring bench download`",
            ),
            (
                BenchDirection::Up,
                URL,
                "/SourceKey:a2V5",
                "only for `azring bench download`",
            ),
            (
                BenchDirection::Down,
                URL,
                "/DestKey:a2V5",
                "only for `azring bench upload`",
            ),
            (
                BenchDirection::Down,
                URL,
                "/BlobType:page",
                "only for `azring bench upload`",
            ),
        ] {
            let text = wanted(way, place, &[word]).unwrap_err();
            assert!(text.contains(says), "{word}: {text}");
        }
    }

    #[test]
    fn a_copy_does_not_take_what_only_measuring_takes() {
        for word in ["/Size:1M", "/Count:1", "/Duration:1", "/Keep", "/Verify"] {
            let words = [
                "/Source:/data",
                "/Dest:https://a.blob.core.windows.net/c",
                word,
            ];
            let args = args::read(&words.map(Into::into)).unwrap();
            let text = crate::intent::options(&args, &alone(&[]))
                .unwrap_err()
                .to_string();
            assert!(text.ends_with("is only for `azring bench`"), "{text}");
        }
    }
}
