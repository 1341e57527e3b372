//! Sealing: bytes that only the holder of a key can open, and only in the place they were sealed for.
//!
//! In: a key ring, a place and bytes. Out: an envelope, or the bytes that were in one. The envelope is a version byte,
//! the key's name, a random nonce and XChaCha20-Poly1305's ciphertext; what it was sealed for (customer, credential,
//! generation, key) is authenticated with it. What can never happen: an envelope opened elsewhere than where it was
//! sealed for, a changed one opened at all, or content in an error.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretBox, SecretSlice, SecretString};
use sync_core::ports::CredentialRef;

/// The first byte of every envelope this file makes.
const VERSION: u8 = 1;

/// What these envelopes are for, so that no other use of the same key can ever be mistaken for them.
const DOMAIN: &[u8] = b"nmbrs-client credential envelope v1";

const NONCE_BYTES: usize = 24;
const LONGEST_KEY_ID: usize = 32;

/// A key of 32 bytes that seals. `Debug` shows nothing of it.
#[derive(Debug, Clone)]
pub struct SealingKey(Arc<SecretBox<[u8; 32]>>);

/// Not a sealing key, or not the name of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// Not the base64 form of 32 bytes.
    #[error("a sealing key is 32 bytes, in base64 44 characters")]
    Key,
    /// Not 1 to 32 characters of `A-Z a-z 0-9 . _ -`.
    #[error("the name of a sealing key is 1 to 32 characters of A-Z, a-z, 0-9, '.', '_' and '-'")]
    Id,
}

impl SealingKey {
    /// The key with these bytes, which must be random.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(bytes))))
    }

    /// The key with this base64 form (with padding), as `openssl rand -base64 32` makes it.
    ///
    /// # Errors
    /// [`InvalidKey::Key`].
    pub fn from_base64(text: &SecretString) -> Result<Self, InvalidKey> {
        let bytes =
            SecretSlice::from(STANDARD.decode(text.expose_secret().trim()).map_err(|_| InvalidKey::Key)?);
        let bytes: [u8; 32] = bytes.expose_secret().try_into().map_err(|_| InvalidKey::Key)?;
        Ok(Self::from_bytes(bytes))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.0.expose_secret().into())
    }
}

/// The name of a sealing key. It stands in every envelope, readable for all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Box<str>);

impl KeyId {
    /// A name of 1 to 32 characters of `A-Z a-z 0-9 . _ -`.
    ///
    /// # Errors
    /// [`InvalidKey::Id`].
    pub fn new(name: impl Into<Box<str>>) -> Result<Self, InvalidKey> {
        let name = name.into();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let fits = (1..=LONGEST_KEY_ID).contains(&name.len()) && name.bytes().all(plain);
        if fits { Ok(Self(name)) } else { Err(InvalidKey::Id) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key that seals, and older ones that still open.
#[derive(Debug, Clone)]
pub struct KeyRing {
    current: (KeyId, SealingKey),
    older: Vec<(KeyId, SealingKey)>,
}

impl KeyRing {
    /// A ring of one key.
    pub fn new(id: KeyId, key: SealingKey) -> Self {
        Self { current: (id, key), older: Vec::new() }
    }

    /// Adds a key that opens what it has sealed earlier, and seals nothing any more. A name that is there already
    /// keeps its key.
    pub fn with_older(mut self, id: KeyId, key: SealingKey) -> Self {
        self.older.push((id, key));
        self
    }

    /// The name of the key that seals.
    pub fn current(&self) -> &KeyId {
        &self.current.0
    }

    fn find(&self, name: &[u8]) -> Option<&(KeyId, SealingKey)> {
        std::iter::once(&self.current).chain(&self.older).find(|(id, _)| id.as_str().as_bytes() == name)
    }
}

/// Why an envelope was not opened. Says nothing of its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unopened {
    /// Not an envelope: it ends too early, or its key's name is not one.
    #[error("not an envelope, or one that was cut off")]
    NotAnEnvelope,
    /// Made by another version of this crate.
    #[error("the envelope is of unknown version {0}")]
    UnknownVersion(u8),
    /// Sealed with a key that is not on the ring.
    #[error("the envelope was sealed with key {0}, which is not on the ring")]
    UnknownKey(KeyId),
    /// Changed, sealed for another place, or sealed with another key of the same name.
    #[error(
        "the envelope is not authentic here: changed, moved from another place, or sealed with another key"
    )]
    NotAuthentic,
}

/// What was in an envelope.
pub(super) struct Opened {
    pub(super) content: SecretSlice<u8>,
    /// Whether the key that seals now has sealed it.
    pub(super) is_current: bool,
}

/// Where an envelope belongs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) credential: &'a CredentialRef,
    pub(super) generation: u64,
}

/// The operating system gives no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("cannot seal")]
pub(super) struct Unsealable(#[source] Option<getrandom::Error>);

/// Seals `content` for `place` with the ring's current key.
pub(super) fn seal(ring: &KeyRing, place: Place<'_>, content: &[u8]) -> Result<Vec<u8>, Unsealable> {
    let (id, key) = &ring.current;
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|error| Unsealable(Some(error)))?;
    let payload = Payload { msg: content, aad: &associated(place, id) };
    let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|_| Unsealable(None))?;
    let name = id.as_str().as_bytes();
    let length = u8::try_from(name.len()).map_err(|_| Unsealable(None))?;
    Ok([&[VERSION, length], name, &nonce, &sealed].concat())
}

/// Opens an envelope that was sealed for `place`.
pub(super) fn open(ring: &KeyRing, place: Place<'_>, envelope: &[u8]) -> Result<Opened, Unopened> {
    let (version, rest) = envelope.split_first().ok_or(Unopened::NotAnEnvelope)?;
    if *version != VERSION {
        return Err(Unopened::UnknownVersion(*version));
    }
    let (length, rest) = rest.split_first().ok_or(Unopened::NotAnEnvelope)?;
    let (name, rest) = rest.split_at_checked(usize::from(*length)).ok_or(Unopened::NotAnEnvelope)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Unopened::NotAnEnvelope)?;
    let Some((id, key)) = ring.find(name) else {
        let named = std::str::from_utf8(name).ok().and_then(|name| KeyId::new(name).ok());
        return Err(named.map_or(Unopened::NotAnEnvelope, Unopened::UnknownKey));
    };
    let payload = Payload { msg: sealed, aad: &associated(place, id) };
    let content = key.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| Unopened::NotAuthentic)?;
    Ok(Opened { content: content.into(), is_current: id == ring.current() })
}

/// What is authenticated beside the content: each part with its length, so that none can flow into the next.
fn associated(place: Place<'_>, key: &KeyId) -> Vec<u8> {
    let generation = place.generation.to_be_bytes();
    let customer = place.credential.customer.as_str().as_bytes();
    let parts = [DOMAIN, customer, place.credential.name.as_bytes(), &generation, key.as_str().as_bytes()];
    let mut joined = Vec::new();
    for part in parts {
        joined.extend_from_slice(&(part.len() as u64).to_be_bytes());
        joined.extend_from_slice(part);
    }
    joined
}
