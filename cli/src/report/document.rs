//! The frame of every page: its head with the style, and its footer.
//!
//! The page has no script and loads nothing, and its policy lets it neither.

use std::fmt::{Display, Write as _};

use super::html::Text;

pub(super) const STYLE: &str = include_str!("style.css");

/// A page up to its body. `version` is that of azring, `title` what the page is about.
pub(super) fn begin(version: &str, title: impl Display) -> String {
    let mut out = String::with_capacity(128 * 1024);
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"generator\" content=\"azring {}\">\n<title>azring: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        Text(version),
        Text(title)
    );
    out
}

/// Ends the body and the page.
pub(super) fn end(out: &mut String, version: &str) {
    let _ = write!(
        out,
        "<footer>Written by azring {}. This file loads nothing from elsewhere.</footer>\n</body>\n</html>\n",
        Text(version)
    );
}
