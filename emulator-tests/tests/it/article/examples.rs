//! Every command line of the article, literally, under its heading, and what it says comes of it.

/// What is in a container that an example copies from.
pub(super) const BLOBS: &[&str] = &[
    "abc.txt",
    "abc1.txt",
    "abc2.txt",
    "vd1/a.txt",
    "vd1/abcd.txt",
];

/// What is in the folder that an example copies from.
pub(super) const FILES: &[&str] = &[
    "abc.txt",
    "abc1.txt",
    "abc2.txt",
    "subfolder/a.txt",
    "subfolder/abcd.txt",
];

/// A command line of the article.
#[derive(Debug)]
pub(super) struct Example {
    /// The heading that it stands under.
    pub(super) heading: &'static str,
    /// As the article has it.
    pub(super) typed: &'static str,
    /// What comes of it.
    pub(super) then: Then,
}

/// What comes of an example.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The destination, which was empty, has these.
    Makes(&'static [&'static str]),
    /// The destination has a blob and its snapshots.
    MakesSnapshots,
    /// What an earlier command left is done.
    Resumes,
    /// It is no command, but how one is written.
    Asks,
    /// The destination has these data files, without their checksums, and a manifest.
    Exports(&'static [&'static str]),
    /// The table has the entities of the export.
    Imports,
}

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        heading: "Writing your first AzCopy command",
        typed: r"AzCopy /Source:<source> /Dest:<destination> [Options]",
        then: Then::Asks,
    },
    Example {
        heading: "Download a single blob",
        typed: r#"AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer /Dest:C:\myfolder /SourceKey:key /Pattern:"abc.txt""#,
        then: Then::Makes(&["abc.txt"]),
    },
    Example {
        heading: "Download a single blob from the secondary region",
        typed: r#"AzCopy /Source:https://myaccount-secondary.blob.core.windows.net/mynewcontainer /Dest:C:\myfolder /SourceKey:key /Pattern:"abc.txt""#,
        then: Then::Makes(&["abc.txt"]),
    },
    Example {
        heading: "Download all blobs in a container",
        typed: r"AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer /Dest:C:\myfolder /SourceKey:key /S",
        then: Then::Makes(BLOBS),
    },
    Example {
        heading: "Download blobs with a specific prefix",
        typed: r"AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer /Dest:C:\myfolder /SourceKey:key /Pattern:a /S",
        then: Then::Makes(&["abc.txt", "abc1.txt", "abc2.txt"]),
    },
    Example {
        heading: "Set the last-modified time of exported files to be same as the source blobs",
        typed: r"AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer /Dest:C:\myfolder /SourceKey:key /MT",
        then: Then::Makes(&[]),
    },
    Example {
        heading: "Set the last-modified time of exported files to be same as the source blobs",
        typed: r"AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer /Dest:C:\myfolder /SourceKey:key /MT /XN",
        then: Then::Makes(&[]),
    },
    Example {
        heading: "Set the last-modified time of exported files to be same as the source blobs",
        typed: r"AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer /Dest:C:\myfolder /SourceKey:key /MT /XO",
        then: Then::Makes(&[]),
    },
    Example {
        heading: "Upload a single blob",
        typed: r#"AzCopy /Source:C:\myfolder /Dest:https://myaccount.blob.core.windows.net/mycontainer /DestKey:key /Pattern:"abc.txt""#,
        then: Then::Makes(&["abc.txt"]),
    },
    Example {
        heading: "Upload a single blob to a virtual directory",
        typed: r"AzCopy /Source:C:\myfolder /Dest:https://myaccount.blob.core.windows.net/mycontainer/vd /DestKey:key /Pattern:abc.txt",
        then: Then::Makes(&["vd/abc.txt"]),
    },
    Example {
        heading: "Upload all blobs in a folder",
        typed: r"AzCopy /Source:C:\myfolder /Dest:https://myaccount.blob.core.windows.net/mycontainer /DestKey:key /S",
        then: Then::Makes(FILES),
    },
    Example {
        heading: "Upload blobs matching a specific pattern",
        typed: r"AzCopy /Source:C:\myfolder /Dest:https://myaccount.blob.core.windows.net/mycontainer /DestKey:key /Pattern:a* /S",
        then: Then::Makes(&[
            "abc.txt",
            "abc1.txt",
            "abc2.txt",
            "subfolder/a.txt",
            "subfolder/abcd.txt",
        ]),
    },
    Example {
        heading: "Specify the MIME content type of a destination blob",
        typed: r"AzCopy /Source:C:\myfolder\ /Dest:https://myaccount.blob.core.windows.net/myContainer/ /DestKey:key /Pattern:ab /SetContentType:video/mp4",
        then: Then::Makes(&["ab"]),
    },
    Example {
        heading: "Specify the MIME content type of a destination blob",
        typed: r"AzCopy /Source:C:\myfolder\ /Dest:https://myaccount.blob.core.windows.net/myContainer/ /DestKey:key /Pattern:ab /SetContentType",
        then: Then::Makes(&["ab"]),
    },
    Example {
        heading: "Copy a single blob from one container to another within the same storage account",
        typed: r"AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer1 /Dest:https://myaccount.blob.core.windows.net/mycontainer2 /SourceKey:key /DestKey:key /Pattern:abc.txt",
        then: Then::Makes(&["abc.txt"]),
    },
    Example {
        heading: "Copy a single blob from one storage account to another",
        typed: r"AzCopy /Source:https://sourceaccount.blob.core.windows.net/mycontainer1 /Dest:https://destaccount.blob.core.windows.net/mycontainer2 /SourceKey:key1 /DestKey:key2 /Pattern:abc.txt",
        then: Then::Makes(&["abc.txt"]),
    },
    Example {
        heading: "Copy a single blob from the secondary region to the primary region",
        typed: r"AzCopy /Source:https://myaccount1-secondary.blob.core.windows.net/mynewcontainer1 /Dest:https://myaccount2.blob.core.windows.net/mynewcontainer2 /SourceKey:key1 /DestKey:key2 /Pattern:abc.txt",
        then: Then::Makes(&["abc.txt"]),
    },
    Example {
        heading: "Copy a single blob and its snapshots from one storage account to another",
        typed: r"AzCopy /Source:https://sourceaccount.blob.core.windows.net/mycontainer1 /Dest:https://destaccount.blob.core.windows.net/mycontainer2 /SourceKey:key1 /DestKey:key2 /Pattern:abc.txt /Snapshot",
        then: Then::MakesSnapshots,
    },
    Example {
        heading: "Copy all blobs in a container to another storage account",
        typed: r"AzCopy /Source:https://sourceaccount.blob.core.windows.net/mycontainer1 /Dest:https://destaccount.blob.core.windows.net/mycontainer2 /SourceKey:key1 /DestKey:key2 /S",
        then: Then::Makes(BLOBS),
    },
    Example {
        heading: "Synchronously copy blobs from one storage account to another",
        typed: r"AzCopy /Source:https://myaccount1.blob.core.windows.net/myContainer/ /Dest:https://myaccount2.blob.core.windows.net/myContainer/ /SourceKey:key1 /DestKey:key2 /Pattern:ab /SyncCopy",
        then: Then::Makes(&["ab"]),
    },
    Example {
        heading: "Download a single file",
        typed: r"AzCopy /Source:https://myaccount.file.core.windows.net/myfileshare/myfolder1/ /Dest:C:\myfolder /SourceKey:key /Pattern:abc.txt",
        then: Then::Makes(&["abc.txt"]),
    },
    Example {
        heading: "Download all files in a directory",
        typed: r"AzCopy /Source:https://myaccount.file.core.windows.net/myfileshare/ /Dest:C:\myfolder /SourceKey:key /S",
        then: Then::Makes(FILES),
    },
    Example {
        heading: "Upload a single file",
        typed: r"AzCopy /Source:C:\myfolder /Dest:https://myaccount.file.core.windows.net/myfileshare/ /DestKey:key /Pattern:abc.txt",
        then: Then::Makes(&["abc.txt"]),
    },
    Example {
        heading: "Upload all files in a folder",
        typed: r"AzCopy /Source:C:\myfolder /Dest:https://myaccount.file.core.windows.net/myfileshare/ /DestKey:key /S",
        then: Then::Makes(FILES),
    },
    Example {
        heading: "Upload files matching a specific pattern",
        typed: r"AzCopy /Source:C:\myfolder /Dest:https://myaccount.file.core.windows.net/myfileshare/ /DestKey:key /Pattern:ab* /S",
        then: Then::Makes(&[
            "ab",
            "abc.txt",
            "abc1.txt",
            "abc2.txt",
            "subfolder/abcd.txt",
        ]),
    },
    Example {
        heading: "Copy from one file share to another",
        typed: r"AzCopy /Source:https://myaccount1.file.core.windows.net/myfileshare1/ /Dest:https://myaccount2.file.core.windows.net/myfileshare2/ /SourceKey:key1 /DestKey:key2 /S",
        then: Then::Makes(FILES),
    },
    Example {
        heading: "Copy from an Azure file share to Blob storage",
        typed: r"AzCopy /Source:https://myaccount1.file.core.windows.net/myfileshare/ /Dest:https://myaccount2.blob.core.windows.net/mycontainer/ /SourceKey:key1 /DestKey:key2 /S",
        then: Then::Makes(FILES),
    },
    Example {
        heading: "Copy a blob from Blob storage to an Azure file share",
        typed: r"AzCopy /Source:https://myaccount1.blob.core.windows.net/mycontainer/ /Dest:https://myaccount2.file.core.windows.net/myfileshare/ /SourceKey:key1 /DestKey:key2 /S",
        then: Then::Makes(BLOBS),
    },
    Example {
        heading: "Synchronously copy files",
        typed: r"AzCopy /Source:https://myaccount1.file.core.windows.net/myfileshare1/ /Dest:https://myaccount2.file.core.windows.net/myfileshare2/ /SourceKey:key1 /DestKey:key2 /S /SyncCopy",
        then: Then::Makes(FILES),
    },
    Example {
        heading: "Export a table",
        typed: r"AzCopy /Source:https://myaccount.table.core.windows.net/myTable/ /Dest:C:\myfolder\ /SourceKey:key",
        then: Then::Exports(&["_0_0.json"]),
    },
    Example {
        heading: "Export a table",
        typed: r"AzCopy /Source:https://myaccount.table.core.windows.net/myTable/ /Dest:C:\myfolder\ /SourceKey:key /Manifest:abc.manifest",
        then: Then::Exports(&["_0_0.json"]),
    },
    Example {
        heading: "Split an export from Table storage into multiple files",
        typed: r"AzCopy /Source:https://myaccount.table.core.windows.net/mytable/ /Dest:C:\myfolder /SourceKey:key /S /SplitSize:100",
        then: Then::Exports(&["_0_0.json"]),
    },
    Example {
        heading: "Export a table to JSON or CSV data file format",
        typed: r"AzCopy /Source:https://myaccount.table.core.windows.net/myTable/ /Dest:C:\myfolder\ /SourceKey:key /PayloadFormat:CSV",
        then: Then::Exports(&["_0_0.csv"]),
    },
    Example {
        heading: "Export table entities concurrently",
        typed: r#"AzCopy /Source:https://myaccount.table.core.windows.net/myTable/ /Dest:C:\myfolder\ /SourceKey:key /PKRS:"aa#bb""#,
        then: Then::Exports(&["_0_0.json", "_1_0.json", "_2_0.json"]),
    },
    Example {
        heading: "Export a table to Blob storage",
        typed: r"AzCopy /Source:https://myaccount.table.core.windows.net/myTable/ /Dest:https://myaccount.blob.core.windows.net/mycontainer/ /SourceKey:key1 /Destkey:key2",
        then: Then::Exports(&["_0_0.json"]),
    },
    Example {
        heading: "Import a table",
        typed: r#"AzCopy /Source:C:\myfolder\ /Dest:https://myaccount.table.core.windows.net/mytable1/ /DestKey:key /Manifest:"myaccount_mytable_20140103T112020.manifest" /EntityOperation:InsertOrReplace"#,
        then: Then::Imports,
    },
    Example {
        heading: "Import entities into a table from Blob storage",
        typed: r#"AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer /Dest:https://myaccount.table.core.windows.net/mytable /SourceKey:key1 /DestKey:key2 /Manifest:"myaccount_mytable_20140103T112020.manifest" /EntityOperation:"InsertOrReplace""#,
        then: Then::Imports,
    },
    Example {
        heading: "Only copy data that doesn't exist in the destination",
        typed: r"AzCopy /Source:http://myaccount.blob.core.windows.net/mycontainer /Dest:C:\myfolder /SourceKey:<sourcekey> /S /XO /XN",
        then: Then::Makes(BLOBS),
    },
    Example {
        heading: "Only copy data that doesn't exist in the destination",
        typed: r"AzCopy /Source:C:\myfolder /Dest:http://myaccount.file.core.windows.net/myfileshare /DestKey:<destkey> /S /XO /XN",
        then: Then::Makes(FILES),
    },
    Example {
        heading: "Only copy data that doesn't exist in the destination",
        typed: r"AzCopy /Source:http://myaccount.blob.core.windows.net/mycontainer /Dest:http://myaccount.blob.core.windows.net/mycontainer1 /SourceKey:<sourcekey> /DestKey:<destkey> /S /XO /XN",
        then: Then::Makes(BLOBS),
    },
    Example {
        heading: "Use a response file to specify command-line parameters",
        typed: r#"AzCopy /@:"C:\responsefiles\copyoperation.txt""#,
        then: Then::Makes(BLOBS),
    },
    Example {
        heading: "Use multiple response files to specify command-line parameters",
        typed: r#"AzCopy /@:"C:\responsefiles\source.txt" /@:"C:\responsefiles\dest.txt" /SourceKey:<sourcekey> /@:"C:\responsefiles\options.txt""#,
        then: Then::Makes(BLOBS),
    },
    Example {
        heading: "Use multiple response files to specify command-line parameters",
        typed: r"AzCopy /Source:http://myaccount.blob.core.windows.net/mycontainer /Dest:C:\myfolder /SourceKey:<sourcekey> /S /Y",
        then: Then::Makes(BLOBS),
    },
    Example {
        heading: "Specify a shared access signature (SAS)",
        typed: r"AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer1 /Dest:https://myaccount.blob.core.windows.net/mycontainer2 /SourceSAS:SAS1 /DestSAS:SAS2 /Pattern:abc.txt",
        then: Then::Makes(&["abc.txt"]),
    },
    Example {
        heading: "Specify a shared access signature (SAS)",
        typed: r"AzCopy /Source:https://myaccount.blob.core.windows.net/mycontainer1/?SourceSASToken /Dest:C:\myfolder /S",
        then: Then::Makes(BLOBS),
    },
    Example {
        heading: "Journal file folder",
        typed: r"AzCopy /Source:C:\myfolder /Dest:https://myaccount.blob.core.windows.net/mycontainer /DestKey:key /Z",
        then: Then::Makes(&["abc.txt", "abc1.txt", "abc2.txt"]),
    },
    Example {
        heading: "Journal file folder",
        typed: r"AzCopy /Source:C:\myfolder /Dest:https://myaccount.blob.core.windows.net/mycontainer /DestKey:key /Z:C:\journalfolder\",
        then: Then::Makes(&["abc.txt", "abc1.txt", "abc2.txt"]),
    },
    Example {
        heading: "Journal file folder",
        typed: r"AzCopy /Z:C:\journalfolder\",
        then: Then::Resumes,
    },
    Example {
        heading: "Generate a log file",
        typed: r"AzCopy /Source:C:\myfolder /Dest:https://myaccount.blob.core.windows.net/mycontainer /DestKey:key /V",
        then: Then::Makes(&["abc.txt", "abc1.txt", "abc2.txt"]),
    },
    Example {
        heading: "Generate a log file",
        typed: r"AzCopy /Source:C:\myfolder /Dest:https://myaccount.blob.core.windows.net/mycontainer /DestKey:key /V:C:\myfolder\azcopy1.log",
        then: Then::Makes(&["abc.txt", "abc1.txt", "abc2.txt"]),
    },
    Example {
        heading: "Run AzCopy against the Azure Storage Emulator",
        typed: r"AzCopy /Source:https://127.0.0.1:10000/myaccount/mycontainer/ /Dest:C:\myfolder /SourceKey:key /SourceType:Blob /S",
        then: Then::Makes(BLOBS),
    },
    Example {
        heading: "Run AzCopy against the Azure Storage Emulator",
        typed: r"AzCopy /Source:https://127.0.0.1:10002/myaccount/mytable/ /Dest:C:\myfolder /SourceKey:key /SourceType:Table",
        then: Then::Exports(&["_0_0.json"]),
    },
];
