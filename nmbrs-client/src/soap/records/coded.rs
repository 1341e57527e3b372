//! What a department and a function have in common: a key, a code and a description.

use super::required;
use crate::row::Fault;
use crate::soap::node::{Node, once};

#[derive(Default)]
pub(super) struct Coded {
    id: Option<i64>,
    pub(super) code: Option<String>,
    pub(super) description: Option<String>,
}

impl Coded {
    /// Reads the element if it is one of the three.
    pub(super) fn take(&mut self, name: &str, child: &mut Node<'_, '_>) -> Result<(), Fault> {
        match name {
            "Id" => once(&mut self.id, name, child.integer()?),
            // The schema says a number, clients in use say text.
            "Code" => once(&mut self.code, name, child.string()?),
            "Description" => once(&mut self.description, name, child.string()?),
            _ => Ok(()),
        }
    }

    /// The key. One that is 0 says that there is nothing.
    pub(super) fn id(&self) -> Option<i64> {
        self.id.filter(|id| *id != 0)
    }

    /// The key, where there must be one.
    pub(super) fn required_id(&self) -> Result<Option<i64>, Fault> {
        required(self.id(), "Id").map(Some)
    }
}
