//! The REST API: twelve read operations, each as strict as the vendor's documents say.
//!
//! In: a request and the world. Out: a page in the vendor's envelope, or the vendor's refusal. The checks run in the
//! order in which the vendor's layers stand: gateway, path, token, scope, parameters, login, company.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::exchange::{Answer, Request};
use super::fault::Effect;
use super::identity::Identity;
use super::page::{Listing, PageRequest};
use super::refusal::Refusal;
use super::variation::Variation;
use super::wire::Wire;
use super::world::{Company, Employee, Login, World};

/// The types an extra field can have.
const EXTRA_FIELD_TYPES: [&str; 6] = ["text", "decimal", "number", "date", "yesNo", "textDate"];

/// How many entries an employee has in a list.
type Count = fn(&Employee) -> usize;

/// When something was last entered about an employee in a list.
type Newest = fn(&Employee) -> Option<NaiveDateTime>;

/// What a path asks for, with the ids it names.
#[derive(Clone, Copy)]
enum Operation<'r> {
    Debtors,
    DebtorInfo,
    UserInfo,
    Companies,
    CompaniesByDebtor(&'r str),
    ExtraFieldSettings(&'r str),
    Employees(&'r str),
    PersonalInfo(&'r str),
    Employments(&'r str),
    Contracts(&'r str),
    Salaries(&'r str),
    ExtraFields(&'r str),
}

/// Answers one request to the REST API.
pub(super) fn answer(
    world: &World,
    identity: &Identity,
    origin: &str,
    request: &Request,
    effect: Option<&Effect>,
) -> Answer {
    page(world, identity, origin, request, effect).unwrap_or_else(|refusal| refusal.answer())
}

fn page(
    world: &World,
    identity: &Identity,
    origin: &str,
    request: &Request,
    effect: Option<&Effect>,
) -> Result<Answer, Refusal> {
    check_subscription(identity, request)?;
    let segments = request.segments();
    let operation = Operation::named_by(&segments).ok_or(Refusal::NOT_FOUND)?;
    if request.method != "GET" {
        return Err(Refusal::Method);
    }
    let scopes = check_token(identity, world, request)?;
    operation.check_scope(scopes)?;
    let wanted = PageRequest::read(request)?;
    let filter = Filter::read(operation, request)?;
    operation.check_login(world.login)?;

    let vary = Variation::new(world.seed, world.legal_variation);
    let wire = Wire { vary, today: world.today };
    let listing = operation.listing(world, wire, &filter)?;
    let disturbance = effect.map(Effect::disturbance).unwrap_or_default();
    let mut rows = wanted.rows(&listing, disturbance);
    if let Some(effect) = effect {
        effect.spoil(&mut rows);
    }
    let total = disturbance.total.unwrap_or(u64::try_from(listing.len).unwrap_or(u64::MAX));
    let link = format!("{origin}{}", request.path);
    Ok(Answer::json(200, &wanted.envelope(&rows, total, &link, vary)))
}

fn check_subscription(identity: &Identity, request: &Request) -> Result<(), Refusal> {
    match request.subscription_key.as_deref() {
        Some(key) if identity.subscription().admits(key) => Ok(()),
        key => Err(Refusal::SubscriptionKey { given: key.is_some() }),
    }
}

/// The scopes of the token, if it is one.
fn check_token<'a>(
    identity: &'a Identity,
    world: &'a World,
    request: &Request,
) -> Result<&'a [String], Refusal> {
    let token = request.authorization.as_deref().and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    });
    match token {
        None | Some("") => Err(Refusal::MISSING_TOKEN),
        Some(token) => identity.opened_by(token, &world.granted_scopes).ok_or(Refusal::INVALID_TOKEN),
    }
}

impl<'r> Operation<'r> {
    fn named_by(segments: &[&'r str]) -> Option<Self> {
        Some(match *segments {
            ["api", "debtors"] => Self::Debtors,
            ["api", "debtors", "info"] => Self::DebtorInfo,
            ["api", "user", "info"] => Self::UserInfo,
            ["api", "companies"] => Self::Companies,
            ["api", "debtors", debtor, "companies"] => Self::CompaniesByDebtor(debtor),
            ["api", "companies", company, "extrafieldSettings"] => Self::ExtraFieldSettings(company),
            ["api", "companies", company, "employees"] => Self::Employees(company),
            ["api", "companies", company, "employees", "personalinfo"] => Self::PersonalInfo(company),
            ["api", "companies", company, "employees", "employments"] => Self::Employments(company),
            ["api", "companies", company, "employees", "contracts"] => Self::Contracts(company),
            ["api", "companies", company, "employees", "salaries"] => Self::Salaries(company),
            ["api", "companies", company, "employees", "extraFields"] => Self::ExtraFields(company),
            _ => return None,
        })
    }

    /// Either scope of a pair opens an operation.
    fn check_scope(self, granted: &[String]) -> Result<(), Refusal> {
        let opening: &[&str] = match self {
            Self::Debtors | Self::Companies | Self::CompaniesByDebtor(_) | Self::ExtraFieldSettings(_) => {
                &["company.info", "company.info.read"]
            }
            Self::DebtorInfo => &["debtor.info.read"],
            Self::UserInfo => &["user.info.read"],
            Self::Employees(_) | Self::PersonalInfo(_) | Self::ExtraFields(_) => {
                &["employee.info", "employee.info.read"]
            }
            Self::Employments(_) | Self::Contracts(_) | Self::Salaries(_) => {
                &["employee.employment", "employee.employment.read"]
            }
        };
        if granted.iter().any(|scope| opening.contains(&scope.as_str())) {
            Ok(())
        } else {
            Err(Refusal::NO_ACCESS)
        }
    }

    fn check_login(self, login: Login) -> Result<(), Refusal> {
        match (login, self) {
            (Login::CompanyOnly, Self::Debtors | Self::DebtorInfo | Self::CompaniesByDebtor(_)) => {
                Err(Refusal::NO_ACCESS)
            }
            (Login::MultiDebtor, Self::Companies) => Err(Refusal::SEVERAL_DEBTORS),
            _ => Ok(()),
        }
    }

    fn listing<'w>(self, world: &'w World, wire: Wire, filter: &Filter) -> Result<Listing<'w>, Refusal> {
        match self {
            Self::Debtors => Ok(Listing::of(world.debtors.iter().collect(), |one| Wire::debtor(one))),
            Self::DebtorInfo => {
                Ok(Listing::of(world.debtors.iter().collect(), move |one| wire.debtor_info(one)))
            }
            Self::UserInfo => {
                let consented = if world.login == Login::MultiDebtor { usize::MAX } else { 1 };
                Ok(Listing::of(world.debtors.iter().take(consented).collect(), |one| Wire::user(one)))
            }
            Self::Companies => {
                Ok(Listing::of(world.companies.iter().collect(), move |one| wire.company(one)))
            }
            Self::CompaniesByDebtor(debtor) => companies_of(world, wire, &guid("debtorId", debtor)?),
            Self::ExtraFieldSettings(company) => {
                let company = company_named(world, company)?;
                Ok(Listing::of(company.extra_fields.iter().collect(), |one| {
                    Wire::extra_field_definition(one)
                }))
            }
            Self::Employees(company)
            | Self::PersonalInfo(company)
            | Self::Employments(company)
            | Self::Contracts(company)
            | Self::Salaries(company)
            | Self::ExtraFields(company) => {
                Ok(self.employee_listing(company_named(world, company)?, wire, filter))
            }
        }
    }

    /// The lists with one row for each employee record.
    fn employee_listing<'w>(self, company: &'w Company, wire: Wire, filter: &Filter) -> Listing<'w> {
        let listed = company.employees.iter().filter(|one| filter.admits(company, one));
        let listed: Vec<&Employee> = match self.inner_list() {
            Some((inner_key, entries)) => {
                listed.filter(|one| entries(one) > 0 || wire.lists_without_entries(one, inner_key)).collect()
            }
            None => listed.collect(),
        };
        match self {
            Self::PersonalInfo(_) => Listing::of(listed, move |one| wire.personal_infos(one)),
            Self::Employments(_) => Listing::of(listed, move |one| wire.employments(one)),
            Self::Contracts(_) => Listing::of(listed, move |one| wire.contracts(one)),
            Self::Salaries(_) => Listing::of(listed, move |one| wire.salaries(one)),
            Self::ExtraFields(_) => Listing::of(listed, move |one| wire.extra_fields(company, one)),
            _ => Listing::of(listed, move |one| wire.employee(one)),
        }
    }

    /// The inner key of a wrapped list, and how many entries an employee has in it.
    fn inner_list(self) -> Option<(&'static str, Count)> {
        match self {
            Self::PersonalInfo(_) => Some(("info", |one| one.personal_infos.len())),
            Self::Employments(_) => Some(("employments", |one| one.employments.len())),
            Self::Contracts(_) => Some(("contracts", |one| one.contracts.len())),
            Self::Salaries(_) => Some(("salaries", |one| one.salaries.len())),
            Self::ExtraFields(_) => Some(("extraFields", |one| one.extra_fields.len())),
            _ => None,
        }
    }
}

