//! A shared access signature in the query. The token is sent unchanged, because any change would
//! break its signature.

use super::Secret;

/// Adds the token to a request target that may have a query already.
pub(crate) fn append(target: &mut String, token: &Secret<String>) {
    target.push(if target.contains('?') { '&' } else { '?' });
    target.push_str(token.expose());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_added_unchanged_with_or_without_a_query() {
        let token = Secret::new("sv=2021-12-02&sig=a%2Fb%3D".to_owned());
        let mut bare = "/c/b".to_owned();
        append(&mut bare, &token);
        assert_eq!(bare, "/c/b?sv=2021-12-02&sig=a%2Fb%3D");
        let mut asked = "/c?restype=container".to_owned();
        append(&mut asked, &token);
        assert_eq!(asked, "/c?restype=container&sv=2021-12-02&sig=a%2Fb%3D");
    }
}
