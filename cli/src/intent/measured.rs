//! What is wanted of `azring bench`: which way is measured, with what, and what stays behind.

use std::time::Duration;

use azring_core::location::{BlobLocation, Discard, Location, Synthetic};
use azring_core::options::{Conflict, Options, Overwrite};
use azring_core::store::synthetic::PREFIX;

use super::{SOURCE, TARGET, between, location, value};
use crate::given::Given;
use crate::misuse::Misuse;
use crate::parameter::{self as row, Parameter};
use crate::surroundings::Surroundings;

/// What is made unless something else is asked for: 4 GiB, enough for a fast link to get going.
const OBJECTS: u64 = 64;
const OBJECT_BYTES: u64 = 64 << 20;

/// What only measuring takes.
const OWN: &[&Parameter] = &[
    &row::SIZE,
    &row::COUNT,
    &row::DURATION,
    &row::KEEP,
    &row::VERIFY,
];

/// What only one of the two ways takes.
const ONE_WAY: &[(&Parameter, Way)] = &[
    (&row::DEST_KEY, Way::Up),
    (&row::DEST_SAS, Way::Up),
    (&row::DEST_TYPE, Way::Up),
    (&row::BLOB_TYPE, Way::Up),
    (&row::SOURCE_KEY, Way::Down),
    (&row::SOURCE_SAS, Way::Down),
    (&row::SOURCE_TYPE, Way::Down),
    (&row::PATTERN, Way::Down),
    (&row::CHECK_MD5, Way::Down),
    (&row::VERIFY, Way::Down),
];

/// Which way is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the service.
    Up,
    /// From it.
    Down,
}

impl Way {
    /// As it is typed.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Up => "upload",
            Self::Down => "download",
        }
    }

    /// The parameter that names the place.
    pub(crate) fn place(self) -> &'static Parameter {
        match self {
            Self::Up => &row::DEST,
            Self::Down => &row::SOURCE,
        }
    }
}

/// What is wanted.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) way: Way,
    /// The place as it was given.
    pub(crate) place: BlobLocation,
    /// The blobs to download are named: by a virtual directory, a blob, or a pattern.
    pub(crate) is_named: bool,
    /// The blobs that were made stay.
    pub(crate) keeps: bool,
    /// The length of each object that is made, in bytes.
    pub(crate) object_bytes: u64,
    objects: Option<u64>,
    lasts: Option<Duration>,
    options: Options,
}

/// Reads what is wanted.
pub(crate) fn bench(given: &Given, way: Way, around: &Surroundings) -> Result<Bench, Misuse> {
    value::check(given)?;
    refuse_the_other_way(given, way)?;
    let end = match way {
        Way::Up => &TARGET,
        Way::Down => &SOURCE,
    };
    let Location::Blob(place) = location(given, end, around)? else {
        return Err(Misuse::meaning(format!(
            "`bench {}` measures the way to a service: it needs the URL of a container or of a virtual directory",
            way.word()
        )));
    };
    let generated = Location::Synthetic(Synthetic {
        seed: 0,
        objects: None,
        object_bytes: 0,
    });
    let compares = given.has(&row::VERIFY);
    let (source, target) = match way {
        Way::Up => (generated, Location::Blob(place.clone())),
        Way::Down => (
            Location::Blob(place.clone()),
            Location::Discard(Discard { compares }),
        ),
    };
    let options = Options {
        conflict: Conflict {
            overwrite: Overwrite::Always,
            ..Conflict::default()
        },
        ..between(given, source, target, around)?
    };
    Ok(Bench {
        way,
        is_named: !place.directory.is_empty() || given.has(&row::PATTERN),
        place,
        keeps: given.has(&row::KEEP),
        object_bytes: value::object_bytes(given)?.unwrap_or(OBJECT_BYTES),
        objects: value::objects(given)?,
        lasts: value::lasts(given)?,
        options,
    })
}

/// What only measuring takes means nothing to a copy.
pub(super) fn refuse(given: &Given) -> Result<(), Misuse> {
    match OWN.iter().find(|parameter| given.has(parameter)) {
        Some(parameter) => Err(Misuse::meaning(format!(
            "`{}` is only for `azring bench`",
            parameter.spelled(given.dialect())
        ))),
        None => Ok(()),
    }
}

fn refuse_the_other_way(given: &Given, way: Way) -> Result<(), Misuse> {
    let wrong = ONE_WAY
        .iter()
        .find(|(parameter, only)| *only != way && given.has(parameter));
    match wrong {
        Some((parameter, only)) => Err(Misuse::meaning(format!(
            "`{}` is only for `azring bench {}`",
            parameter.spelled(given.dialect()),
            only.word()
        ))),
        None => Ok(()),
    }
}

