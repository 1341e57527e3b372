//! What makes an authorization code useless to a thief: PKCE (RFC 7636), method S256 only.
//!
//! Random bytes go in, a verifier comes out; a verifier goes in, its challenge comes out. The challenge travels through
//! the browser, the verifier never does: it is shown to the token endpoint alone, together with the code.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretString};

use crate::error::{Error, Result};

/// What the authorization request calls this method.
pub(super) const METHOD: &str = "S256";

/// 32 random bytes as 43 characters that no URL has to escape: a verifier, and a state as well.
pub(super) fn fresh() -> Result<SecretString> {
    let mut bytes = SecretBox::new(Box::new([0_u8; 32]));
    getrandom::fill(bytes.expose_secret_mut())
        .map_err(|error| Error::configuration("this machine gives no random numbers").caused_by(error))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes.expose_secret()).into())
}

/// The one-way image of a verifier.
pub(super) fn challenge(verifier: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(hmac_sha256::Hash::hash(verifier.expose_secret().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_the_one_of_rfc_7636() {
        let verifier = SecretString::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn each_secret_is_fresh_and_fits_a_url_as_it_is() {
        let secrets: Vec<_> = (0..100).map(|_| fresh().unwrap().expose_secret().to_owned()).collect();
        let distinct: std::collections::HashSet<_> = secrets.iter().collect();
        assert_eq!(distinct.len(), secrets.len());
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
        assert!(secrets.iter().all(|secret| secret.len() == 43 && secret.bytes().all(fits)));
    }
}
