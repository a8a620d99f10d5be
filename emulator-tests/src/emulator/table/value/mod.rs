//! The values of properties: their types, and the texts that the service writes for them.
//!
//! The Table service changes the spelling of what it stores: a `Double` gets the digits that
//! .NET writes, a `DateTime` loses the zeros at its end, a string loses escapes that are not needed.

pub mod double_text;
pub mod edm_type;
pub mod edm_value;
pub mod json_text;
pub mod table_time;

pub use edm_type::EdmType;
pub use edm_value::EdmValue;
pub use json_text::JsonText;
pub use table_time::TableTime;
