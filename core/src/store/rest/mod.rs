//! What the services of a storage account have in common on the wire: XML, pages, dates, ranges, conditions, checksums and
//! the texts of their failures. No IO, and nothing that only one service has.
