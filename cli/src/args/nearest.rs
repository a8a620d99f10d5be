//! The known word that a mistyped word resembles.

/// The most similar word of `known`, ignoring case. At most two characters differ, and no more than
/// half of the word.
pub(super) fn nearest(
    typed: &str,
    known: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase();
    known
        .map(|word| (distance(&typed, &word.to_ascii_lowercase()), word))
        .filter(|&(distance, word)| distance <= 2 && distance * 2 < word.len())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, word)| word)
}

/// The Levenshtein distance: characters to insert, remove or replace.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (column, &wanted) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != wanted);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_finds_none() {
        let known = || ["SourceKey", "DestKey", "S", "NC"].into_iter();
        assert_eq!(nearest("sorcekey", known()), Some("SourceKey"));
        assert_eq!(nearest("DestKeys", known()), Some("DestKey"));
        assert_eq!(nearest("MOV", known()), None);
        assert_eq!(nearest("X", known()), None);
    }

    #[test]
    fn distance_counts_single_letters() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
