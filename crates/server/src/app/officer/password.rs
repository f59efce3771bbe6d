//! Passwords: Argon2id, always off the async threads, and as slow for an unknown user name as for a known one.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use super::error::ActError;

/// Shortest password accepted, in characters.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Longest password read, in bytes; more is refused before any hashing.
pub const PASSWORD_BYTES_MAX: usize = 1024;

/// Checked when there is no such user, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    hash("nobody has this password", &[0; 16]).expect("a fixed password and salt can be hashed")
});

/// The PHC string of a password.
///
/// # Errors
/// [`ActError::Broken`] when the hash function refuses, which it does only for a salt of the wrong length.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, ActError> {
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|error| ActError::Broken(format!("the password could not be hashed: {error}")))
}

/// Whether `password` is that of `phc`; `None` stands for a user who does not exist.
///
/// # Errors
/// [`ActError::Broken`] when the hashing thread is gone.
pub async fn verify(password: String, phc: Option<String>) -> Result<bool, ActError> {
    if password.len() > PASSWORD_BYTES_MAX {
        return Ok(false);
    }
    let known = phc.is_some();
    tokio::task::spawn_blocking(move || {
        let phc = phc.as_deref().unwrap_or(&NOBODY);
        let right = Argon2::default().verify_password(password.as_bytes(), phc).is_ok();
        right && known
    })
    .await
    .map_err(|error| ActError::Broken(format!("a password could not be checked: {error}")))
}

#[cfg(test)]
mod tests {
    use super::{hash, verify};

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_is_right() {
        let phc = hash("a long test password", &[7; 16]).expect("hashed");
        assert!(phc.starts_with("$argon2id$"));
        for (password, phc, expected) in [
            ("a long test password", Some(phc.clone()), true),
            ("a wrong test password", Some(phc.clone()), false),
            ("nobody has this password", None, false),
        ] {
            assert_eq!(verify(password.to_owned(), phc).await.expect("checked"), expected);
        }
    }
}
