//! Sealing bytes under a 32-byte key: XChaCha20-Poly1305 with a random nonce in front, bound to a purpose.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::KeyError;

const NONCE_BYTES: usize = 24;

/// Nonce and ciphertext of `plaintext`; it opens only with the same key and purpose.
#[must_use]
pub fn seal(key: &[u8; 32], rng: &mut dyn CryptoRng, purpose: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE_BYTES];
    rng.fill_bytes(&mut nonce);
    let cipher = XChaCha20Poly1305::new(key.into());
    let payload = Payload { msg: plaintext, aad: purpose };
    let sealed =
        cipher.encrypt(&XNonce::from(nonce), payload).expect("this cipher refuses only texts beyond 256 GiB");
    [nonce.as_slice(), &sealed].concat()
}

/// The bytes sealed by [`seal`]. `what` names them in the error.
///
/// # Errors
/// [`KeyError::Sealed`] when key or purpose differ, or a byte was changed.
pub fn open(
    key: &[u8; 32],
    purpose: &[u8],
    sealed: &[u8],
    what: &str,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let refused = || KeyError::Sealed { what: what.to_owned() };
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(refused)?;
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: rest, aad: purpose })
        .map(Zeroizing::new)
        .map_err(|_| refused())
}
