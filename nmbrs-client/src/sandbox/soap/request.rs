//! A SOAP request, read as strictly as the vendor's platform does.
//!
//! In: an HTTP request. Out: which operation it is, of whom it speaks and with which credentials, or why it is none.
//! Names count with their namespaces and to the letter: a parameter under another name is not there, and its value is 0.

use roxmltree::{Document, Node};

use super::operation::{About, Operation, Service};
use super::refusal::Refusal;
use super::xml::Version;
use crate::sandbox::exchange::Request;

/// A request that names an operation.
pub(in crate::sandbox) struct Call {
    pub(super) version: Version,
    pub(in crate::sandbox) operation: &'static Operation,
    pub(super) header: Option<Header>,
    /// The number of whom it is about; 0 when nobody is named.
    pub(in crate::sandbox) about: i32,
    pub(in crate::sandbox) employee_type: i32,
}

/// The credentials in a header that the operation knows.
pub(super) struct Header {
    pub(super) username: String,
    pub(super) token: String,
    pub(super) domain: Option<String>,
}

/// A request that is none, and the version of SOAP in which to say so.
pub(in crate::sandbox) struct Unread {
    pub(super) refusal: Refusal,
    pub(super) version: Version,
}

/// How the media type and the action of the request bind its envelope.
struct Binding<'r> {
    /// `None`: the envelope decides.
    version: Option<Version>,
    action: Option<&'r str>,
}

/// Reads a request to a path under `/soap/`.
pub(super) fn read(request: &Request) -> Result<Call, Unread> {
    let refuse = |refusal| Unread { refusal, version: Version::Soap11 };
    let service = Service::at(&request.path).ok_or_else(|| refuse(Refusal::NoSuchService))?;
    if request.method != "POST" {
        return Err(refuse(Refusal::Method));
    }
    let binding = Binding::of(request).ok_or_else(|| refuse(Refusal::MediaType))?;
    let refuse = |refusal| Unread { refusal, version: binding.version.unwrap_or(Version::Soap11) };
    let text = std::str::from_utf8(&request.body).map_err(|_| refuse(not_xml()))?;
    let document = Document::parse(text).map_err(|_| refuse(not_xml()))?;

    let root = document.root_element();
    let version = version_of(root).ok_or_else(|| refuse(not_xml()))?;
    if binding.version.is_some_and(|bound| bound != version) {
        return Err(refuse(Refusal::Version { given: version }));
    }
    let refuse = |refusal| Unread { refusal, version };
    let part = |name| root.children().find(|child| child.has_tag_name((version.namespace(), name)));
    let named = part("Body").and_then(|body| body.first_element_child());
    let named = named.filter(|element| element.tag_name().namespace() == Some(service.namespace()));
    let operation = named.and_then(|element| Operation::of(service, element.tag_name().name()));
    let operation = binding.dispatch(service, operation).map_err(&refuse)?;
    let whole = |name| named.map_or(Ok(0), |element| number(element, service, name)).map_err(&refuse);
    Ok(Call {
        version,
        operation,
        header: part("Header").and_then(|headers| header(headers, operation)),
        about: match operation.about {
            About::Login | About::Debtors => 0,
            About::Debtor(name) | About::Company(name) | About::Employee(name) => whole(name)?,
        },
        employee_type: if operation.typed { whole("EmployeeType")? } else { 0 },
    })
}

impl<'r> Binding<'r> {
    /// `None` when the media type is not one of SOAP.
    fn of(request: &'r Request) -> Option<Self> {
        let media_type = request.content_type.as_deref().unwrap_or("");
        let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
        let parameter = |name: &str| {
            parameters.split(';').find_map(|one| {
                let (key, value) = one.split_once('=')?;
                key.trim().eq_ignore_ascii_case(name).then(|| unquoted(value))
            })
        };
        if parameter("charset").is_some_and(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
            return None;
        }
        match essence.trim().to_ascii_lowercase().as_str() {
            "text/xml" => {
                let action = request.soap_action.as_deref().map(unquoted);
                // Without an action, the first element of the body decides, and the envelope tells the version.
                Some(Self { version: action.map(|_| Version::Soap11), action })
            }
            "application/soap+xml" => {
                Some(Self { version: Some(Version::Soap12), action: parameter("action") })
            }
            _ => None,
        }
    }

    /// The operation, if the action, where there is one, names the same one as the body.
    fn dispatch(
        &self,
        service: Service,
        in_body: Option<&'static Operation>,
    ) -> Result<&'static Operation, Refusal> {
        let Some(action) = self.action else {
            return in_body.ok_or_else(|| {
                Refusal::Unreadable(
                    "Unable to handle request without a valid action parameter. Please supply a valid soap action."
                        .to_owned(),
                )
            });
        };
        let name = action.strip_prefix(service.namespace()).and_then(|rest| rest.strip_prefix('/'));
        match (name.and_then(|name| Operation::of(service, name)), in_body) {
            (Some(named), Some(in_body)) if named.name == in_body.name => Ok(named),
            (Some(_), _) => Err(Refusal::Unreadable(
                "Server was unable to read request. ---> The body does not hold what the action names."
                    .to_owned(),
            )),
            (None, _) => Err(Refusal::Unreadable(
                "Server did not recognize the value of HTTP Header SOAPAction.".to_owned(),
            )),
        }
    }
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

fn not_xml() -> Refusal {
    Refusal::Unreadable(
        "Server was unable to read request. ---> There is an error in XML document (1, 1).".to_owned(),
    )
}

fn version_of(root: Node<'_, '_>) -> Option<Version> {
    [Version::Soap11, Version::Soap12]
        .into_iter()
        .find(|version| root.has_tag_name((version.namespace(), "Envelope")))
}

/// The header that this operation knows, in the namespace of its service; any other is not seen.
fn header(headers: Node<'_, '_>, operation: &Operation) -> Option<Header> {
    let name = if operation.with_domain { "AuthHeaderWithDomain" } else { "AuthHeader" };
    let namespace = operation.service.namespace();
    let header = headers.children().find(|child| child.has_tag_name((namespace, name)))?;
    let value = |name: &str| {
        let child = header.children().find(|child| child.has_tag_name((namespace, name)))?;
        child.text().map(str::to_owned)
    };
    Some(Header {
        username: value("Username").unwrap_or_default(),
        token: value("Token").unwrap_or_default(),
        domain: value("Domain"),
    })
}

fn number(element: Node<'_, '_>, service: Service, name: &str) -> Result<i32, Refusal> {
    let given = element.children().find(|child| child.has_tag_name((service.namespace(), name)));
    let Some(given) = given else { return Ok(0) };
    given.text().unwrap_or("").trim().parse().map_err(|_| {
        Refusal::Unreadable(
            "Server was unable to read request. ---> There is an error in XML document (1, 1). ---> Input string was \
             not in a correct format."
                .to_owned(),
        )
    })
}
