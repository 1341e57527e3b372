//! Handshakes that must not succeed, those that break off, and HTTP that breaks inside of TLS.

use super::Row;
use crate::act::{Act, Answer, Certificate, Ending, Framing, Moment};
use crate::class::Class::{Broken, Unconnected, Unproven};
use crate::server::Route;

pub(crate) fn rows() -> Vec<Row> {
    let certificates = [
        (Certificate::SelfSigned, "a certificate signed by itself"),
        (Certificate::OtherAuthority, "a certificate of an unknown authority"),
        (Certificate::OtherName, "a certificate for another name"),
        (Certificate::Expired, "a certificate that has expired"),
        (Certificate::NotYetValid, "a certificate that is not valid yet"),
    ];
    let mut rows: Vec<_> =
        certificates.map(|(certificate, name)| unproven(name, Act::Certificate(certificate))).into();
    rows.extend([
        unproven(
            "plain HTTP on the port for TLS",
            Act::Bytes(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
        ),
        unproven("a TLS alert", Act::Bytes(b"\x15\x03\x03\x00\x02\x02\x28")),
        unconnected("a handshake that is closed", Act::End(Moment::Request, Ending::Close)),
        unconnected("a handshake that is reset", Act::End(Moment::Request, Ending::Reset)),
        unconnected("a handshake without an answer", Act::Silence(Moment::Request)),
        broken("the end of the connection after the request", Act::End(Moment::Request, Ending::Close)),
        broken("a reset after the request", Act::End(Moment::Request, Ending::Reset)),
        broken("the end of the connection in the body", Act::End(Moment::Body, Ending::Close)),
        // Whoever can cut the cable could end such an answer wherever they like.
        broken(
            "a body that only the end of the connection ends, without TLS's farewell",
            Act::Answer(WITHOUT_LENGTH),
        ),
        Row::new("inside TLS, nothing at all", Act::Silence(Moment::Request), Broken, "Timeout")
            .over(Route::Secure),
    ]);
    rows
}

const WITHOUT_LENGTH: Answer = Answer::ok(|good| good.into()).framed(Framing::End);

fn broken(name: &str, act: Act) -> Row {
    Row::new(format!("inside TLS, {name}"), act, Broken, "Interrupted").over(Route::Secure)
}

fn unproven(name: &str, act: Act) -> Row {
    Row::new(name, act, Unproven, "Tls").over(Route::Tls)
}

fn unconnected(name: &str, act: Act) -> Row {
    Row::new(name, act, Unconnected, "Connect").over(Route::Tls)
}
