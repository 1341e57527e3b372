//! The SOAP services: read operations, each as strict as the vendor's documents say.
//!
//! In: a request and the world. Out: one answer with everything in it, for there are no pages, or a fault. The checks
//! run in the order in which the platform and the service stand: path, media type, envelope, operation, credentials,
//! template, parameters.
//!
//! | file | holds |
//! |---|---|
//! | `operation` | what can be asked |
//! | `request` | what is asked, and by whom |
//! | `refusal` | the faults |
//! | `answering`, `debtors`, `companies`, `employees`, `history`, `per_employee` | the answers, element by element |
//! | `xml` | the answers as text |
//!
//! Where the documents say nothing, or two things, it is this way: an unknown debtor or company is refused with the
//! number of its kind in one world and with 1003 in another; an unknown or missing `EmployeeType` is nobody's type; a
//! record whose type is not listed is in no list by type, but in those of the whole company; every extra field of a
//! company is listed for each of its people, now and then without those they have not filled; a raise that is still to
//! come is not told; a company without anybody has no current period.

mod answering;
mod companies;
mod debtors;
mod employees;
mod history;
mod operation;
mod per_employee;
mod refusal;
mod request;
mod xml;

use std::collections::BTreeSet;
use std::fmt;

use fastrand::Rng;

use self::answering::{Answering, Subject};
use self::operation::{About, Operation};
use self::refusal::Refusal;
use self::request::{Call, Unread};
use self::xml::{Content, Element, Style, Version};
use super::exchange::{Answer, Request};
use super::fault::Effect;
use super::variation::Variation;
use super::world::{Login, World};

/// Whether there is an operation of this name, such as `CompanyService.List_GetAll`.
pub(super) fn is_operation(qualified_name: &str) -> bool {
    Operation::named(qualified_name).is_some()
}

/// What a SOAP client needs to get in. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SoapCredentials {
    /// The e-mail address of the login.
    pub username: String,
    /// The API token of the login.
    pub token: String,
    /// The sub-domain of the environment, which `Environment_Get` tells as well.
    pub domain: String,
}

impl fmt::Debug for SoapCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoapCredentials").finish_non_exhaustive()
    }
}

/// What the services remember.
pub(super) struct Soap {
    credentials: SoapCredentials,
    /// Operations that the template of the login leaves out.
    off: BTreeSet<String>,
}

/// A request to a path of SOAP, read or not.
pub(super) struct Asked(Result<Call, Unread>);

impl Asked {
    /// `None` when the path is not one of SOAP.
    pub(super) fn of(request: &Request) -> Option<Self> {
        request.path.starts_with("/soap/").then(|| Self(request::read(request)))
    }

    /// Service and operation, when it names one that there is.
    pub(super) fn operation(&self) -> Option<String> {
        self.0.as_ref().ok().map(|call| call.operation.qualified_name())
    }

    /// The number of whom it is about.
    pub(super) fn about(&self) -> Option<i32> {
        let call = self.0.as_ref().ok()?;
        (!matches!(call.operation.about, About::Login | About::Debtors)).then_some(call.about)
    }

    /// The type it asks for.
    pub(super) fn employee_type(&self) -> Option<i32> {
        let call = self.0.as_ref().ok()?;
        call.operation.typed.then_some(call.employee_type)
    }

    /// A fault with this number, in the version of SOAP that was asked in.
    pub(super) fn fault(&self, number: u32, vary: Variation) -> Answer {
        refusal::numbered(number, self.version(), vary)
    }

    fn version(&self) -> Version {
        match &self.0 {
            Ok(call) => call.version,
            Err(unread) => unread.version,
        }
    }
}

