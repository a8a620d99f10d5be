//! The table of accepted differences, each with its reason.

use crate::difference::{Aspect, Difference};

/// A class of differences that is right as it is.
#[derive(Debug)]
pub struct AcceptedDifference {
    /// Patterns of cassette names, parted by blanks. `*` stands for any text.
    pub cassettes: &'static str,
    /// Pattern of the request: method, `restype`, `comp` and recorded status.
    pub request: &'static str,
    /// What differs.
    pub aspect: Aspect,
    /// Patterns of headers or elements, parted by blanks; empty for status, code and body.
    pub subject: &'static str,
    /// Pattern of what was recorded.
    pub recorded: &'static str,
    /// Pattern of what the emulator answers.
    pub answered: &'static str,
    /// Why the emulator's answer is right.
    pub reason: &'static str,
}

/// The table during a run.
pub struct AcceptedDifferences {
    rows: &'static [AcceptedDifference],
    used: Vec<usize>,
}

/// Those of the Blob service.
pub const BLOB: &[AcceptedDifference] = &[
    AcceptedDifference {
        cassettes: "*",
        request: "* 20*",
        aspect: Aspect::HeaderMissing,
        subject: "x-ms-tag-count",
        recorded: "0",
        answered: "",
        reason: "the service of 2019 sent the number of tags to all versions and without tags; the documentation has it since 2019-12-12, and for blobs with tags only",
    },
    AcceptedDifference {
        cassettes: "*",
        request: "GET restype=container comp=list 200",
        aspect: Aspect::XmlMissing,
        subject: "/EnumerationResults/Blobs/Blob/Properties/TagCount",
        recorded: "*",
        answered: "0",
        reason: "the same in listings",
    },
    AcceptedDifference {
        cassettes: "test_blob_sas.test_get_user_delegation_key",
        request: "POST restype=service comp=userdelegationkey 403",
        aspect: Aspect::Status,
        subject: "",
        recorded: "403 AuthorizationPermissionMismatch",
        answered: "200 ",
        reason: "the recorded client had no role yet; the emulator checks no roles",
    },
    AcceptedDifference {
        cassettes: "test_blob_access_conditions.test_append_block_with_if_match_fail",
        request: "PUT comp=appendblock 400",
        aspect: Aspect::Status,
        subject: "",
        recorded: "400 OutOfRangeInput",
        answered: "412 ConditionNotMet",
        reason: "all other calls answer the same ETag with 412, as the documentation says",
    },
    AcceptedDifference {
        cassettes: "test_block_blob.test_put_block_list_with_blob_tier_specified test_cpk.test_update_page_from_url",
        request: "PUT comp=* 201",
        aspect: Aspect::HeaderMissing,
        subject: "content-md5",
        recorded: "*",
        answered: "",
        reason: "the service changed the checksum of version 2019-02-02 while it was recorded: other requests of test_cpk and the documentation have the CRC-64",
    },
    AcceptedDifference {
        cassettes: "test_block_blob.test_put_block_list_with_blob_tier_specified test_cpk.test_update_page_from_url",
        request: "PUT comp=* 201",
        aspect: Aspect::HeaderExtra,
        subject: "x-ms-content-crc64",
        recorded: "",
        answered: "*",
        reason: "the other side of the row above",
    },
    AcceptedDifference {
        cassettes: "test_block_blob_sync_copy.test_copy_blob_sync",
        request: "GET 206",
        aspect: Aspect::HeaderValue,
        subject: "x-ms-copy-source",
        recorded: "*&sig=*",
        answered: "*/srcbloba9621281",
        reason: "the service returns the SAS of a source with its signature; the emulator returns no secret",
    },
    AcceptedDifference {
        cassettes: "test_common_blob.test_token_credential",
        request: "GET restype=container 400",
        aspect: Aspect::HeaderValue,
        subject: "server",
        recorded: "Microsoft-HTTPAPI/2.0",
        answered: "Windows-Azure-Blob/1.0 *",
        reason: "the service's front end refused the token; the emulator has none",
    },
    AcceptedDifference {
        cassettes: "test_service_properties.*",
        request: "PUT restype=service comp=properties 400",
        aspect: Aspect::XmlMissing,
        subject: "/Error/LineNumber /Error/LinePosition",
        recorded: "1",
        answered: "0",
        reason: "the emulator does not name the position of a number of days",
    },
    AcceptedDifference {
        cassettes: "test_container.test_list_containers",
        request: "GET comp=list 200",
        aspect: Aspect::XmlValue,
        subject: "/EnumerationResults/Containers/Container/Properties/Last-Modified",
        recorded: "*",
        answered: "Thu, 09 May 2019 *",
        reason: "containers of other tests, which were older",
    },
    AcceptedDifference {
        cassettes: "test_container.test_list_containers",
        request: "GET comp=list 200",
        aspect: Aspect::XmlValue,
        subject: "/EnumerationResults/Containers/Container/Properties/HasImmutabilityPolicy",
        recorded: "true",
        answered: "false",
        reason: "a container of another test; the emulator has no immutability policies",
    },
    AcceptedDifference {
        cassettes: "test_append_blob.test_append_block_from_url_with_source_if_match test_page_blob.test_update_page_from_url_with_source_if_match",
        request: "PUT comp=* 412",
        aspect: Aspect::XmlValue,
        subject: "/Error/Message",
        recorded: "Could not verify the copy source *",
        answered: "The condition specified *",
        reason: "the service has this message in the reason phrase only; code and status are equal",
    },
    AcceptedDifference {
        cassettes: "test_cpk.test_create_page_blob_with_chunks",
        request: "GET 206",
        aspect: Aspect::Body,
        subject: "",
        recorded: r"65536 bytes \xb1\xb4\xb1\\l0*",
        answered: r"65536 bytes \xb1\xb4\xb1\\l0*",
        reason: "one of the parallel requests that wrote the blob is not in the recording",
    },
];