fn companies_of<'w>(world: &'w World, wire: Wire, debtor_id: &str) -> Result<Listing<'w>, Refusal> {
    if !world.debtors.iter().any(|debtor| debtor.debtor_id == debtor_id) {
        return Err(Refusal::NOT_FOUND);
    }
    let companies = world.companies.iter().filter(|company| company.debtor_id == debtor_id).collect();
    Ok(Listing::of(companies, move |one| wire.company(one)))
}

fn company_named<'w>(world: &'w World, company_id: &str) -> Result<&'w Company, Refusal> {
    world.company(&guid("companyId", company_id)?).ok_or(Refusal::UNKNOWN_COMPANY)
}

/// A GUID with its hyphens, in lower case.
fn guid(name: &'static str, text: &str) -> Result<String, Refusal> {
    let lengths = text.split('-').map(str::len);
    let hexadecimal = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    if hexadecimal && lengths.eq([8, 4, 4, 4, 12]) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(Refusal::Parameter(name, "The parameter is invalid. It needs to be a valid GUID."))
    }
}

/// The filters an operation declares; any other parameter is ignored, as the vendor does.
#[derive(Default)]
struct Filter {
    employee_id: Option<String>,
    employee_types: Option<Vec<String>>,
    extra_field_type: Option<String>,
    /// Only employees of whom something was entered at or after this moment.
    touched_from: Option<(NaiveDateTime, Newest)>,
    /// Only employees with an employment changed at or after this moment.
    changed_from: Option<NaiveDateTime>,
}

