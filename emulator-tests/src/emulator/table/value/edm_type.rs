//! The types of properties.
//! <https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model>

/// The type of a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the data model")]
pub enum EdmType {
    String,
    Int32,
    Int64,
    Double,
    Boolean,
    DateTime,
    Guid,
    Binary,
}

const NAMES: [(EdmType, &str); 8] = [
    (EdmType::String, "Edm.String"),
    (EdmType::Int32, "Edm.Int32"),
    (EdmType::Int64, "Edm.Int64"),
    (EdmType::Double, "Edm.Double"),
    (EdmType::Boolean, "Edm.Boolean"),
    (EdmType::DateTime, "Edm.DateTime"),
    (EdmType::Guid, "Edm.Guid"),
    (EdmType::Binary, "Edm.Binary"),
];

impl EdmType {
    /// The type that an annotation names, such as `Edm.Int64`.
    pub fn parse(name: &str) -> Option<Self> {
        let mut all = NAMES.iter();
        all.find(|(_, text)| *text == name).map(|(edm, _)| *edm)
    }

    /// The name in annotations.
    pub fn name(self) -> &'static str {
        let mut all = NAMES.iter();
        all.find(|(edm, _)| *edm == self)
            .map_or("", |(_, text)| *text)
    }
}
