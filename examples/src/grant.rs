//! Where this customer's grant lives, as the configuration says, and what becomes of it between runs.
//!
//! In: the customer and `[nmbrs.tokens]`. Out: a store that the client can use, with the path to name in messages.
//! Never: a grant of another customer, or a folder that everybody can look into.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use nmbrs_client::auth::{
    Grant, KeptAlive, KeyRing, MemoryTokenStore, Resealed, StoreError, TokenSet, TokenStore, VaultTokenStore,
};
use sync_core::CustomerId;
use sync_core::ports::{Clock, CredentialRef, CredentialVault};

use crate::clock::MachineClock;
use crate::config::{Config, Sealed, Tokens};
use crate::connect;
use crate::exit::WrongUsage;

/// The name of the credential in a vault.
const CREDENTIAL: &str = "nmbrs";

/// How long a token that somebody handed over counts as good; the server's own word, a 401, comes first.
const HANDED_OVER: Duration = Duration::from_secs(3600);

/// One customer's place for a grant.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum GrantPlace {
    /// In memory: a token that somebody handed over.
    Memory(Arc<MemoryTokenStore>),
    /// In a file, in plain text.
    File(Arc<dyn TokenStore>, PathBuf),
    /// Sealed, in a folder.
    Sealed(Arc<VaultTokenStore>, PathBuf),
}

impl GrantPlace {
    /// The place that the configuration names. Nothing is read yet.
    ///
    /// # Errors
    /// When this machine has no such place.
    pub fn new(customer: &CustomerId, tokens: &Tokens) -> anyhow::Result<Self> {
        Ok(match tokens {
            Tokens::HandedOver(token) => {
                let tokens = TokenSet::new(token.clone(), MachineClock.now() + HANDED_OVER);
                Self::Memory(Arc::new(MemoryTokenStore::new(tokens)))
            }
            Tokens::File(path) => Self::File(token_file(path)?, path.clone()),
            Tokens::Sealed(Sealed { folder, with, older }) => {
                let ring = KeyRing::new(with.id.clone(), with.key.clone());
                let ring =
                    older.iter().fold(ring, |ring, key| ring.with_older(key.id.clone(), key.key.clone()));
                let credential = CredentialRef::new(customer.clone(), CREDENTIAL);
                let store = VaultTokenStore::new(vault(folder)?, credential, ring);
                Self::Sealed(Arc::new(store), folder.clone())
            }
        })
    }

    /// What the client reads and writes.
    pub fn store(&self) -> Arc<dyn TokenStore> {
        match self {
            Self::Memory(store) => Arc::<MemoryTokenStore>::clone(store),
            Self::File(store, _) => Arc::clone(store),
            Self::Sealed(store, _) => Arc::<VaultTokenStore>::clone(store),
        }
    }

    /// Who could read it, if they got at it.
    pub const fn protection(&self) -> &'static str {
        match self {
            Self::Memory(_) => "gone with this process",
            Self::File(..) => "in plain text, readable by its owner only",
            Self::Sealed(..) => "of no use without its key",
        }
    }

    /// Makes the folder of the grant if there is none yet, for its owner only.
    ///
    /// # Errors
    /// What the file system says, with the path.
    pub fn make_room(&self) -> anyhow::Result<()> {
        let folder = match self {
            Self::Memory(_) => return Ok(()),
            Self::File(_, path) => path.parent().filter(|folder| !folder.as_os_str().is_empty()),
            Self::Sealed(_, folder) => Some(folder.as_path()),
        };
        folder.map_or(Ok(()), |folder| make_private(folder).with_context(|| folder.display().to_string()))
    }

    /// The grant as it stands; `None` if there is none. A folder that does not exist holds none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn load(&self) -> Result<Option<Grant>, StoreError> {
        if let Self::Sealed(_, folder) = self
            && !folder.exists()
        {
            return Ok(None);
        }
        Ok(self.store().load().await?.map(|stored| stored.grant))
    }
}

impl fmt::Display for GrantPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory(_) => f.write_str("in memory, handed over for an hour"),
            Self::File(_, path) => write!(f, "in {}", path.display()),
            Self::Sealed(_, folder) => write!(f, "sealed in {}", folder.display()),
        }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
fn token_file(path: &Path) -> anyhow::Result<Arc<dyn TokenStore>> {
    Ok(Arc::new(nmbrs_client::auth::FileTokenStore::new(path)))
}

#[cfg(not(unix))]
fn token_file(_: &Path) -> anyhow::Result<Arc<dyn TokenStore>> {
    bail!(WrongUsage("nmbrs.tokens: grants in files need Unix"))
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is none")]
fn vault(folder: &Path) -> anyhow::Result<Arc<dyn CredentialVault>> {
    Ok(Arc::new(nmbrs_client::auth::FileVault::new(folder)))
}

#[cfg(not(unix))]
fn vault(_: &Path) -> anyhow::Result<Arc<dyn CredentialVault>> {
    bail!(WrongUsage("nmbrs.tokens: grants in files need Unix"))
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// `sync sign-out`: revokes the grant at Nmbrs, then removes it here. Says what was done.
///
/// # Errors
/// When the server or the store fails; then the grant is still there, and calling again is safe.
pub async fn sign_out(config: &Config) -> anyhow::Result<String> {
    let place = lasting(config)?;
    if place.load().await?.is_none() {
        return Ok(format!("There is no grant {place}."));
    }
    connect::authorizer(config.nmbrs.rest()?, &place)?.revoke().await?;
    Ok("Signed out: the grant is revoked at Nmbrs and removed here.".to_owned())
}

/// `sync keep-alive`: renews a grant before it ends unused. Says what was done.
///
/// # Errors
/// When the consent is lost, when the server or the store fails.
pub async fn keep_alive(config: &Config) -> anyhow::Result<String> {
    let place = lasting(config)?;
    let kept = connect::authorizer(config.nmbrs.rest()?, &place)?.keep_alive().await?;
    Ok(match kept {
        KeptAlive::NotDue { due } => {
            format!("Nothing to do: the grant is due {}.", due.format("%Y-%m-%d %H:%M UTC"))
        }
        _ => "The grant is renewed.".to_owned(),
    })
}

/// `sync rotate-key`: seals the grant with the current key. Says what was done.
///
/// # Errors
/// When the grant cannot be opened with any of the keys, or not be written.
pub async fn rotate_key(config: &Config) -> anyhow::Result<String> {
    let tokens = &config.nmbrs.rest()?.tokens;
    let place = GrantPlace::new(&config.customer, tokens)?;
    let (GrantPlace::Sealed(store, _), Tokens::Sealed(sealed)) = (&place, tokens) else {
        bail!(WrongUsage("nmbrs.tokens: only a grant in a folder is sealed with a key"));
    };
    if place.load().await?.is_none() {
        return Ok(format!("There is no grant {place}."));
    }
    let key = &sealed.with.id;
    Ok(match store.reseal().await? {
        Resealed::Turned => {
            format!("The grant is sealed with {key} now; the keys in `older` can be thrown away.")
        }
        Resealed::AlreadyCurrent => format!("The grant was sealed with {key} already."),
        _ => format!("There is no grant {place}."),
    })
}

fn lasting(config: &Config) -> anyhow::Result<GrantPlace> {
    let place = GrantPlace::new(&config.customer, &config.nmbrs.rest()?.tokens)?;
    if matches!(place, GrantPlace::Memory(_)) {
        bail!(WrongUsage(
            "nmbrs.access_token: a token that was handed over is no grant; write nmbrs.tokens and sign in"
        ));
    }
    Ok(place)
}
