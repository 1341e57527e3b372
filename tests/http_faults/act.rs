//! What the server does to one request: where it breaks off, and what it says, byte for byte.

/// What happens to one request. On a route with TLS or a tunnel it happens to the handshake or to `CONNECT`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// Nobody listens on the port.
    Closed,
    /// The connection ends at this moment.
    End(Moment, Ending),
    /// From this moment on nothing more comes, for longer than the client has patience.
    Silence(Moment),
    /// From this moment on seven seconds after each byte of the good answer.
    Drip(Moment),
    /// These bytes instead of an answer or a handshake.
    Bytes(&'static [u8]),
    /// This certificate in the handshake.
    Certificate(Certificate),
    /// A whole answer.
    Answer(Answer),
}

/// How far an exchange gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The connection stands; nothing is read.
    Accepted,
    /// Twenty bytes of the request are read.
    PartOfRequest,
    /// The whole request is read (or the client's greeting, in a handshake).
    Request,
    /// The middle of the status line is sent.
    StatusLine,
    /// The middle of a header.
    Header,
    /// All headers, and nothing of the body.
    Head,
    /// All but the last three bytes.
    Body,
    /// A chunked body without its last chunk.
    LastChunk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// A plain end, as of a process that goes down in order.
    Close,
    /// A reset, as of a crash or a firewall.
    Reset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Certificate {
    Good,
    SelfSigned,
    OtherAuthority,
    OtherName,
    Expired,
    NotYetValid,
}

/// How the answer says where its body ends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Framing {
    /// A true `Content-Length`.
    Length,
    /// This `Content-Length`, whatever the body.
    Announced(u64),
    Chunked,
    /// By the end of the connection.
    End,
}

pub(crate) type Headers = &'static [(&'static str, &'static str)];

/// `{elsewhere}` in a header stands for the origin of another server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Headers,
    pub(crate) framing: Framing,
    /// Makes the body of the good one.
    pub(crate) body: fn(&str) -> Vec<u8>,
}

impl Answer {
    /// A 200 that says it is JSON.
    pub(crate) const fn ok(body: fn(&str) -> Vec<u8>) -> Self {
        Self { status: 200, content_type: "application/json", headers: &[], framing: Framing::Length, body }
    }

    /// A refusal with an empty object.
    pub(crate) const fn refusal(status: u16, headers: Headers) -> Self {
        Self { status, headers, ..Self::ok(|_| b"{}".to_vec()) }
    }

    pub(crate) const fn of_type(mut self, content_type: &'static str) -> Self {
        self.content_type = content_type;
        self
    }

    pub(crate) const fn framed(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    pub(crate) fn saying(mut self, body: fn(&str) -> Vec<u8>) -> Self {
        self.body = body;
        self
    }

    pub(crate) const fn with(mut self, headers: Headers) -> Self {
        self.headers = headers;
        self
    }

    /// The answer as it goes over the wire. `keep` leaves the connection open.
    pub(crate) fn bytes(self, good: &str, elsewhere: &str, keep: bool) -> Vec<u8> {
        let body = (self.body)(good);
        let mut head = vec![format!("HTTP/1.1 {} Said", self.status)];
        let mut line = |name: &str, value: &str| head.push(format!("{name}: {value}"));
        if !self.content_type.is_empty() {
            line("Content-Type", self.content_type);
        }
        for (name, value) in self.headers {
            line(name, &value.replace("{elsewhere}", elsewhere));
        }
        match self.framing {
            Framing::Length => line("Content-Length", &body.len().to_string()),
            Framing::Announced(length) => line("Content-Length", &length.to_string()),
            Framing::Chunked => line("Transfer-Encoding", "chunked"),
            Framing::End => {}
        }
        if !keep {
            line("Connection", "close");
        }
        let mut bytes = format!("{}\r\n\r\n", head.join("\r\n")).into_bytes();
        match self.framing {
            Framing::Chunked => {
                bytes.extend(chunk(&body));
                bytes.extend(b"0\r\n\r\n");
            }
            Framing::Length | Framing::Announced(_) | Framing::End => bytes.extend(body),
        }
        bytes
    }
}

impl Moment {
    /// What the client has got of the good answer by then.
    pub(crate) fn sent(self, good: &str) -> Vec<u8> {
        let whole = Answer::ok(|good| good.into()).bytes(good, "", false);
        let head = whole.len() - good.len();
        match self {
            Self::Accepted | Self::PartOfRequest | Self::Request => Vec::new(),
            Self::StatusLine => whole[..10].to_vec(),
            Self::Header => whole[..30].to_vec(),
            Self::Head => whole[..head].to_vec(),
            Self::Body => whole[..whole.len() - 3].to_vec(),
            Self::LastChunk => {
                let chunked = Answer::ok(|good| good.into()).framed(Framing::Chunked).bytes(good, "", false);
                chunked[..chunked.len() - b"0\r\n\r\n".len()].to_vec()
            }
        }
    }
}

fn chunk(body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{:x}\r\n", body.len()).into_bytes();
    bytes.extend(body);
    bytes.extend(b"\r\n");
    bytes
}
