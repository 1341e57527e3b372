//! What a person can do about an error.
//!
//! In: an error of a client, however deep it lies, and the run that met it. Out: one sentence with the command or the
//! key to look at. Never: a value; the sentence is made of the customer's name, paths, scopes and keys of the
//! configuration.

use std::error::Error as StdError;
use std::path::Path;

use nmbrs_client::auth::StoreError;
use nmbrs_client::soap::{Operation, TypesUnclear};
use nmbrs_client::{ErrorKind, Scope};
use sync_core::CustomerId;

use crate::config::{Config, Tokens};
use crate::scopes;

/// Knows which run it advises about.
#[derive(Debug, Clone, Copy)]
pub struct Advisor<'a> {
    customer: &'a CustomerId,
    tokens: Option<&'a Tokens>,
    file: &'a Path,
}

impl<'a> Advisor<'a> {
    /// About a run with this configuration, which stands in this file.
    pub fn new(config: &'a Config, file: &'a Path) -> Self {
        Self { customer: &config.customer, tokens: config.nmbrs.rest().ok().map(|rest| &rest.tokens), file }
    }

    /// What to do, or where to look.
    pub fn about(&self, error: &(dyn StdError + 'static)) -> String {
        self.known(error).unwrap_or_else(|| "see the error; --log debug tells every exchange".to_owned())
    }

    /// What to do, if the error is one of those that a person can mend.
    pub fn known(&self, error: &(dyn StdError + 'static)) -> Option<String> {
        let mut next = Some(error);
        while let Some(error) = next {
            let advice = if let Some(error) = error.downcast_ref::<nmbrs_client::Error>() {
                let asked = |operation: &&Operation| operation.qualified_name() == error.operation();
                match Operation::ALL.iter().find(asked) {
                    Some(operation) => of_nmbrs_soap(error, *operation),
                    None => self.of_nmbrs(error),
                }
            } else if error.is::<TypesUnclear>() {
                Some(
                    "say which numbers the types have: nmbrs.soap.employee_types = { payroll = …, former_payroll = … }; \
                     sync check lists the numbers and texts of Nmbrs"
                        .to_owned(),
                )
            } else if let Some(error) = error.downcast_ref::<yourcampus_client::Error>() {
                of_yourcampus(error)
            } else if error.is::<StoreError>() {
                Some(self.about_the_store())
            } else {
                None
            };
            if advice.is_some() {
                return advice;
            }
            next = error.source();
        }
        None
    }

    /// How to get the first grant.
    pub fn first_sign_in(&self) -> String {
        format!("sign in: sync sign-in --config {}", self.file.display())
    }

    /// How to get another grant after the consent was lost.
    pub fn sign_in_again(&self) -> String {
        match self.tokens {
            // Without a refresh token nobody can tell a token that has ended from a key that is wrong.
            Some(Tokens::HandedOver(_)) => {
                "hand over a new access token (nmbrs.access_token); if it is new, look at nmbrs.subscription_key".to_owned()
            }
            _ => format!(
                "the connection of customer {} to Nmbrs needs a new consent: sync sign-in --config {} --replace",
                self.customer,
                self.file.display()
            ),
        }
    }

    /// How to get a wider grant.
    pub fn consent_anew(&self) -> String {
        format!(
            "see that the application may ask for them, then consent anew: sync sign-in --config {} --replace",
            self.file.display()
        )
    }

    fn of_nmbrs(&self, error: &nmbrs_client::Error) -> Option<String> {
        if let Some(scopes) = error.missing_scope() {
            return Some(self.about_scopes(scopes));
        }
        Some(match error.kind() {
            ErrorKind::ConsentLost => self.sign_in_again(),
            ErrorKind::TokenStore => self.about_the_store(),
            ErrorKind::ForeignCallback => "use the address of this very sign-in; nothing was sent".to_owned(),
            ErrorKind::ConsentDenied => "the user said no; sign in once more when they agree".to_owned(),
            ErrorKind::CodeRefused => "the code is spent or too old: sign in once more".to_owned(),
            ErrorKind::Configuration => {
                "look at nmbrs.client_id, client_secret, redirect_uri and the addresses; a stored grant is not lost".to_owned()
            }
            ErrorKind::Unauthorized => {
                "look at nmbrs.subscription_key; if it is right, consent anew with sync sign-in --replace".to_owned()
            }
            ErrorKind::Tls => {
                "look at the address, at the clock of this machine, and at whoever stands between (a proxy?)".to_owned()
            }
            ErrorKind::Forbidden => {
                "the login may not see this: look at its rights and filters (user template) in Nmbrs".to_owned()
            }
            ErrorKind::Connect => "look at the addresses below [nmbrs], at nmbrs.proxy and at the network".to_owned(),
            ErrorKind::QuotaExceeded => "the volume of the subscription is used up; ask Nmbrs for more".to_owned(),
            _ => return None,
        })
    }

    fn about_scopes(&self, scopes: &[Scope]) -> String {
        // Any one of them would do; the first one only reads.
        let least = scopes.get(..1).unwrap_or_default();
        format!("the consent lacks {}: {}", scopes::listed(least), self.consent_anew())
    }

    /// Where to look when the grant cannot be read or written.
    pub fn about_the_store(&self) -> String {
        match self.tokens {
            None | Some(Tokens::HandedOver(_)) => "see the error".to_owned(),
            Some(Tokens::File(path)) => {
                format!("look at {}: its owner, its mode (600), and who holds its lock", path.display())
            }
            Some(Tokens::Sealed(sealed)) => format!(
                "look at {}: its owner, its modes (700, 600), who holds a lock there, and the keys of nmbrs.tokens",
                sealed.folder.display()
            ),
        }
    }
}

/// The numbers are the vendor's.
fn of_nmbrs_soap(error: &nmbrs_client::Error, operation: Operation) -> Option<String> {
    Some(match (error.code(), error.kind()) {
        (Some(1001), _) | (_, ErrorKind::Unauthorized) => {
            "look at nmbrs.soap.username, token and domain; a token for the vendor's sandbox works a day after it was \
             made. It is not tried again by itself, because a login may get locked"
                .to_owned()
        }
        (Some(1002), _) => format!("switch on {operation} for this login: API user template in Nmbrs"),
        (Some(1003 | 2003 | 2004 | 2009), _) => {
            "the login may not see this, or it is gone: look at its rights and tag filters in Nmbrs".to_owned()
        }
        (Some(1004), _) => "the environment is switched off, or has no subscription; ask Nmbrs".to_owned(),
        (_, ErrorKind::Configuration) => {
            "look at nmbrs.soap.url, username and token; and say nmbrs.soap.domain if the environment names none".to_owned()
        }
        (_, ErrorKind::Connect | ErrorKind::Tls) => {
            "look at nmbrs.soap.url, at nmbrs.proxy, at the clock of this machine and at the network".to_owned()
        }
        (_, ErrorKind::Timeout | ErrorKind::Deadline) => {
            "a large company takes its time: raise nmbrs.soap.limits.company_timeout_s and deadline_s".to_owned()
        }
        _ => return None,
    })
}

fn of_yourcampus(error: &yourcampus_client::Error) -> Option<String> {
    use yourcampus_client::ErrorKind;
    Some(match error.kind() {
        _ if error.is_credentials() => "look at yourcampus.access_key and secret_key".to_owned(),
        ErrorKind::Connect => {
            "look at yourcampus.base_url, at yourcampus.proxy and at the network".to_owned()
        }
        ErrorKind::Tls => {
            "look at yourcampus.base_url, at the clock of this machine, and at whoever stands between"
                .to_owned()
        }
        _ => return None,
    })
}

/// An error with all that lies beneath, without saying the same twice.
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut beneath = error.source();
    while let Some(error) = beneath {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        beneath = error.source();
    }
    text
}
