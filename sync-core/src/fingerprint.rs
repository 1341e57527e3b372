//! Showing that a value is the same without showing the value.
//!
//! In: a key that belongs to one customer, and a personal value with its person and field. Out: 128 bits in hex.
//! Never: an unkeyed hash of a personal value (the hash of a birthday is a birthday), or equal fingerprints of equal
//! values of two people.
//!
//! Everything here is SHA-256, by `bitcoin_hashes`: of the kept crates that use the processor's own instructions for
//! it, it is the one that brings few others. A plan of a million people is 330 MB to hash; portable code needs two
//! seconds for that, this 0.2.

use std::fmt;

use bitcoin_hashes::hmac::HmacEngine;
use bitcoin_hashes::{Hash, HashEngine, sha256};
use secrecy::{ExposeSecret, SecretBox};

const SHORTEST_KEY: usize = 16;

/// The secret under which one customer's personal values are fingerprinted.
pub struct FingerprintKey(SecretBox<[u8]>);

/// The key is too short to protect anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint key has at least 16 bytes")]
pub struct KeyTooShort;

impl FingerprintKey {
    /// Takes the key's bytes.
    ///
    /// # Errors
    /// [`KeyTooShort`] below 16 bytes.
    pub fn new(key: impl Into<Box<[u8]>>) -> Result<Self, KeyTooShort> {
        let key = key.into();
        if key.len() < SHORTEST_KEY { Err(KeyTooShort) } else { Ok(Self(SecretBox::new(key))) }
    }

    /// The fingerprint of several parts. Their borders count: `ab, c` is not `a, bc`.
    pub(crate) fn of(&self, domain: &str, parts: &[&[u8]]) -> String {
        let mut mac = self.begin(domain);
        for part in parts {
            mac.feed(&(part.len() as u64).to_be_bytes());
            mac.feed(part);
        }
        mac.end()
    }

    /// Begins a fingerprint that is fed piece by piece. The pieces' borders do not count by themselves.
    pub(crate) fn begin(&self, domain: &str) -> Fingerprinting {
        let mut engine = HmacEngine::new(self.0.expose_secret());
        engine.input(domain.as_bytes());
        engine.input(&[0]);
        Fingerprinting(engine)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey([secret])")
    }
}

/// A fingerprint that is being made.
pub(crate) struct Fingerprinting(HmacEngine<sha256::HashEngine>);

impl Fingerprinting {
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.0.input(bytes);
    }

    /// 32 hex digits.
    pub(crate) fn end(self) -> String {
        hex(self.0.finalize().to_byte_array().get(..16).unwrap_or_default())
    }
}

/// SHA-256 over bytes that hold nothing personal, separated by what they are.
pub(crate) fn digest(domain: &str, bytes: &[u8]) -> String {
    let mut digesting = Digesting::begin(domain);
    digesting.feed(bytes);
    digesting.end()
}

/// The same, fed piece by piece.
pub(crate) struct Digesting(sha256::HashEngine);

impl Digesting {
    pub(crate) fn begin(domain: &str) -> Self {
        let mut engine = sha256::HashEngine::new();
        engine.input(domain.as_bytes());
        engine.input(&[0]);
        Self(engine)
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.0.input(bytes);
    }

    /// 64 hex digits.
    pub(crate) fn end(self) -> String {
        hex(&self.0.finalize().to_byte_array())
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).map_or('0', |digit| char::from(*digit));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_vectors_of_fips_180_and_rfc_4231() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&sha256::hash(b"abc").to_byte_array()), abc);
        let jefe = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let mut mac = HmacEngine::<sha256::HashEngine>::new(b"Jefe");
        mac.input(b"what do ya want for nothing?");
        assert_eq!(hex(&mac.finalize().to_byte_array()), jefe);
        assert_eq!(digest("a", b"bc"), hex(&sha256::hash(b"a\0bc").to_byte_array()));
    }

    #[test]
    fn borders_domains_and_keys_count() {
        let key = FingerprintKey::new(*b"0123456789abcdef").unwrap();
        let other = FingerprintKey::new(*b"0123456789abcdeg").unwrap();
        assert_ne!(key.of("x", &[b"ab", b"c"]), key.of("x", &[b"a", b"bc"]));
        assert_ne!(key.of("x", &[b"a"]), key.of("y", &[b"a"]));
        assert_ne!(key.of("x", &[b"a"]), other.of("x", &[b"a"]));
        assert_eq!(key.of("x", &[b"a"]).len(), 32);
    }

    #[test]
    fn a_short_key_is_refused_and_none_is_printed() {
        assert_eq!(FingerprintKey::new(*b"short").unwrap_err(), KeyTooShort);
        let key = FingerprintKey::new(*b"0123456789abcdef").unwrap();
        assert_eq!(format!("{key:?}"), "FingerprintKey([secret])");
    }
}
