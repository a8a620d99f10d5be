//! Rows: how objects are stored and checked.

use super::super::{Row, Way};
use super::{ALL, BLOBS, BLOBS_FILES, EVERYWHERE, FILES, content_type};

pub(super) const ROWS: &[Row] = &[
    Row {
        slash: "BlobType",
        dash: &["blob-type"],
        services: BLOBS,
        ways: &[Way::Up],
        elsewhere: "is only for uploads",
        seen: |seen| {
            let upload = &seen.options.upload;
            let disks = if upload.disks_as_pages {
                ", disks are pages"
            } else {
                ""
            };
            format!("{:?}{disks}", upload.blob_type)
        },
        bare: "None",
        right: &[
            ("block", "Some(Block)"),
            ("Page", "Some(Page)"),
            ("APPEND", "Some(Append)"),
            ("detect", "None, disks are pages"),
        ],
        wrong: &[("tape", "invalid value")],
    },
    Row {
        slash: "SetContentType",
        dash: &["set-content-type", "content-type"],
        services: BLOBS_FILES,
        ways: &[Way::Up],
        elsewhere: "is only for uploads",
        seen: |seen| content_type(&seen.options),
        bare: "none",
        right: &[("video/mp4", "video/mp4"), ("", "by extension")],
        wrong: &[("ü", "not allowed in headers")],
    },
    Row {
        slash: "BlockSizeInMb",
        dash: &["block-size", "block-size-in-mb"],
        services: BLOBS,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| seen.options.upload.block_bytes.to_string(),
        bare: "4194304",
        right: &[("4", "4194304"), ("24", "25165824"), ("100", "104857600")],
        wrong: &[
            ("3", "BlockSize must be between 4MB and 100MB."),
            ("104", "BlockSize must be between 4MB and 100MB."),
            ("6", "BlockSize must be multiple of 4MB."),
            ("four", "needs a number"),
        ],
    },
    // AzCopy accepted it with uploads too, where it had no effect.
    Row {
        slash: "CheckMD5",
        dash: &["check-md5"],
        services: BLOBS_FILES,
        ways: &[Way::Up, Way::Down],
        elsewhere: "is only for downloads",
        seen: |seen| seen.options.integrity.check_md5.to_string(),
        bare: "false",
        right: &[("", "true")],
        wrong: &[],
    },
    Row {
        slash: "MD5",
        dash: &["md5"],
        services: BLOBS_FILES,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| seen.options.integrity.store_md5.to_string(),
        bare: "true",
        right: &[("on", "true"), ("Off", "false")],
        wrong: &[("maybe", "invalid value")],
    },
    Row {
        slash: "CRC64",
        dash: &["crc64"],
        services: BLOBS_FILES,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| seen.options.integrity.crc64.to_string(),
        bare: "true",
        right: &[("on", "true"), ("off", "false")],
        wrong: &[("maybe", "invalid value")],
    },
    Row {
        slash: "MT",
        dash: &["preserve-last-modified-time"],
        services: BLOBS_FILES,
        ways: &[Way::Up, Way::Down],
        elsewhere: "is only for downloads",
        seen: |seen| seen.options.download.keep_modified.to_string(),
        bare: "false",
        right: &[("", "true")],
        wrong: &[],
    },
    Row {
        slash: "PreserveSmb",
        dash: &["preserve-smb-info"],
        services: FILES,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| seen.options.preserve_smb.to_string(),
        bare: "false",
        right: &[("", "true")],
        wrong: &[],
    },
    Row {
        slash: "Durability",
        dash: &["durability"],
        services: ALL,
        ways: EVERYWHERE,
        elsewhere: "",
        seen: |seen| format!("{:?}", seen.options.download.durability),
        bare: "Batch",
        right: &[("batch", "Batch"), ("file", "File"), ("off", "Off")],
        wrong: &[("never", "invalid value")],
    },
    Row {
        slash: "SyncCopy",
        dash: &["sync-copy"],
        services: BLOBS_FILES,
        ways: &[Way::Between],
        elsewhere: "is only for copies from a service to a service",
        seen: |seen| seen.options.sync_copy.to_string(),
        bare: "false",
        right: &[("", "true")],
        wrong: &[],
    },
    Row {
        slash: "ServerCopy",
        dash: &["server-copy"],
        services: BLOBS_FILES,
        ways: &[Way::Between],
        elsewhere: "is only for copies from a service to a service",
        seen: |seen| format!("{:?}", seen.options.copy_way),
        bare: "Auto",
        right: &[("auto", "Auto"), ("async", "Async"), ("blocks", "Blocks")],
        wrong: &[("never", "invalid value")],
    },
];
