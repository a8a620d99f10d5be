//! The time in front of a line, as AzCopy writes it: local, to the second.

/// `2018/08/16 15:19:39`, without the brackets.
pub(crate) fn now() -> String {
    jiff::Zoned::now().strftime("%Y/%m/%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_stamp_has_azcopys_form() {
        let stamp = super::now();
        let form: String = stamp
            .chars()
            .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
            .collect();
        assert_eq!(form, "0000/00/00 00:00:00");
    }
}
