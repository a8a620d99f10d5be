//! Differences of Azurite 3.37 from the real service that cases show. azring-emulator has none of
//! these. A case that sees a difference outside of this list fails.

/// Numbers below 100 come from the project's study of Azurite; these cases found the others.
const LIST: [(u16, &str); 33] = [
    (4, "the date of a signed request is not checked"),
    (
        6,
        "a missing version is accepted, and answers carry Azurite's own version",
    ),
    (8, "the CRC64 of a range is an internal error"),
    (
        9,
        "pages may be written over the end of a blob and in more than 4 MiB at once",
    ),
    (10, "page ranges are not merged"),
    (11, "the difference of page ranges is the whole list"),
    (12, "a copied page blob shares its pages with the source"),
    (16, "a container's SAS does not open snapshots"),
    (17, "SharedKeyLite is not known"),
    (
        18,
        "snapshots are listed in another order, and lost between pages",
    ),
    (19, "a marker that means nothing is accepted"),
    (20, "a delimiter is cut to one character"),
    (21, "ranges that hold nothing are answered with 206"),
    (22, "an MD5 is computed for blobs that have none"),
    (
        23,
        "the checksum of a range over 4 MiB is silently left out",
    ),
    (
        24,
        "limits of names, metadata, blocks and bodies are not enforced",
    ),
    (26, "the secondary can be written"),
    (
        27,
        "addresses, and fields that stand in a SAS and in its policy, are not checked",
    ),
    (34, "a copy may change the type of a blob"),
    (35, "snapshots of one millisecond have one name"),
    (48, "a source that is too old is 304"),
    (101, "an empty block is accepted"),
    (102, "a blob that has only uncommitted blocks has a version"),
    (
        103,
        "a ranged read carries an MD5 in `Content-MD5` that nobody asked for",
    ),
    (
        104,
        "bytes come back when a page blob shrinks and grows again",
    ),
    (
        105,
        "Put Blob From URL, Put Page From URL and Append Block From URL are not implemented",
    ),
    (106, "with its version check off, any version is accepted"),
    (107, "an unknown operation is an internal error"),
    (108, "a block that came with an MD5 is answered without one"),
    (109, "a date that is none is an internal error"),
    (110, "more than five stored policies are accepted"),
    (111, "a snapshot is told without its name and with a lease"),
    (112, "conditions on tags are not known to every call"),
];

/// Fails a case that relies on a deviation outside of the list.
pub fn must_be_listed(number: u16) {
    assert!(
        LIST.iter().any(|(listed, _)| *listed == number),
        "deviation {number} is not listed"
    );
}
