//! `[nmbrs.tokens]`: where the grant lives.
//!
//! Out: one of three places, never two. A refresh token works once, so it is never configured: `sync sign-in` gets it
//! from the server and puts it where the next one will stand too.

use std::path::PathBuf;

use nmbrs_client::auth::{KeyId, SealingKey};
use secrecy::SecretString;

use super::document::Section;

/// Where access tokens come from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Tokens {
    /// Somebody handed over an access token; it lasts an hour and stays in memory.
    HandedOver(SecretString),
    /// The grant of `sync sign-in`, in plain text, readable by its owner only.
    File(PathBuf),
    /// The grant of `sync sign-in`, sealed.
    Sealed(Sealed),
}

/// A folder of sealed grants, and the keys.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sealed {
    /// Where they lie.
    pub folder: PathBuf,
    /// Seals from now on.
    pub with: NamedKey,
    /// Still open what they once sealed.
    pub older: Vec<NamedKey>,
}

/// A key with the name that stands in the envelope.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NamedKey {
    /// The name.
    pub id: KeyId,
    /// The key.
    pub key: SealingKey,
}

/// Reads `access_token` and the section; `None` if there is not exactly one place, which has then been told.
pub(super) fn tokens(nmbrs: &mut Section<'_>) -> Option<Tokens> {
    let is_handed_over = nmbrs.has("access_token");
    let handed_over = nmbrs.optional_secret("access_token");
    let mut section = nmbrs.section("tokens");
    let (in_file, in_folder) = (section.has("file"), section.has("folder"));
    let file = section.optional_path("file");
    let folder = section.optional_path("folder");
    let is_sealed = section.has("sealed_with");
    let with = if is_sealed { named_key(section.section("sealed_with")) } else { None };
    let older: Option<Vec<_>> = section.sections("older").into_iter().map(named_key).collect();
    match (in_folder, is_sealed) {
        (true, false) => section.problem(
            "sealed_with",
            "is missing; write sealed_with = { id = \"2026-11\", key = { env = \"NAME\" } }",
        ),
        (false, true) => section.problem("sealed_with", "is only for tokens in a folder"),
        _ => {}
    }
    section.close();
    if [is_handed_over, in_file, in_folder].into_iter().filter(|is_chosen| *is_chosen).count() != 1 {
        nmbrs.problem(
            "tokens",
            "say exactly one of: tokens.file (plain text, its owner's only), tokens.folder (sealed), or access_token \
             (handed over, for an hour)",
        );
        return None;
    }
    let sealed = || Some(Tokens::Sealed(Sealed { folder: folder?, with: with?, older: older? }));
    handed_over.map(Tokens::HandedOver).or(file.map(Tokens::File)).or_else(sealed)
}

fn named_key(mut section: Section<'_>) -> Option<NamedKey> {
    let id = section.text("id");
    let id = id.and_then(|id| section.checked("id", KeyId::new(id).map_err(|error| error.to_string())));
    let key = section.required_secret("key");
    let key = key.and_then(|key| {
        section.checked("key", SealingKey::from_base64(&key).map_err(|error| error.to_string()))
    });
    section.close();
    Some(NamedKey { id: id?, key: key? })
}
