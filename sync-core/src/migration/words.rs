//! What a person says of a migration before it is planned. It becomes part of the plan, and so of its hash.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::external_id::{ExternalId, Interface};

/// A person's words about pairs that the values alone do not show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Words {
    /// Take pairs that agree in number, birthday and last name where an address is missing, if there is only one.
    pub likely: bool,
    /// End the time of SOAP although people who are held stay behind with accounts that are in use.
    pub leave_held: bool,
    /// These are the same record: the name over SOAP, and the one over REST.
    same: BTreeMap<ExternalId, ExternalId>,
}

/// A pair is not of one name over SOAP and one over REST, or one of its names was given another already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("each pair is one SOAP id and one REST id, and each id stands in one pair only")]
pub struct NotOneToOne;

impl Words {
    /// Nobody said anything.
    pub fn none() -> Self {
        Self::default()
    }

    /// With likely pairs taken.
    pub const fn taking_likely(mut self, likely: bool) -> Self {
        self.likely = likely;
        self
    }

    /// With the word that whoever is held may stay behind.
    pub const fn leaving_held(mut self, leave_held: bool) -> Self {
        self.leave_held = leave_held;
        self
    }

    /// With these pairs, each the old name and the new one.
    ///
    /// # Errors
    /// [`NotOneToOne`].
    pub fn naming(
        mut self,
        pairs: impl IntoIterator<Item = (ExternalId, ExternalId)>,
    ) -> Result<Self, NotOneToOne> {
        for (old, new) in pairs {
            let is_pair = old.interface() == Interface::Soap && new.interface() == Interface::Rest;
            if !is_pair || self.same.insert(old, new).is_some() {
                return Err(NotOneToOne);
            }
        }
        let new: BTreeSet<_> = self.same.values().collect();
        if new.len() == self.same.len() { Ok(self) } else { Err(NotOneToOne) }
    }

    /// The pairs that a person named: the old name, and the new one.
    pub const fn same(&self) -> &BTreeMap<ExternalId, ExternalId> {
        &self.same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_one_soap_id_and_one_rest_id_and_each_stands_once() {
        let soap = |number| ExternalId::soap("acme", number).unwrap();
        let rest = |name| ExternalId::rest(name).unwrap();
        assert!(Words::none().naming([(soap(1), rest("a")), (soap(2), rest("b"))]).is_ok());
        for wrong in [
            vec![(soap(1), soap(2))],
            vec![(rest("a"), soap(1))],
            vec![(soap(1), rest("a")), (soap(1), rest("b"))],
            vec![(soap(1), rest("a")), (soap(2), rest("a"))],
        ] {
            assert_eq!(Words::none().naming(wrong), Err(NotOneToOne));
        }
    }
}