/// Those of the File service.
pub const FILE: &[AcceptedDifference] = &[
    AcceptedDifference {
        cassettes: "test_handle.*",
        request: "GET comp=listhandles 200",
        aspect: Aspect::XmlMissing,
        subject: "/EnumerationResults/Entries/Handle*",
        recorded: "*",
        answered: "0",
        reason: "SMB clients had files open; the emulator has no SMB clients",
    },
    AcceptedDifference {
        cassettes: "test_handle.*",
        request: "GET comp=listhandles 200",
        aspect: Aspect::XmlValue,
        subject: "/EnumerationResults/NextMarker",
        recorded: "*",
        answered: "",
        reason: "the same: there is no second page",
    },
    AcceptedDifference {
        cassettes: "test_handle.*",
        request: "PUT comp=forceclosehandles 200",
        aspect: Aspect::HeaderValue,
        subject: "x-ms-number-of-handles-closed",
        recorded: "*",
        answered: "0",
        reason: "the same",
    },
    AcceptedDifference {
        cassettes: "test_handle.test_list_handles_on_share_snapshot",
        request: "GET comp=listhandles 200",
        aspect: Aspect::Status,
        subject: "",
        recorded: "200 ",
        answered: "404 ShareNotFound",
        reason: "the snapshot was made while the recorder was off, and no request makes one of a given time",
    },
    AcceptedDifference {
        cassettes: "test_share.test_list_shares_no_options",
        request: "GET comp=list 200",
        aspect: Aspect::XmlValue,
        subject: "/EnumerationResults/Shares/Share/Properties/Last-Modified",
        recorded: "* 2019 *",
        answered: "Thu, 09 May 2019 *",
        reason: "the account had older shares; no request makes a share of a given time",
    },
    AcceptedDifference {
        cassettes: "test_share.test_list_shares_with_snapshot",
        request: "GET comp=list 200",
        aspect: Aspect::XmlMissing,
        subject: "/EnumerationResults/Shares/Share /EnumerationResults/Shares/Share/Name /EnumerationResults/Shares/Share/Properties*",
        recorded: "12",
        answered: "9",
        reason: "the account had three older snapshots",
    },
    AcceptedDifference {
        cassettes: "test_share.test_list_shares_with_snapshot",
        request: "GET comp=list 200",
        aspect: Aspect::XmlMissing,
        subject: "/EnumerationResults/Shares/Share/Snapshot",
        recorded: "5",
        answered: "2",
        reason: "the times of the same three",
    },
    AcceptedDifference {
        cassettes: "test_file.test_set_file_properties_with_file_permission test_directory.test_set_directory_properties_with_file_permission_key",
        request: "* 200",
        aspect: Aspect::HeaderValue,
        subject: "x-ms-file-permission-key",
        recorded: "*422928105932735866",
        answered: "12298105565870917609*6507287277259972671",
        reason: "the service stored another descriptor than that of the key in the request, whose key the emulator answers; how it changes descriptors is not documented",
    },
    AcceptedDifference {
        cassettes: "test_file.test_update_range_from_file_url*",
        request: "PUT 201",
        aspect: Aspect::HeaderValue,
        subject: "etag",
        recorded: "\"0x8D716E68C712FAA\"",
        answered: "\"0x*\"",
        reason: "the service gave one ETag to two files of the share",
    },
];

