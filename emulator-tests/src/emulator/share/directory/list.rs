//! List Directories and Files: one level of the tree, in one order of names.
//! <https://learn.microsoft.com/rest/api/storageservices/list-directories-and-files>

use crate::emulator::continuation;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::query::Query;
use crate::emulator::http::response::Response;
use crate::emulator::service::listing;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::find;
use crate::emulator::share::state::FileNode;
use crate::emulator::xml::{self, Writer};

/// What a listing shows of each entry besides its name.
struct EntryDetails<'c> {
    query: &'c Query,
    ids: bool,
}

/// Returns one page.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let query = call.query;
    let prefix = prefix(call)?;
    let max = listing::entries_max(call, listing::page_size(query)?);
    let from = continuation::start(query).map_err(|refusal| Refusal {
        code: "InvalidContinuationToken".into(),
        ..refusal
    })?;
    let details = EntryDetails::of(call)?;
    let share = call.share()?;
    let state = share.enter()?;
    let directory = find::read_directory(call, &state)?;
    let tree = find::tree(call, &state)?;
    let (page, next) = tree.list(directory, prefix, &from, max);
    let mut xml = Writer::new();
    open(&mut xml, call, &tree.path(directory.id));
    if !prefix.is_empty() {
        xml.name_leaf("Prefix", prefix);
    }
    xml.leaf_some("Marker", query.filled("marker"));
    xml.leaf_some("MaxResults", query.filled("maxresults"));
    if details.ids {
        xml.leaf("DirectoryId", &directory.id.to_string());
    }
    if page.is_empty() {
        xml.leaf("Entries", "");
    } else {
        xml.open("Entries", &[]);
        for node in page {
            write(&mut xml, node, &details);
        }
        xml.close("Entries");
    }
    let next = next.map(|node| continuation::file_marker(&node.name));
    xml.leaf("NextMarker", &next.unwrap_or_default());
    xml.close("EnumerationResults");
    Ok(Response::xml(xml))
}

fn prefix<'c>(call: &'c ShareCall<'_>) -> ServiceResult<&'c str> {
    match call.query.filled("prefix") {
        Some(_) if !call.version.since(2016, 5, 31) => Err(Refusal::unsupported_query("prefix")),
        prefix => Ok(prefix.unwrap_or_default()),
    }
}

fn open(xml: &mut Writer, call: &ShareCall<'_>, path: &str) {
    let endpoint = call.endpoint();
    let encoded = xml::percent_encode(path);
    let is_encoded = !xml::can_carry(path);
    let mut attributes = vec![
        ("ServiceEndpoint", endpoint.as_str()),
        ("ShareName", call.target.share()),
    ];
    attributes.extend(call.snapshot().map(|time| ("ShareSnapshot", time)));
    attributes.push(("DirectoryPath", if is_encoded { &encoded } else { path }));
    if is_encoded {
        attributes.push(("Encoded", "true"));
    }
    xml.open("EnumerationResults", &attributes);
}

impl<'c> EntryDetails<'c> {
    fn of(call: &'c ShareCall<'_>) -> ServiceResult<Self> {
        const WORDS: [&str; 4] = ["timestamps", "etag", "attributes", "permissionkey"];
        let include = call.query.or_empty("include");
        if !include.is_empty() && !call.version.since(2020, 4, 8) {
            return Err(Refusal::unsupported_query("include"));
        }
        let mut words = include.split(',').map(str::trim);
        let is_known = |word: &str| WORDS.contains(&word.to_ascii_lowercase().as_str());
        if let Some(word) = words.find(|word| !word.is_empty() && !is_known(word)) {
            return Err(Refusal::invalid_query("include", word, "not a detail"));
        }
        Ok(Self {
            query: call.query,
            ids: call.version.since(2020, 10, 2)
                || !include.is_empty()
                || call.flag("x-ms-file-extended-info")?,
        })
    }

    /// Whether `include` names this.
    fn wants(&self, word: &str) -> bool {
        listing::includes(self.query, word)
    }
}

fn write(xml: &mut Writer, node: &FileNode, details: &EntryDetails<'_>) {
    let element = if node.is_directory() {
        "Directory"
    } else {
        "File"
    };
    xml.open(element, &[]).name_leaf("Name", &node.name);
    if details.ids {
        xml.leaf("FileId", &node.id.to_string());
    }
    if node.is_directory() && !details.wants("timestamps") && !details.wants("etag") {
        xml.leaf("Properties", "");
    } else {
        xml.open("Properties", &[]);
        write_properties(xml, node, details);
        xml.close("Properties");
    }
    if details.wants("attributes") {
        xml.leaf("Attributes", &node.smb.attributes.to_string());
    }
    if details.wants("permissionkey") {
        xml.leaf("PermissionKey", &node.smb.permission_key);
    }
    xml.close(element);
}

fn write_properties(xml: &mut Writer, node: &FileNode, details: &EntryDetails<'_>) {
    if let Some(data) = node.file() {
        xml.leaf("Content-Length", &data.pages.size().to_string());
    }
    if details.wants("timestamps") {
        let smb = &node.smb;
        // The emulator does not record reads: the last access is the last write.
        for (name, time) in [
            ("CreationTime", smb.created),
            ("LastAccessTime", smb.last_write),
            ("LastWriteTime", smb.last_write),
            ("ChangeTime", smb.changed),
        ] {
            xml.leaf(name, &time.iso8601());
        }
        xml.leaf("Last-Modified", &node.last_modified.rfc1123());
    }
    if details.wants("etag") {
        xml.leaf("Etag", &node.etag.to_string());
    }
}
