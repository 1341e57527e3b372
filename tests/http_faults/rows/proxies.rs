//! Proxies that refuse, lie or are not there, before a server without and with TLS.

use super::Row;
use crate::act::{Act, Answer, Ending, Moment};
use crate::class::Class::{Broken, Unconnected, Unreadable};
use crate::server::Route;
use crate::subject::Subject;

pub(crate) fn rows() -> Vec<Row> {
    let refuses = |status| Act::Answer(Answer::refusal(status, &[("Proxy-Authenticate", "Basic")]));
    let html = Answer::ok(|_| b"<html>Please sign in</html>".to_vec()).of_type("text/html");
    let mut rows = vec![
        Row::new("a proxy that is not there", Act::Closed, Unconnected, "Connect").over(Route::Proxied),
        Row::new(
            "a proxy that asks for credentials",
            refuses(407),
            crate::class::Class::Unexpected,
            "UnexpectedStatus",
        )
        .over(Route::Proxied)
        .only(Subject::API),
        Row::answered("a proxy that answers itself, in HTML", html, Unreadable, "Decode")
            .over(Route::Proxied),
        Row::new("a proxy that hangs up", Act::End(Moment::Request, Ending::Close), Broken, "Interrupted")
            .over(Route::Proxied),
    ];
    for (name, act) in [
        ("is not there", Act::Closed),
        ("asks for credentials", refuses(407)),
        ("forbids it", refuses(403)),
        ("finds nobody, in HTML", Act::Answer(Answer { status: 502, ..html })),
        ("hangs up", Act::End(Moment::Request, Ending::Close)),
        ("resets", Act::End(Moment::Request, Ending::Reset)),
        ("says nothing", Act::Silence(Moment::Request)),
    ] {
        rows.push(
            Row::new(format!("a proxy for TLS that {name}"), act, Unconnected, "Connect").over(Route::Tunnel),
        );
    }
    rows
}