/// Those of the Table service.
pub const TABLE: &[AcceptedDifference] = &[AcceptedDifference {
    cassettes: "test_table.test_list_tables_with_*",
    request: "GET 200",
    aspect: Aspect::HeaderValue,
    subject: "x-ms-continuation-nexttablename",
    recorded: "1!*",
    answered: "1!*",
    reason: "the token names the next table and when it was created; other tests created and deleted tables meanwhile, and the next page does not have the table that the token named",
}];

impl AcceptedDifferences {
    /// A table of which no row was used.
    pub fn new(rows: &'static [AcceptedDifference]) -> Self {
        Self {
            rows,
            used: vec![0; rows.len()],
        }
    }

    /// Whether a row explains the difference.
    pub fn explains(&mut self, one: &Difference) -> bool {
        let row = self.rows.iter().position(|row| row.explains(one));
        if let Some(row) = row {
            self.used[row] += 1;
        }
        row.is_some()
    }

    /// How many differences were explained.
    pub fn count(&self) -> usize {
        self.used.iter().sum()
    }

    /// The rows that explained nothing.
    pub fn idle(&self) -> Vec<String> {
        let rows = self.rows.iter().zip(&self.used);
        let idle = rows.filter(|(_, used)| **used == 0);
        idle.map(|(row, _)| format!("accepted, but it does not occur: {row:?}: {}", row.reason))
            .collect()
    }
}

impl AcceptedDifference {
    fn explains(&self, one: &Difference) -> bool {
        let any =
            |patterns: &str, text: &str| patterns.split(' ').any(|pattern| matches(pattern, text));
        self.aspect == one.aspect
            && any(self.cassettes, &one.cassette)
            && matches(self.request, &one.request)
            && any(self.subject, &one.subject)
            && matches(self.recorded, &one.recorded)
            && matches(self.answered, &one.answered)
    }
}

/// Whether a pattern fits a whole text; `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &[AcceptedDifference] = &[AcceptedDifference {
        cassettes: "test_a.* test_b.one",
        request: "GET comp=list 200",
        aspect: Aspect::HeaderMissing,
        subject: "vary",
        recorded: "*",
        answered: "",
        reason: "a reason",
    }];

    #[test]
    fn a_row_explains_its_own_differences_only() {
        let difference = Difference {
            cassette: "test_b.one".to_owned(),
            index: 0,
            request: "GET comp=list 200".to_owned(),
            aspect: Aspect::HeaderMissing,
            subject: "vary".to_owned(),
            recorded: "Origin".to_owned(),
            answered: String::new(),
        };
        let others = [
            Difference {
                cassette: "test_b.two".to_owned(),
                ..difference.clone()
            },
            Difference {
                aspect: Aspect::HeaderExtra,
                ..difference.clone()
            },
            Difference {
                subject: "server".to_owned(),
                ..difference.clone()
            },
            Difference {
                answered: "x".to_owned(),
                ..difference.clone()
            },
        ];
        let mut table = AcceptedDifferences::new(ROWS);
        assert!(others.iter().all(|other| !table.explains(other)));
        assert_eq!((table.idle().len(), table.count()), (1, 0));
        assert!(table.explains(&difference));
        assert_eq!((table.idle().len(), table.count()), (0, 1));
    }

    #[test]
    fn a_pattern_fits_whole_texts_only() {
        assert!(matches("PUT comp=* 201", "PUT comp=page 201"));
        assert!(matches("*", "") && matches("a*", "a") && matches("", ""));
        assert!(!matches("PUT", "PUT comp=page 201") && !matches("*a", "ab"));
    }
}
