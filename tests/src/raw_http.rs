//! HTTP by hand, for the servers that do to it what no library would.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Reads one request to the end of its body: from a client that sends a `Content-Length` or no body at all. `None` if
/// the client goes before that.
pub async fn read_request(wire: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(Some(0), |(_, length)| length.trim().parse().ok())?;
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
        if wire.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
