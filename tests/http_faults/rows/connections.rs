//! Every moment at which a connection can break, and every silence.

use super::Row;
use crate::act::{Act, Answer, Ending, Framing, Moment};
use crate::class::Class::{Broken, Unconnected};
use crate::server::Route;
use crate::subject::Subject;

const GOOD: Answer = Answer::ok(|good| good.into());

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = vec![Row::new("the port is closed", Act::Closed, Unconnected, "Connect")];
    let moments = [
        (Moment::Accepted, "before it reads"),
        (Moment::PartOfRequest, "in the middle of the request"),
        (Moment::Request, "after the request"),
        (Moment::StatusLine, "in the status line"),
        (Moment::Header, "in a header"),
        (Moment::Head, "after the head"),
        (Moment::Body, "in the body"),
        (Moment::LastChunk, "before the last chunk"),
    ];
    for (ending, does) in [(Ending::Close, "closes"), (Ending::Reset, "resets")] {
        rows.extend(moments.map(|(moment, at)| broken(format!("{does} {at}"), Act::End(moment, ending))));
        let kept = format!("{does} a connection kept from before after the request");
        let act = Act::End(Moment::Request, ending);
        rows.push(broken(kept, act).over(Route::Kept).only(Subject::API));
    }
    for (moment, at) in [
        (Moment::Request, "nothing at all"),
        (Moment::Header, "half a header and no more"),
        (Moment::Head, "a head and no more"),
        (Moment::Body, "most of the body and no more"),
    ] {
        rows.push(Row::new(format!("says {at}"), Act::Silence(moment), Broken, "Timeout"));
    }
    for (moment, from) in [(Moment::Request, "from the start"), (Moment::Head, "after the head")] {
        rows.push(Row::new(
            format!("drips {from}, a byte every seven seconds"),
            Act::Drip(moment),
            Broken,
            "Timeout",
        ));
    }

    rows.extend([
        broken("announces more than it sends", Act::Answer(GOOD.framed(Framing::Announced(1000)))),
        broken("gives two lengths", Act::Answer(GOOD.with(&[("Content-Length", "1")]))),
        broken("gives a length that is no number", Act::Answer(GOOD.with(&[("Content-Length", "all")]))),
        broken(
            "sends a chunk without a length",
            Act::Answer(GOOD.with(&[("Transfer-Encoding", "chunked")]).framed(Framing::End)),
        ),
        broken("speaks another protocol", Act::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n")),
        broken("speaks TLS", Act::Bytes(b"\x15\x03\x01\x00\x02\x02\x46")),
        broken("speaks HTTP/2", Act::Bytes(b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64")),
    ]);
    rows
}

fn broken(name: impl Into<String>, act: Act) -> Row {
    Row::new(name, act, Broken, "Interrupted")
}
