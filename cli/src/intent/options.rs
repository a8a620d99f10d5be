//! The options of a copy, from the parsed arguments.

use std::sync::Arc;

use azring_core::location::Location;
use azring_core::options::{
    BlobType, Conflict, ContentType, CopyWay, DownloadOptions, Durability, Engine, Integrity, Io,
    Options, Overwrite, Proxies, Selection, UploadOptions,
};
use azring_core::select::{AttributeRule, Filter};

use super::ends::{SOURCE, TARGET, Taken, check_list_of_account, location_as};
use super::{
    bench, conflict, credential, extension_types, filter, moves, pipe, posix, properties, shard,
    special, sync, table, verify,
};
use crate::environment::Environment;
use crate::parameter::{self as row, Dialect, Parameter};
use crate::parsed::{ParsedArgs, path, read, resolve};
use crate::usage_error::UsageError;

/// The value of `/SetContentType` for the type of the extension or else of the first bytes.
pub(crate) const DETECTED: &str = "detect";

/// The options of one copy.
pub(crate) fn options(args: &ParsedArgs, environment: &Environment) -> Result<Options, UsageError> {
    read::check(args)?;
    bench::refuse(args)?;
    shard::refuse(args)?;
    moves::check(args)?;
    verify::check(args)?;
    sync::check(args)?;
    properties::check(args)?;
    filter::check(args)?;
    credential::refuse_login(args)?;
    path::check(args)?;
    conflict::check_tables(args)?;
    let is_plain_copy = ![&row::SYNC, &row::MOVE, &row::VERIFY_ONLY]
        .iter()
        .any(|parameter| args.has(parameter));
    let taken = if is_plain_copy {
        Taken::ALL
    } else {
        Taken::CURRENT
    };
    let source = location_as(args, &SOURCE, environment, taken)?;
    let target = location_as(args, &TARGET, environment, taken)?;
    check_list_of_account(args, &source)?;
    filter::check_versions(args, &source)?;
    between(args, source, target, environment)
}

/// The options of a copy between these ends.
pub(super) fn between(
    args: &ParsedArgs,
    source: Location,
    target: Location,
    environment: &Environment,
) -> Result<Options, UsageError> {
    conflict::check(args, &source, &target)?;
    pipe::check(args, &source, &target)?;
    posix::check(args, &source, &target)?;
    let is_disk = special::is_disk(&source, environment);
    let upload = upload(args, environment, is_disk)?;
    let are_changed = matches!(target, Location::Discard(_));
    let properties = properties::properties(args, are_changed)?;
    if source.in_service().is_none() {
        properties::check_tier(args, &properties, &target, upload.blob_type)?;
    }
    let posix = posix::posix(args)?;
    posix::check_room(args, &properties, posix)?;
    let filter = filter::filter(args, &source)?;
    Ok(Options {
        source,
        target,
        selection: selection(args, filter)?,
        conflict: Conflict {
            skip_older: args.has(&row::XO),
            skip_newer: args.has(&row::XN),
            overwrite: overwrite(args, environment)?,
        },
        upload,
        properties: properties.into(),
        integrity: Integrity {
            store_md5: is_on(args, &row::MD5)?,
            check_md5: args.has(&row::CHECK_MD5),
            crc64: is_on(args, &row::CRC64)?,
        },
        download: download(args)?,
        engine: engine(args, environment)?,
        table: table::table(args)?,
        sync_copy: args.has(&row::SYNC_COPY),
        copy_way: match read::choice(args, &row::SERVER_COPY)? {
            Some("async") => CopyWay::Async,
            Some("blocks") => CopyWay::Blocks,
            _ => CopyWay::Auto,
        },
        preserve_smb: args.has(&row::PRESERVE_SMB),
        posix,
        sync: sync::sync(args, environment)?,
        moves: moves::moves(args),
        verify: verify::verify(args)?,
        shard: None,
        as_subdir: args.has(&row::AS_SUBDIR),
        preview: args.has(&row::L),
    })
}

