//! `multipart/mixed` as clients write it: lines end with CRLF or with LF, and the last one need not
//! end.

/// The boundary that a `Content-Type` names.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let mut fields = content_type.split(';').map(str::trim);
    if !fields.next()?.eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    let boundary = fields.find_map(|field| {
        let (name, value) = field.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("boundary")
            .then(|| value.trim().trim_matches('"'))
    })?;
    (!boundary.is_empty()).then_some(boundary)
}

/// The parts between the delimiters; `None` if the last delimiter is missing.
pub(super) fn split<'t>(text: &'t str, boundary: &str) -> Option<Vec<&'t str>> {
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut begins = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let behind = line.trim_end().strip_prefix(&delimiter);
        if let Some(end) = behind.filter(|behind| matches!(*behind, "" | "--")) {
            if let Some(start) = begins {
                // The line break before a delimiter belongs to it.
                let part = &text[start..at];
                let part = part.strip_suffix('\n').unwrap_or(part);
                parts.push(part.strip_suffix('\r').unwrap_or(part));
            }
            if end == "--" {
                return Some(parts);
            }
            begins = Some(at + line.len());
        }
        at += line.len();
    }
    None
}

/// The lines up to the first empty one, and what follows it.
pub(super) fn head_and_content(part: &str) -> (&str, &str) {
    let mut at = 0;
    for line in part.split_inclusive('\n') {
        if line.trim_end().is_empty() {
            return (&part[..at], &part[at + line.len()..]);
        }
        at += line.len();
    }
    (part, "")
}

/// The value of a header; empty without it.
pub(super) fn header<'h>(head: &'h str, name: &str) -> &'h str {
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let found = headers.find(|(other, _)| other.trim().eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_line_ends_and_a_missing_last_one_are_read() {
        let body = "before\n--b\nA: 1\n\nx\ny\n\n--b\n\nz\n--b--";
        let expected = vec!["A: 1\n\nx\ny\n", "\nz"];
        assert_eq!(split(body, "b"), Some(expected.clone()));
        let with_crlf = body.replace('\n', "\r\n");
        let crlf: Vec<String> = expected
            .iter()
            .map(|part| part.replace('\n', "\r\n"))
            .collect();
        assert_eq!(
            split(&with_crlf, "b"),
            Some(crlf.iter().map(String::as_str).collect())
        );
        assert_eq!(head_and_content("A: 1\r\n\r\nx"), ("A: 1\r\n", "x"));
        assert_eq!(header("A: 1\r\nContent-ID:  7 \r\n", "content-id"), "7");
        assert_eq!(split("--b--", "b"), Some(Vec::new()));
        assert_eq!(split("--b\nx\n", "b"), None);
        // The delimiter of another boundary is content.
        assert_eq!(split("--b\n--bc\n--b--", "b"), Some(vec!["--bc"]));
    }

    #[test]
    fn a_boundary_is_read_with_and_without_quotes() {
        assert_eq!(boundary("multipart/mixed; boundary=b_1"), Some("b_1"));
        assert_eq!(boundary("Multipart/Mixed;Boundary=\"b_1\""), Some("b_1"));
        assert_eq!(boundary("application/json; boundary=b_1"), None);
        assert_eq!(boundary("multipart/mixed"), None);
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(body in "(--b|--b--|\\r?\\n|[aü: -]){0,30}") {
            for part in split(&body, "b").unwrap_or_default() {
                let (head, _) = head_and_content(part);
                let _ = header(head, "a");
            }
        }
    }
}
