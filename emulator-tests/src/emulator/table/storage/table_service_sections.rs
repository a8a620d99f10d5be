//! The service properties that the Table service has.

use crate::emulator::service::service_properties::SectionFormats;

/// The sections of the Table service, and the elements of each in their order.
pub const SECTIONS: SectionFormats = &[
    ("Logging", &["Version", "Read", "Write", "Delete"]),
    ("HourMetrics", &["Version", "Enabled", "IncludeAPIs"]),
    ("MinuteMetrics", &["Version", "Enabled", "IncludeAPIs"]),
    ("Cors", &[]),
];