/// Which objects are copied.
fn selection(args: &ParsedArgs, filter: Arc<Filter>) -> Result<Selection, UsageError> {
    Ok(Selection {
        pattern: args.text(&row::PATTERN)?.map(str::to_owned),
        recursive: sync::is_recursive(args),
        snapshots: args.has(&row::SNAPSHOT),
        links: posix::links(args)?,
        ignore_case: args.dialect() == Dialect::Slash,
        own_files: Vec::new(),
        attributes: AttributeRule {
            archive_only: args.has(&row::A),
            include: read::attributes(args, &row::IA)?,
            exclude: read::attributes(args, &row::XA)?,
        },
        lasts: None,
        metadata: args.has(&row::SYNC),
        facts: false,
        versions: false,
        own_mark: false,
        filter,
        remembers_md5: read::choice(args, &row::COMPARE)? == Some("hash"),
        lists_all_sizes_and_times: args.has(&row::SYNC),
    })
}

/// How uploaded objects are stored. A disk becomes a page blob by default.
fn upload(
    args: &ParsedArgs,
    environment: &Environment,
    is_disk: bool,
) -> Result<UploadOptions, UsageError> {
    Ok(UploadOptions {
        blob_type: match read::choice(args, &row::BLOB_TYPE)? {
            Some("page") => Some(BlobType::Page),
            Some("append") => Some(BlobType::Append),
            Some("detect") => None,
            Some(_) => Some(BlobType::Block),
            None if is_disk => Some(BlobType::Page),
            None => None,
        },
        disks_as_pages: read::choice(args, &row::BLOB_TYPE)? == Some("detect"),
        content_type: content_type(args, environment)?,
        block_bytes: read::block_bytes(args)?.unwrap_or(UploadOptions::default().block_bytes),
        keeps_block_bytes: args.has(&row::BLOCK_SIZE_IN_MB),
    })
}

/// How downloaded files are written.
fn download(args: &ParsedArgs) -> Result<DownloadOptions, UsageError> {
    Ok(DownloadOptions {
        keep_modified: args.has(&row::MT) || args.has(&row::SYNC),
        durability: match read::choice(args, &row::DURABILITY)? {
            Some("file") => Durability::File,
            Some("off") => Durability::Off,
            _ => Durability::Batch,
        },
        part_of: 0,
        allows_missing_md5: read::choice(args, &row::MISSING_MD5)? == Some("pass"),
        delimiter: read::delimiter(args)?.unwrap_or(DownloadOptions::default().delimiter),
    })
}

fn overwrite(args: &ParsedArgs, environment: &Environment) -> Result<Overwrite, UsageError> {
    let chosen = read::choice(args, &row::OVERWRITE)?;
    Ok(match chosen {
        // The comparison decides, and only the version that was compared is replaced.
        _ if args.has(&row::SYNC) => Overwrite::Ask,
        Some("always") => Overwrite::Always,
        Some("never") => Overwrite::Never,
        None if args.has(&row::Y) => Overwrite::Always,
        _ if environment.can_ask => Overwrite::Ask,
        _ => Overwrite::Never,
    })
}

fn content_type(args: &ParsedArgs, environment: &Environment) -> Result<ContentType, UsageError> {
    if !args.has(&row::SET_CONTENT_TYPE) {
        return Ok(ContentType::Unset);
    }
    match args.text(&row::SET_CONTENT_TYPE)? {
        None => extension_types::read(environment, None).map(ContentType::ByExtension),
        Some(DETECTED) => {
            let of_azcopy = environment.raw("AZCOPY_CONTENT_TYPE_MAP");
            extension_types::read(environment, of_azcopy).map(ContentType::ByContent)
        }
        Some(text) => read::header(args, &row::SET_CONTENT_TYPE, text).map(ContentType::Fixed),
    }
}

fn is_on(args: &ParsedArgs, parameter: &Parameter) -> Result<bool, UsageError> {
    Ok(read::choice(args, parameter)? != Some("off"))
}

/// How much of the machine may be used.
pub(crate) fn engine(args: &ParsedArgs, environment: &Environment) -> Result<Engine, UsageError> {
    Ok(Engine {
        concurrency: read::concurrency(args)?,
        remember_in: environment.cache_folder(),
        io: match read::choice(args, &row::IO)? {
            Some("ring") => Io::Ring,
            Some("threads") => Io::Threads,
            _ => Io::Auto,
        },
        memory_bytes: read::memory_bytes(args)?,
        bytes_per_second_max: read::bytes_per_second_max(args)?,
        give_up: read::give_up(args)?,
        ca_file: path::local(args, &row::CA_FILE)?,
        resolve: environment
            .raw("AZRING_RESOLVE")
            .map(resolve)
            .transpose()?
            .unwrap_or_default()
            .into(),
        proxies: Proxies::from_environment(|name| environment.variable(name)).into(),
    })
}
