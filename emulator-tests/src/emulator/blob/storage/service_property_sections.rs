//! The service properties that the Blob service has.

use crate::emulator::service::service_properties::SectionFormats;

/// The sections of the Blob service, and the elements of each in their order.
pub const SECTIONS: SectionFormats = &[
    ("Logging", &["Version", "Read", "Write", "Delete"]),
    ("HourMetrics", &["Version", "Enabled", "IncludeAPIs"]),
    ("MinuteMetrics", &["Version", "Enabled", "IncludeAPIs"]),
    ("Cors", &[]),
    (
        "DeleteRetentionPolicy",
        &["Enabled", "AllowPermanentDelete", "Days"],
    ),
    (
        "StaticWebsite",
        &[
            "Enabled",
            "IndexDocument",
            "DefaultIndexDocumentPath",
            "ErrorDocument404Path",
        ],
    ),
    ("DefaultServiceVersion", &[]),
];
