//! A vault in memory, whose content a test can tamper with.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use sync_core::ports::{CredentialRef, CredentialVault, PortError, SealedCredential, Swapped};

#[derive(Debug, Default)]
pub(crate) struct MemoryVault(Mutex<BTreeMap<CredentialRef, SealedCredential>>);

impl MemoryVault {
    pub(crate) fn row(&self, credential: &CredentialRef) -> SealedCredential {
        self.0.lock().unwrap()[credential].clone()
    }

    pub(crate) fn put(&self, credential: &CredentialRef, row: SealedCredential) {
        self.0.lock().unwrap().insert(credential.clone(), row);
    }
}

#[async_trait]
impl CredentialVault for MemoryVault {
    async fn load(&self, credential: &CredentialRef) -> Result<Option<SealedCredential>, PortError> {
        Ok(self.0.lock().unwrap().get(credential).cloned())
    }

    async fn replace(
        &self,
        credential: &CredentialRef,
        expected: Option<u64>,
        sealed: &[u8],
    ) -> Result<Swapped, PortError> {
        let mut rows = self.0.lock().unwrap();
        if rows.get(credential).map(|row| row.generation) != expected {
            return Ok(Swapped::Moved);
        }
        let next = expected.unwrap_or(0) + 1;
        rows.insert(credential.clone(), SealedCredential::new(sealed.to_vec(), next));
        Ok(Swapped::Done(next))
    }

    async fn remove(&self, credential: &CredentialRef, expected: u64) -> Result<Swapped, PortError> {
        let mut rows = self.0.lock().unwrap();
        if rows.get(credential).map(|row| row.generation) != Some(expected) {
            return Ok(Swapped::Moved);
        }
        rows.remove(credential);
        Ok(Swapped::Done(expected))
    }
}