impl Filter {
    fn read(operation: Operation<'_>, request: &Request) -> Result<Self, Refusal> {
        let mut filter = Self::default();
        let newest: Newest = match operation {
            Operation::Employees(_) | Operation::PersonalInfo(_) => {
                |one| one.personal_infos.iter().map(|entry| entry.created_at).max()
            }
            Operation::Employments(_) => |one| one.employments.iter().map(|entry| entry.created_at).max(),
            Operation::Contracts(_) => |one| one.contracts.iter().map(|entry| entry.created_at).max(),
            Operation::Salaries(_) => |one| one.salaries.iter().map(|entry| entry.created_at).max(),
            Operation::ExtraFields(_) => {
                filter.extra_field_type = extra_field_type(request)?;
                return Ok(filter);
            }
            _ => return Ok(filter),
        };
        filter.employee_id =
            request.parameter("employeeId").map(|text| guid("employeeId", text)).transpose()?;
        filter.touched_from = moment(request, "createdFrom")?.map(|from| (from, newest));
        if matches!(operation, Operation::Employees(_)) {
            filter.employee_types =
                request.parameter("employeeType").map(|text| text.split(',').map(str::to_owned).collect());
        }
        if matches!(operation, Operation::Employments(_)) {
            filter.changed_from = moment(request, "changedFrom")?;
        }
        Ok(filter)
    }

    fn admits(&self, company: &Company, employee: &Employee) -> bool {
        self.employee_id.as_ref().is_none_or(|id| employee.employee_id == *id)
            && self.employee_types.as_ref().is_none_or(|types| types.contains(&employee.employee_type))
            && self
                .extra_field_type
                .as_ref()
                .is_none_or(|wanted| has_field_of_type(company, employee, wanted))
            && self.touched_from.is_none_or(|(from, newest)| newest(employee).is_some_and(|at| at >= from))
            && self
                .changed_from
                .is_none_or(|from| employee.employments.iter().any(|entry| entry.changed_at >= from))
    }
}

fn has_field_of_type(company: &Company, employee: &Employee, wanted: &str) -> bool {
    let types = employee.extra_fields.iter().filter_map(|field| company.extra_field(&field.name));
    types.into_iter().any(|definition| definition.extra_field_type == wanted)
}

fn extra_field_type(request: &Request) -> Result<Option<String>, Refusal> {
    match request.parameter("extraFieldType") {
        Some(text) if !EXTRA_FIELD_TYPES.contains(&text) => Err(Refusal::Parameter(
            "extraFieldType",
            "The parameter is invalid. It needs to be a known type.",
        )),
        text => Ok(text.map(str::to_owned)),
    }
}

/// A moment in one of the forms the vendor accepts: a date, or a date and a time with `T` between them.
fn moment(request: &Request, name: &'static str) -> Result<Option<NaiveDateTime>, Refusal> {
    let Some(text) = request.parameter(name) else { return Ok(None) };
    let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(chrono::NaiveTime::MIN));
    let local = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
    let zoned = || DateTime::parse_from_rfc3339(text).ok().map(|at| at.naive_utc());
    let read = if text.contains(' ') { None } else { day().or_else(local).or_else(zoned) };
    let refusal = Refusal::Parameter(name, "The parameter is invalid. It needs to be a valid date.");
    read.map(Some).ok_or(refusal)
}
