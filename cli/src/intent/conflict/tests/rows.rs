//! The rows: copies that make no sense.

pub(super) const FOLDER: &str = "/data";
pub(super) const BLOBS: &str = "https://a.blob.core.windows.net/c";
pub(super) const OTHERS: &str = "https://b.blob.core.windows.net/c";
pub(super) const SHARE: &str = "https://a.file.core.windows.net/s";
pub(super) const TABLE: &str = "https://a.table.core.windows.net/mytable";
pub(super) const EMULATOR: &str = "http://127.0.0.1:10002/a/mytable";
pub(super) const KEY: &str = "/SourceKey:a2V5";

/// From where, to where, with what; and a piece of what is said.
pub(super) type Row = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
);

pub(super) const ROWS: &[Row] = &[
    (
        FOLDER,
        "https://a-secondary.blob.core.windows.net/c",
        &[],
        "is in the secondary region, which can only be read",
    ),
    (
        FOLDER,
        "/other",
        &[],
        "Both Source and Destination are locally accessible locations.",
    ),
    (
        BLOBS,
        BLOBS,
        &[],
        "Source and destination cannot be the same.",
    ),
    (
        BLOBS,
        BLOBS,
        &["/SyncCopy"],
        "Source and destination cannot be the same.",
    ),
    // The type of a blob is chosen where a file becomes one.
    (BLOBS, FOLDER, &["/BlobType:block"], "`/BlobType` is only"),
    (
        BLOBS,
        OTHERS,
        &["/BlobType:page", "/SyncCopy"],
        "`/BlobType` is only",
    ),
    // Names are cut at a delimiter where they become paths.
    (
        FOLDER,
        BLOBS,
        &["/Delimiter:#"],
        "`/Delimiter` is only for downloads",
    ),
    (
        BLOBS,
        OTHERS,
        &["/Delimiter:#", "/SyncCopy"],
        "`/Delimiter` is only for downloads",
    ),
    (BLOBS, FOLDER, &["/Delimiter:ab"], "must be one character"),
    // Blocks are those of blobs, and Windows attributes those of files.
    (
        FOLDER,
        SHARE,
        &["/BlockSizeInMb:8", "/DestKey:a2V5"],
        "`/BlockSizeInMb` is only for blobs",
    ),
    (
        SHARE,
        FOLDER,
        &["/BlockSizeInMb:8", "/S", KEY],
        "`/BlockSizeInMb` is only for blobs",
    ),
    (
        FOLDER,
        SHARE,
        &["/S"],
        "a file share is read and written with a key, a shared access signature or a login: give `/DestKey` or `/DestSAS`, or log in by `azring login`",
    ),
    // Properties are stored where an object is written.
    (
        BLOBS,
        FOLDER,
        &["/Tier:Cool"],
        "`/Tier` is only for copies to blobs and",
    ),
    (
        BLOBS,
        FOLDER,
        &["/BlobTags:a=1"],
        "`/BlobTags` is only for copies to blobs and",
    ),
    (
        BLOBS,
        FOLDER,
        &["/Metadata:a=1"],
        "`/Metadata` is only for copies to blobs or files",
    ),
    (
        BLOBS,
        FOLDER,
        &["/ContentEncoding:gzip"],
        "`/ContentEncoding` is only for copies to blobs or files",
    ),
    (
        BLOBS,
        FOLDER,
        &["/ContentLanguage:de"],
        "`/ContentLanguage` is only for copies to blobs or files",
    ),
    (
        BLOBS,
        FOLDER,
        &["/ContentDisposition:inline"],
        "`/ContentDisposition` is only for copies to blobs or files",
    ),
    (
        BLOBS,
        FOLDER,
        &["/CacheControl:private"],
        "`/CacheControl` is only for copies to blobs or files",
    ),
    (
        BLOBS,
        FOLDER,
        &["/KeepTier:off"],
        "`/KeepTier` is only for copies from blobs to blobs",
    ),
    (
        BLOBS,
        FOLDER,
        &["/KeepTags:on"],
        "`/KeepTags` is only for copies from blobs to blobs",
    ),
    (
        FOLDER,
        BLOBS,
        &["/KeepTier:off"],
        "`/KeepTier` is only for copies from blobs to blobs",
    ),
    (
        FOLDER,
        BLOBS,
        &["/KeepTags:on"],
        "`/KeepTags` is only for copies from blobs to blobs",
    ),
    // Files of this machine and blobs have links.
    (
        BLOBS,
        OTHERS,
        &["/Links:keep"],
        "`/Links` is only for copies between local files and blobs",
    ),
    (
        BLOBS,
        FOLDER,
        &["/Links:follow"],
        "`/Links` of a download is `keep` or `unsafe`",
    ),
    (
        FOLDER,
        BLOBS,
        &["/Links:keep", "/Move"],
        "`/Links` has no meaning in a move",
    ),
    (
        BLOBS,
        OTHERS,
        &["/Posix:azcopy"],
        "`/Posix` is only for copies between local files",
    ),
    (
        BLOBS,
        OTHERS,
        &["/FolderMarks"],
        "`/FolderMarks` is only for copies between local files",
    ),
    (
        BLOBS,
        OTHERS,
        &["/KeepSpecialBits"],
        "`/KeepSpecialBits` is only for downloads of blobs",
    ),
    (
        FOLDER,
        BLOBS,
        &["/KeepSpecialBits"],
        "`/KeepSpecialBits` is only for downloads of blobs",
    ),
    // Only blobs have snapshots.
    (
        FOLDER,
        BLOBS,
        &["/Snapshot"],
        "`/Snapshot` is only for copies from blobs",
    ),
    (
        FOLDER,
        BLOBS,
        &["/ListOfVersions:/dev/null"],
        "`/ListOfVersions` is only for copies from blobs",
    ),
    (
        FOLDER,
        BLOBS,
        &["/VersionLabel:name"],
        "`/VersionLabel` is only for copies from blobs",
    ),
    // A content type is given to what is uploaded.
    (
        BLOBS,
        FOLDER,
        &["/SetContentType"],
        "`/SetContentType` is only for uploads",
    ),
    (
        BLOBS,
        FOLDER,
        &["/SetContentType:a/b"],
        "`/SetContentType` is only for uploads",
    ),
    (
        BLOBS,
        OTHERS,
        &["/SetContentType:a/b", "/SyncCopy"],
        "`/SetContentType` is only for uploads",
    ),
    // Attributes are those of files that are uploaded.
    (BLOBS, FOLDER, &["/A"], "`/A` is only for uploads"),
    (BLOBS, FOLDER, &["/IA:R"], "`/IA` is only for uploads"),
    (BLOBS, FOLDER, &["/XA:R"], "`/XA` is only for uploads"),
    (
        BLOBS,
        OTHERS,
        &["/A", "/SyncCopy"],
        "`/A` is only for uploads",
    ),
    (BLOBS, OTHERS, &["/IA:R"], "`/IA` is only for uploads"),
    (BLOBS, OTHERS, &["/XA:R"], "`/XA` is only for uploads"),
    (
        BLOBS,
        OTHERS,
        &["/CheckMD5", "/SyncCopy"],
        "`/CheckMD5` is only for downloads",
    ),
    (BLOBS, OTHERS, &["/MT"], "`/MT` is only for downloads"),
    (
        FOLDER,
        BLOBS,
        &["/ServerCopy:auto"],
        "`/ServerCopy` is only for copies from a service to a service",
    ),
    (
        BLOBS,
        FOLDER,
        &["/ServerCopy:auto"],
        "`/ServerCopy` is only for copies from a service to a service",
    ),
    (
        BLOBS,
        OTHERS,
        &["/ServerCopy:auto", "/SyncCopy"],
        "`/SyncCopy` and `/ServerCopy` exclude each other",
    ),
    (FOLDER, BLOBS, &["/IA:X"], "`X` is no attribute"),
    (FOLDER, BLOBS, &["/XA:RAQ"], "`Q` is no attribute"),
    // The Blob service copies files to block blobs only.
    (
        SHARE,
        BLOBS,
        &[KEY, "/S", "/BlobType:page"],
        "Copying from File Storage to page Blob Storage asynchronously is not supported.",
    ),
    (
        SHARE,
        BLOBS,
        &[KEY, "/S", "/BlobType:append"],
        "Copying from File Storage to append Blob Storage asynchronously is not supported.",
    ),
    (
        SHARE,
        BLOBS,
        &[KEY, "/S", "/BlobType:block"],
        "`/BlobType` is only",
    ),
    // Blobs have no Windows attributes.
    (BLOBS, FOLDER, &["/PreserveSmb"], "`/PreserveSmb` is only"),
    (FOLDER, BLOBS, &["/PreserveSmb"], "`/PreserveSmb` is only"),
    (BLOBS, OTHERS, &["/PreserveSmb"], "`/PreserveSmb` is only"),
    (BLOBS, SHARE, &["/PreserveSmb"], "`/PreserveSmb` is only"),
    (
        SHARE,
        BLOBS,
        &[KEY, "/S", "/PreserveSmb"],
        "`/PreserveSmb` is only",
    ),
    // What is copied through this machine goes from a service to a service.
    (FOLDER, BLOBS, &["/SyncCopy"], "`/SyncCopy` is only"),
    (BLOBS, FOLDER, &["/SyncCopy"], "`/SyncCopy` is only"),
    // What is for tables.
    (FOLDER, BLOBS, &["/PKRS:a#b"], "`/PKRS` is only for tables"),
    (
        BLOBS,
        FOLDER,
        &["/Manifest:m"],
        "`/Manifest` is only for tables",
    ),
    (
        FOLDER,
        BLOBS,
        &["/EntityOperation:InsertOrSkip"],
        "`/EntityOperation` is only for tables",
    ),
    (
        BLOBS,
        FOLDER,
        &["/SplitSize:31"],
        "`/SplitSize` must be at least 32",
    ),
    // Numbers within their limits.
    (
        FOLDER,
        BLOBS,
        &["/NC:0"],
        "Parallel operations count must be positive",
    ),
    (
        FOLDER,
        BLOBS,
        &["/NC:-1"],
        "Parallel operations count must be positive",
    ),
    (
        FOLDER,
        BLOBS,
        &["/NC:513"],
        "`/NC` must be between 1 and 512",
    ),
    (
        FOLDER,
        BLOBS,
        &["/BlockSizeInMb:3"],
        "BlockSize must be between",
    ),
    (
        FOLDER,
        BLOBS,
        &["/BlockSizeInMb:5"],
        "BlockSize must be multiple of 4MB.",
    ),
    // A pattern for files stays below the source.
    (
        FOLDER,
        BLOBS,
        &["/Pattern:.."],
        "Search pattern cannot contain",
    ),
    (
        FOLDER,
        BLOBS,
        &["/Pattern:a.."],
        "Search pattern cannot contain",
    ),
    (
        FOLDER,
        BLOBS,
        &["/Pattern:../a"],
        "Search pattern cannot contain",
    ),
    (
        FOLDER,
        BLOBS,
        &["/Pattern:a/../b"],
        "Search pattern cannot contain",
    ),
    // What a share is copied with.
    (
        SHARE,
        FOLDER,
        &[KEY, "/Pattern:a", "/S"],
        "Search pattern is not supported in recursive mode when the source is an Azure file directory.",
    ),
    (
        SHARE,
        BLOBS,
        &[KEY, "/Pattern:a", "/S"],
        "Search pattern is not supported in recursive mode",
    ),
    (
        SHARE,
        FOLDER,
        &[KEY],
        "either one file is copied, which `/Pattern` names, or all of them, with `/S`",
    ),
    (SHARE, FOLDER, &["/S"], "give `/SourceKey` or `/SourceSAS`"),
    (
        SHARE,
        FOLDER,
        &[KEY, "/S", "/Snapshot"],
        "`/Snapshot` is only for copies from blobs",
    ),
    (
        SHARE,
        FOLDER,
        &[KEY, "/S", "/Delimiter:#"],
        "`/Delimiter` is only for downloads of blobs",
    ),
    (
        SHARE,
        FOLDER,
        &[KEY, "/S", "/SetContentType"],
        "`/SetContentType` is only for uploads",
    ),
    (
        SHARE,
        FOLDER,
        &[KEY, "/S", "/A"],
        "`/A` is only for uploads",
    ),
    (
        FOLDER,
        SHARE,
        &["/BlobType:page"],
        "`/BlobType` is only for uploads to blobs",
    ),
    (
        FOLDER,
        SHARE,
        &["/SyncCopy"],
        "`/SyncCopy` is only for copies from a service to a service",
    ),
    // What a table is copied with.
    (TABLE, FOLDER, &[], "give `/SourceKey` or `/SourceSAS`"),
    (TABLE, TABLE, &[KEY], "a table is not copied to a table"),
    (
        TABLE,
        SHARE,
        &[KEY],
        "a table is exported to a folder or to a container of blobs",
    ),
    (
        TABLE,
        FOLDER,
        &[KEY, "/XO"],
        "`/XO` is not supported when either the source or the destination is a table",
    ),
    (
        TABLE,
        FOLDER,
        &[KEY, "/XN"],
        "`/XN` is not supported when either",
    ),
    (
        TABLE,
        FOLDER,
        &[KEY, "/BlobType:block"],
        "`/BlobType` is not supported when either",
    ),
    (
        FOLDER,
        TABLE,
        &[
            "/Manifest:m",
            "/EntityOperation:InsertOrSkip",
            "/BlobType:block",
        ],
        "`/BlobType` is not supported when either",
    ),
    (
        TABLE,
        BLOBS,
        &[KEY, "/BlobType:page"],
        "`/BlobType` cannot be `page` for the export of a table",
    ),
    (
        TABLE,
        BLOBS,
        &[KEY, "/SetContentType:a/b"],
        "`/SetContentType` is not supported when either",
    ),
    (
        TABLE,
        FOLDER,
        &[KEY, "/PKRS:bb#aa"],
        "`/PKRS`: the partition key `aa` does not come after `bb`",
    ),
    (
        TABLE,
        FOLDER,
        &[KEY, "/PKRS:#aa"],
        "a partition key is empty",
    ),
    (
        TABLE,
        FOLDER,
        &[KEY, "/Manifest:a/b"],
        "is not the name of a file",
    ),
    (
        TABLE,
        FOLDER,
        &[KEY, "/SplitSize:31"],
        "`/SplitSize` must be at least 32",
    ),
    (
        TABLE,
        FOLDER,
        &[KEY, "/Pattern:a"],
        "`/Pattern` is not supported when either",
    ),
    (
        TABLE,
        FOLDER,
        &[KEY, "/EntityOperation:InsertOrSkip"],
        "`/EntityOperation` is only for imports into a table",
    ),
    (
        FOLDER,
        TABLE,
        &["/Manifest:m", "/EntityOperation:InsertOrSkip", "/PKRS:a"],
        "`/PKRS` is only for exports of a table",
    ),
    (
        FOLDER,
        TABLE,
        &[
            "/Manifest:m",
            "/EntityOperation:InsertOrSkip",
            "/SplitSize:32",
        ],
        "`/SplitSize` is only for exports of a table",
    ),
    (
        FOLDER,
        TABLE,
        &["/Manifest:m"],
        "an import into a table needs `/EntityOperation`",
    ),
    (
        FOLDER,
        TABLE,
        &["/EntityOperation:InsertOrSkip"],
        "an import into a table needs `/Manifest`",
    ),
    (
        FOLDER,
        TABLE,
        &[
            "/Manifest:m",
            "/EntityOperation:InsertOrSkip",
            "/PayloadFormat:csv",
        ],
        "only JSON can be imported into a table, not CSV",
    ),
    (
        FOLDER,
        TABLE,
        &["/Manifest:m", "/EntityOperation:InsertOrSkip", "/XO"],
        "`/XO` is not supported when either",
    ),
    (
        FOLDER,
        EMULATOR,
        &["/DestType:Table", "/EntityOperation:InsertOrSkip"],
        "an import into a table needs `/Manifest`",
    ),
];