impl Soap {
    /// One login, with characters in its name and token that a careless client forgets to escape.
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0x50a9);
        let credentials = SoapCredentials {
            username: "koppeling&loon@voorbeeld.example.nl".to_owned(),
            token: format!("{:032x}<&>", rng.u128(..)),
            domain: "voorbeeldpayroll".to_owned(),
        };
        Self { credentials, off: BTreeSet::new() }
    }

    pub(super) fn credentials(&self) -> &SoapCredentials {
        &self.credentials
    }

    /// Whether a text is the token.
    pub(super) fn is_secret(&self, text: &str) -> bool {
        text == self.credentials.token
    }

    /// Switches an operation off or on in the template of the login; `false` if there is no such operation.
    pub(super) fn switch(&mut self, qualified_name: &str, on: bool) -> bool {
        if !is_operation(qualified_name) {
            return false;
        }
        if on {
            self.off.remove(qualified_name);
        } else {
            self.off.insert(qualified_name.to_owned());
        }
        true
    }

    /// Answers one request.
    pub(super) fn answer(&self, world: &World, asked: &Asked, effect: Option<&Effect>) -> Answer {
        let vary = Variation::new(world.seed, world.legal_variation);
        let read = asked.0.as_ref().map_err(|unread| unread.refusal.clone());
        read.and_then(|call| self.carry_out(world, vary, call, effect))
            .unwrap_or_else(|refusal| refusal.answer(asked.version(), vary))
    }

    fn carry_out(
        &self,
        world: &World,
        vary: Variation,
        call: &Call,
        effect: Option<&Effect>,
    ) -> Result<Answer, Refusal> {
        self.check_login(call)?;
        let operation = call.operation;
        if self.off.contains(&operation.qualified_name()) {
            return Err(Refusal::Number(1002));
        }
        let asked = Answering {
            world,
            vary,
            about: subject(world, vary, call)?,
            employee_type: call.employee_type,
            domain: &self.credentials.domain,
            operation: operation.name,
        };
        let mut content = (operation.answer)(&asked);
        if let (Some(effect), Some(Content::Children(rows))) = (effect, &mut content) {
            spoil(effect, rows);
        }
        let question = format!("{} {}", operation.qualified_name(), call.about);
        let style = Style::of(call.version, vary, &question);
        let body = style.answer(operation.service.namespace(), &response(operation, content));
        Ok(Answer::text(200, call.version.content_type(), &body))
    }

    fn check_login(&self, call: &Call) -> Result<(), Refusal> {
        let SoapCredentials { username, token, domain } = &self.credentials;
        let header = call.header.as_ref().ok_or(Refusal::Number(1001))?;
        let at_home = !call.operation.with_domain || header.domain.as_ref() == Some(domain);
        if header.username == *username && header.token == *token && at_home {
            Ok(())
        } else {
            Err(Refusal::Number(1001))
        }
    }
}

/// Whom a call is about. Who does not exist is refused as one that the login may not see: by the number of its kind, or
/// by the one for any data.
fn subject<'w>(world: &'w World, vary: Variation, call: &Call) -> Result<Subject<'w>, Refusal> {
    let refused = |number| {
        let any_data = vary.one_in(2, call.operation.name, "no rights");
        Refusal::Number(if any_data { 1003 } else { number })
    };
    match call.operation.about {
        About::Debtors if world.login == Login::CompanyOnly => Err(Refusal::Number(1003)),
        About::Login | About::Debtors => Ok(Subject::Login),
        About::Debtor(_) => {
            let debtor = world.debtor_by_soap_number(call.about);
            let debtor = debtor.filter(|_| world.login != Login::CompanyOnly);
            debtor.map(Subject::Debtor).ok_or_else(|| refused(2009))
        }
        About::Company(_) => {
            let company = world.company_by_soap_number(call.about);
            company.map(Subject::Company).ok_or_else(|| refused(2004))
        }
        About::Employee(_) => {
            let employee = world.employee_by_soap_number(call.about);
            let (company, employee) = employee.ok_or(Refusal::Number(2003))?;
            Ok(Subject::Employee(company, employee))
        }
    }
}

/// The elements around an answer.
fn response(operation: &Operation, content: Option<Content>) -> Element {
    let name = operation.name;
    let inside = match content {
        Some(content) if operation.wrapped => {
            Content::Children(vec![Element::new(format!("{name}Result"), content)])
        }
        Some(content) => content,
        None => Content::Children(Vec::new()),
    };
    Element::new(format!("{name}Response"), inside)
}

/// The names under which a row says who or what it is.
const ROW_IDS: [&str; 3] = ["EmployeeId", "ID", "Id"];

/// A value of each kind of row that a reader cannot do without.
const UNREADABLE: [&str; 7] = ["Birthday", "StartDate", "Start", "Value", "Number", "Code", "Description"];

/// Damages the first row that has what the effect is about.
fn spoil(effect: &Effect, rows: &mut [Element]) {
    match effect {
        Effect::DropRowId => {
            if let Some(Element { content: Content::Children(row), .. }) = rows.first_mut() {
                row.retain(|child| !ROW_IDS.contains(&&*child.name));
            }
        }
        Effect::UnreadableRow => {
            rows.iter_mut().any(make_unreadable);
        }
        _ => {}
    }
}

/// Puts an element where a value belongs; `false` if there is no such value in here.
fn make_unreadable(row: &mut Element) -> bool {
    match &mut row.content {
        Content::Text(_) | Content::Nil if UNREADABLE.contains(&&*row.name) => {
            row.content = Content::Children(vec![Element::text("Unexpected", "2026-99-99")]);
            true
        }
        Content::Children(children) => children.iter_mut().any(make_unreadable),
        _ => false,
    }
}
