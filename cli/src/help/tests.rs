//! Tests of the pages as a user sees them.

use std::ffi::OsString;

use insta::assert_snapshot;

use super::*;
use crate::parameter::{self as row, Dialect};
use crate::{args, intent};

#[test]
fn a_bare_call_shows_the_version_and_fits_a_screen() {
    let page = short(80);
    assert!(page.lines().count() <= 24);
    assert!(page.lines().all(|line| line.len() <= 80));
    assert_snapshot!(page, @"
    azring 0.1.0: copies data to and from Azure Storage, as AzCopy does

    Usage: azring /Source:<source> /Dest:<destination> [parameters]
           azring --source <source> --destination <destination> [parameters]
           azring <command> ...

    Most used parameters, in both dialects:
      /Source:<source>     --source         What: a folder, a container, a share
      /Dest:<destination>  --destination    Where to: the same
      /SourceKey:<key>     --source-key     The account key of the source
      /DestKey:<key>       --dest-key       The account key of the destination
      /SourceSAS:<sas>     --source-sas     The signature (SAS) for the source
      /DestSAS:<sas>       --dest-sas       The signature for the destination
      /Pattern:<pattern>   --include        Which names to copy
      /S                   --recursive      Include sub-folders
      /Y                   --quiet          Ask nothing, overwrite what exists
      /XO                  --exclude-older  Only what is newer at the source
      /L                   --dry-run        Count what would be copied

    More help:
      /?          --help          all parameters and commands
      /?:Pattern  --help include  one parameter
      /?:Sample   --help sample   examples
    ");
}

/// Also where a parameter has the same name: then both are shown.
#[test]
fn every_topic_has_a_page_by_its_name() {
    for name in topics() {
        let alone = topic::page(name, Dialect::Dash, 80);
        let alone = alone.unwrap_or_else(|| panic!("`{name}` has no page"));
        let page = super::page(Some(name), Dialect::Dash, 80, &[]).unwrap();
        assert!(page.ends_with(&alone), "{name}: {page}");
    }
}

#[test]
fn a_parameter_has_a_page_in_both_spellings() {
    assert_snapshot!(super::page(Some("Pattern"), Dialect::Slash, 80, &[]).unwrap(), @r#"
    /Pattern:<pattern>
    --include <pattern>

        The names to copy. Its meaning depends on the source. For a folder it is a
        wildcard pattern of `*` and `?` that is matched against the names of files;
        with recursion also against those in every sub-folder. For a container there
        are no wildcards: without recursion it is the exact name of a blob, with
        recursion the beginning of the name. For a file share it is the exact name
        of a file, and there is no recursion with it.

        The names of blobs are case-sensitive. The names of files are compared
        without case if parameters are written `/Name:value`, and with case if they
        are written `--name value`. Only one pattern can be given.

        Default: everything.
        Applies to: Blobs, Files.
        Also in AzCopy 8.

    Example. Download a single blob:

      azring \
        /Source:https://myaccount.blob.core.windows.net/mycontainer \
        /Dest:/data/myfolder \
        "/SourceKey:$KEY" \
        /Pattern:abc.txt
    "#);
    assert_snapshot!(super::page(Some("--block-size-in-mb"), Dialect::Dash, 80, &[]).unwrap(), @r#"
    --block-size <MiB>
    /BlockSizeInMb:<MiB>

        The size of the blocks of an uploaded blob in MiB: 4 to 100, a multiple of
        4. azring increases it if a blob would need more than 50,000 blocks. Without
        this parameter blocks become smaller, down to 256 KiB, on a link so slow
        that one block would take more than 12 seconds.

        Default: 4.
        Applies to: Blobs.
        Also accepted: `--block-size-in-mb`.
        Also in AzCopy 8.

    Example. Upload the disk images of a folder in blocks of 100 MiB:

      azring \
        --source /data/images \
        --destination https://myaccount.blob.core.windows.net/vhds \
        --dest-key "$KEY" \
        --include "*.vhd" \
        --block-size 100
    "#);
}

#[test]
fn every_azcopy_parameter_has_an_example_in_the_dialect_of_the_question() {
    // These parameters belong to no copy.
    let asked = ["@", "?", "Version"];
    let of_azcopy = row::all().filter(|row| row.since.starts_with("AzCopy"));
    for row in of_azcopy.filter(|row| !asked.contains(&row.slash)) {
        for dialect in [Dialect::Slash, Dialect::Dash] {
            let page = super::page(Some(row.slash), dialect, 80, &[]).unwrap();
            let (_, example) = page.split_once("Example. ").expect(row.slash);
            assert!(example.contains(&row.spelled(dialect)), "{example}");
        }
    }
}

#[test]
fn everything_is_reported_within_the_width() {
    for (dialect, width) in [(Dialect::Slash, 80), (Dialect::Dash, 100)] {
        let page = super::page(None, dialect, width, &crate::command::help_texts()).unwrap();
        for row in row::all() {
            assert!(page.contains(&row.usage(dialect)), "{}", row.slash);
        }
        for line in page.lines().filter(|line| line.starts_with("    ")) {
            assert!(line.chars().count() <= width, "{line}");
        }
    }
}

#[test]
fn parameters_that_begin_with_a_word_are_listed() {
    assert_snapshot!(super::page(Some("X"), Dialect::Slash, 80, &[]).unwrap(), @"
    Parameters that begin with `x`:
      /XO               Skip objects that are not newer than the destination's
      /XN               Skip objects that are not older than the destination's
      /XA:<RASHCNETOI>  No files with any of these attributes
    ");
    assert!(super::page(Some("zz"), Dialect::Slash, 80, &[]).is_err());
}

#[test]
fn every_page_fits_a_narrow_terminal() {
    let commands = crate::command::help_texts();
    let pages = ["json", "progress", "config", "secrets"]
        .map(|topic| super::page(Some(topic), Dialect::Dash, 50, &[]).unwrap());
    let everything = super::page(None, Dialect::Dash, 50, &commands).unwrap();
    let command = super::command(commands[0], &[&row::L, &row::Y], Dialect::Dash, 50, false);
    let all = pages.into_iter().chain([everything, command, short(50)]);
    for line in all.flat_map(|page| page.lines().map(str::to_owned).collect::<Vec<_>>()) {
        // A synopsis, a command or a word that cannot be broken may be longer.
        let can_be_broken = line.trim_start().contains(' ')
            && !line.trim_start().starts_with(['-', '/', '<', '[', '`'])
            && !line.contains("azring ");
        assert!(line.chars().count() <= 50 || !can_be_broken, "{line}");
    }
}

#[test]
fn the_samples_are_shown_in_the_spelling_of_the_question() {
    let slash = super::page(Some("Sample"), Dialect::Slash, 80, &[]).unwrap();
    let first: Vec<_> = slash.lines().take(7).collect();
    assert_snapshot!(first.join("\n"), @r#"
    Upload a folder with all its sub-folders to a container. A missing container is
    created:

      azring \
        /Source:/data/myfolder \
        /Dest:https://myaccount.blob.core.windows.net/mycontainer \
        "/DestKey:$KEY" \
    "#);
    let dash = super::page(Some("samples"), Dialect::Dash, 80, &[]).unwrap();
    let first: Vec<_> = dash.lines().take(7).collect();
    assert_snapshot!(first.join("\n"), @r#"
    Upload a folder with all its sub-folders to a container. A missing container is
    created:

      azring \
        --source /data/myfolder \
        --destination https://myaccount.blob.core.windows.net/mycontainer \
        --dest-key "$KEY" \
    "#);
}

#[test]
fn topics_are_found_whatever_their_spelling() {
    for name in ["exit-codes", "ExitCodes", "ENVIRONMENT", "example"] {
        assert!(
            super::page(Some(name), Dialect::Dash, 80, &[]).is_ok(),
            "{name}"
        );
    }
    assert_snapshot!(super::page(Some("queues"), Dialect::Slash, 80, &[]).unwrap_err(), @"there is no help about `queues`: give a parameter, or one of `Sample`, `Filters`, `Shards`, `Progress`, `Config`, `Environment`, `Secrets`, `ExitCodes`, `Json`");
}

#[test]
fn every_sample_is_a_command_that_is_accepted() {
    let key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    for sample in sample::SAMPLES {
        let words: Vec<OsString> = sample
            .words
            .iter()
            .map(|word| {
                word.replace("$KEY", key)
                    .replace("$SAS", "sv=2020-01-01&sig=x%3D")
            })
            .map(OsString::from)
            .collect();
        let args = args::read(&words).unwrap();
        intent::options(&args, &intent::tests::alone(&[("KEY", key)])).unwrap();
    }
}