impl Bench {
    /// The upload of generated objects into a virtual directory of its own, named after `stamp`.
    pub(crate) fn upload(&self, stamp: &str, seed: u64) -> Upload {
        let name = format!("{PREFIX}{stamp}");
        let directory = match self.place.directory.as_str() {
            "" => name,
            above => format!("{above}/{name}"),
        };
        let place = BlobLocation {
            directory,
            is_directory: true,
            ..self.place.clone()
        };
        // A download that uploads first needs something to take again and again, and not as much as fits into its time.
        let lasts = self.lasts.filter(|_| self.way == Way::Up);
        let generated = Synthetic {
            seed,
            objects: self.objects.or(lasts.is_none().then_some(OBJECTS)),
            object_bytes: self.object_bytes,
        };
        let mut options = self.options.clone();
        options.source = Location::Synthetic(generated);
        options.target = Location::Blob(place.clone());
        options.selection.pattern = None;
        options.selection.lasts = lasts;
        options.integrity.check_md5 = false;
        Upload { place, options }
    }

    /// The download of what is at this place: of everything below it, or of the blob that it names.
    pub(crate) fn download(&self, place: BlobLocation, has_below: bool) -> Options {
        let mut options = self.options.clone();
        options.source = Location::Blob(place);
        options.selection.recursive = has_below;
        options.selection.lasts = self.lasts;
        options
    }

    /// What was measured in this container before, as a place to download from.
    pub(crate) fn earlier(&self) -> Options {
        let mut options = self.download(self.place.clone(), true);
        options.selection.pattern = Some(PREFIX.to_owned());
        options
    }

    /// The options that both ways have in common.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }
}

/// An upload, and where it goes.
pub(crate) struct Upload {
    pub(crate) place: BlobLocation,
    pub(crate) options: Options,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::tests::alone;
    use crate::words;

    const URL: &str = "https://a.blob.core.windows.net/c";

    fn wanted(way: Way, place: &str, more: &[&str]) -> Result<Bench, String> {
        let words: Vec<_> = more.iter().map(Into::into).collect();
        let read = words::read(&words).and_then(|mut given| {
            given.add(way.place(), Some(place.into()))?;
            bench(&given, way, &alone(&[]))
        });
        read.map_err(|misuse| misuse.to_string())
    }

    #[test]
    fn an_upload_goes_into_a_directory_of_its_own() {
        for (place, directory) in [
            (URL.to_owned(), "azring-bench-now"),
            (format!("{URL}/a/b"), "a/b/azring-bench-now"),
        ] {
            let bench = wanted(Way::Up, &place, &["/Size:1M", "/Count:3"]).unwrap();
            let upload = bench.upload("now", 7);
            assert_eq!(upload.place.directory, directory);
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
            let upload = wanted(way, URL, more).unwrap().upload("now", 7);
            match upload.options.source {
                Location::Synthetic(generated) => {
                    (generated.objects, upload.options.selection.lasts)
                }
                _ => panic!("generated objects are uploaded"),
            }
        };
        let minute = Some(Duration::from_mins(1));
        assert_eq!(objects(Way::Up, &[]), (Some(OBJECTS), None));
        assert_eq!(objects(Way::Up, &["/Duration:1m"]), (None, minute));
        assert_eq!(
            objects(Way::Up, &["/Duration:1m", "/Count:5"]),
            (Some(5), minute)
        );
        assert_eq!(objects(Way::Down, &["/Duration:1m"]), (Some(OBJECTS), None));
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        for (way, place, word, says) in [
            (Way::Up, "/data", "/Size:1M", "needs the URL"),
            (Way::Up, URL, "/Size:big", "`/Size` needs one"),
            (Way::Up, URL, "/Count:0", "`/Count` must be between"),
            (Way::Up, URL, "/Duration:soon", "`/Duration` needs one"),
            (
                Way::Up,
                URL,
                "/Verify",
                "`/Verify` is only for `azring bench download`",
            ),
            (
                Way::Up,
                URL,
                "/SourceKey:a2V5",
                "only for `azring bench download`",
            ),
            (
                Way::Down,
                URL,
                "/DestKey:a2V5",
                "only for `azring bench upload`",
            ),
            (
                Way::Down,
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
            let given = words::read(&words.map(Into::into)).unwrap();
            let text = crate::intent::options(&given, &alone(&[]))
                .unwrap_err()
                .to_string();
            assert!(text.ends_with("is only for `azring bench`"), "{text}");
        }
    }
}
