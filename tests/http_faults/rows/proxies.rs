//! Proxies that refuse, lie or are not there. They are asked for a tunnel and never see a request.

use super::Row;
use crate::act::{Act, Answer, Ending, Moment};
use crate::class::Class::Unconnected;
use crate::server::Route;

pub(crate) fn rows() -> Vec<Row> {
    let refuses = |status| Act::Answer(Answer::refusal(status, &[("Proxy-Authenticate", "Basic")]));
    let html = Answer::ok(|_| b"<html>Who are you looking for?</html>".to_vec()).of_type("text/html");
    [
        ("is not there", Act::Closed),
        ("asks for credentials (407)", refuses(407)),
        ("forbids it (403)", refuses(403)),
        ("finds nobody (502, in HTML)", Act::Answer(Answer { status: 502, ..html })),
        ("hangs up", Act::End(Moment::Request, Ending::Close)),
        ("resets", Act::End(Moment::Request, Ending::Reset)),
        ("says nothing", Act::Silence(Moment::Request)),
        ("speaks another protocol", Act::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n")),
    ]
    .map(|(name, act)| {
        Row::new(format!("a proxy that {name}"), act, Unconnected, "Connect").over(Route::Tunnel)
    })
    .into()
}
