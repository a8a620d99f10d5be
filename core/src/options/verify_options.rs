//! How the objects of two places are compared by a verification.

/// A verification: both sides are compared, and nothing is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifyOptions {
    /// How two objects of equal length are compared.
    pub by: VerifyBy,
}

/// How two objects of equal length are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VerifyBy {
    /// By the stored MD5 where both sides have one; otherwise both are read.
    #[default]
    StoredOrRead,
    /// Not at all: only lengths are compared.
    Size,
    /// By MD5: the stored one, or that of a file of this machine, which is read.
    Md5,
    /// Both are read.
    Read,
}
