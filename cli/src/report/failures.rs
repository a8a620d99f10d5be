//! The failures on a page of a report: by cause, each with its first objects.

use std::fmt::Write as _;
use std::path::Path;

use super::html::Text;
use super::page::ReportData;
use crate::console::count;

/// A ledger, as the page leads to it.
#[derive(Clone)]
pub(super) struct LedgerLink {
    /// Its path as the user gave it.
    pub(super) path: String,
    /// The reference of the link: relative, if the ledger is beside the report.
    pub(super) reference: String,
}

impl LedgerLink {
    /// The link from the report to the ledger.
    pub(super) fn between(report: &Path, ledger: &Path) -> Self {
        let beside = ledger
            .file_name()
            .filter(|_| report.parent() == ledger.parent());
        // A name with a colon would be read as a scheme.
        let reference = beside.map_or_else(
            || {
                let whole = std::path::absolute(ledger).unwrap_or_else(|_| ledger.to_owned());
                format!("file://{}", encoded(whole.as_os_str().as_encoded_bytes()))
            },
            |name| format!("./{}", encoded(name.as_encoded_bytes())),
        );
        Self {
            path: crate::mask::shown(&ledger.to_string_lossy()),
            reference,
        }
    }
}

/// Percent-encodes all but the characters that a path in a URL may have (RFC 3986, section 3.3).
fn encoded(path: &[u8]) -> String {
    path.iter().fold(String::new(), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

impl ReportData<'_> {
    /// Writes the failures, if there are any.
    pub(super) fn write_failures(&self, out: &mut String) {
        let causes = self.history.failures.causes();
        if causes.is_empty() {
            return;
        }
        out.push_str("<h2>Failures</h2>\n");
        for cause in causes {
            let shown = cause.objects.len() as u64;
            let more = match cause.count.saturating_sub(shown) {
                0 => String::new(),
                more => format!(", {} more", count(more)),
            };
            let _ = writeln!(
                out,
                "<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{what}\"><table class=\"failures\"><caption><b>{} x {what}</b>{}</caption>\
                 <thead><tr><th scope=\"col\" class=\"name\">Object</th><th scope=\"col\" class=\"name\">Reason</th>\
                 <th scope=\"col\" class=\"name\">Request id, time</th></tr></thead><tbody>",
                count(cause.count),
                Text(more),
                what = Text(&cause.what)
            );
            for object in &cause.objects {
                let _ = writeln!(
                    out,
                    "<tr><th scope=\"row\" class=\"name\"><bdi>{}</bdi></th><td class=\"name\">{}</td><td class=\"name soft\"><code>{}</code> {}</td></tr>",
                    Text(&object.name),
                    Text(&object.why),
                    Text(object.request_id.as_deref().unwrap_or_default()),
                    Text(object.time.strftime("%H:%M:%S"))
                );
            }
            out.push_str("</tbody></table></div>\n");
        }
        self.write_where_all_are(out);
    }

    fn write_where_all_are(&self, out: &mut String) {
        let others = match self.history.failures.others() {
            0 => String::new(),
            others => format!("{} more failures have other causes. ", count(others)),
        };
        let _ = match &self.ledger {
            Some(ledger) => writeln!(
                out,
                "<p class=\"soft\">{}All objects are in the ledger <a href=\"{}\"><code>{}</code></a>.</p>",
                Text(others),
                Text(&ledger.reference),
                Text(&ledger.path)
            ),
            None => writeln!(
                out,
                "<p class=\"soft\">{}A ledger (<code>/Ledger</code>) would contain all of them.</p>",
                Text(others)
            ),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_beside_the_report_has_a_relative_link() {
        let link = |report: &str, ledger: &str| {
            LedgerLink::between(Path::new(report), Path::new(ledger)).reference
        };
        assert_eq!(link("/out/a.html", "/out/a b:c.csv"), "./a%20b%3Ac.csv");
        assert_eq!(link("/out/a.html", "/logs/x.json"), "file:///logs/x.json");
    }
}
