//! What a parser of whole documents says about an answer: the judge of what was cut out of it in passing.

use nmbrs_client::soap::Operation;
use roxmltree::{Document, Node};

const ENVELOPES: [&str; 2] =
    ["http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"];

/// The records of an answer, each as it is written there; `None` if the answer is not one to this operation.
pub(super) fn records(operation: Operation, answer: &str) -> Option<Vec<String>> {
    let document = Document::parse(answer).ok()?;
    let records = record_nodes(operation, &document)?;
    Some(records.into_iter().map(|node| answer[node.range()].to_owned()).collect())
}

/// The elements that are records.
pub(super) fn record_nodes<'d, 'x>(
    operation: Operation,
    document: &'d Document<'x>,
) -> Option<Vec<Node<'d, 'x>>> {
    let envelope = document.root_element();
    let namespace = envelope.tag_name().namespace().filter(|it| ENVELOPES.contains(it))?;
    let body = envelope.children().find(|node| node.has_tag_name((namespace, "Body")))?;
    let name = format!("{}Response", operation.name());
    let response =
        elements(body).find(|node| node.has_tag_name((operation.service().namespace(), &*name)))?;
    let result =
        elements(response).find(|node| node.tag_name().name() == format!("{}Result", operation.name()));
    // How each answer is laid out is said once more here, so that the two can disagree.
    let whole = [
        "Environment_Get",
        "Debtor_IsOwner",
        "Company_GetCurrentPeriod",
        "Company_GetCurrentByEmployeeId",
        "Manager_GetCurrent",
    ];
    let bare = operation.name() == "Contract_GetCurrentPeriod";
    Some(match result {
        Some(result) if whole.contains(&operation.name()) => {
            if holds_something(result) {
                vec![result]
            } else {
                Vec::new()
            }
        }
        Some(list) => elements(list).filter(|node| !is_nothing(*node)).collect(),
        None if bare => elements(response).filter(|node| !is_nothing(*node)).collect(),
        None => Vec::new(),
    })
}

pub(super) fn elements<'d, 'x: 'd>(node: Node<'d, 'x>) -> impl Iterator<Item = Node<'d, 'x>> {
    node.children().filter(Node::is_element)
}

pub(super) fn is_nil(node: Node<'_, '_>) -> bool {
    node.attributes()
        .any(|attribute| attribute.name() == "nil" && ["true", "1"].contains(&attribute.value().trim()))
}

fn is_nothing(node: Node<'_, '_>) -> bool {
    is_nil(node) && !holds_something(node)
}

fn holds_something(node: Node<'_, '_>) -> bool {
    elements(node).next().is_some() || text(node).is_some()
}

/// The text of an element without children, without blanks around it.
pub(super) fn text(node: Node<'_, '_>) -> Option<String> {
    let text: String = node.children().filter(Node::is_text).filter_map(|node| node.text()).collect();
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The text of the only child of this name, unless it says that it is nothing.
pub(super) fn text_of(node: Node<'_, '_>, name: &str) -> Option<String> {
    elements(node)
        .find(|child| child.tag_name().name() == name)
        .filter(|child| !is_nil(*child))
        .and_then(text)
}
