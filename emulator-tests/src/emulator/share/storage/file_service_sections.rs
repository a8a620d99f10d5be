//! The service properties that the File service has.

use crate::emulator::service::service_properties::SectionFormats;

/// The sections of the File service, and the elements of each in their order.
pub const SECTIONS: SectionFormats = &[
    ("HourMetrics", &["Version", "Enabled", "IncludeAPIs"]),
    ("MinuteMetrics", &["Version", "Enabled", "IncludeAPIs"]),
    ("Cors", &[]),
];
