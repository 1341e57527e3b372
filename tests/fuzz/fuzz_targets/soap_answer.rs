//! Any bytes as the answer to a SOAP call: in pieces of any size the same frames come out as in one, each is a piece of
//! the answer, and one that is cut short is never whole. Never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nmbrs_client::soap::{Frame, Malformed, Operation, Splitter};

/// The frames, and how it ended.
fn split<'p>(
    operation: Operation,
    longest: usize,
    pieces: impl Iterator<Item = &'p [u8]>,
) -> (Vec<String>, Result<(), Malformed>) {
    let mut splitter = Splitter::answer_to(operation).with_longest_record(longest);
    let mut frames = Vec::new();
    for piece in pieces {
        splitter.push(piece);
        while let Ok(Some(frame)) = splitter.next_frame() {
            frames.push(match frame {
                Frame::Record(xml) => xml.to_owned(),
                Frame::Fault(xml) => format!("fault: {xml}"),
            });
        }
    }
    let finished = splitter.finish();
    (frames, finished)
}

fuzz_target!(|bytes: &[u8]| {
    let [operation, size, longest, answer @ ..] = bytes else { return };
    let operation = Operation::ALL[usize::from(*operation) % Operation::ALL.len()];
    // A limit now and then, so that it is met as well.
    let longest = if longest % 4 == 0 { 16 + usize::from(*longest) } else { usize::MAX };
    let (frames, finished) = split(operation, longest, [answer].into_iter());
    let size = usize::from(*size).max(1);
    let (in_pieces, ended) = split(operation, longest, answer.chunks(size));
    assert_eq!(frames, in_pieces);
    assert_eq!(finished.is_ok(), ended.is_ok(), "{finished:?}, in pieces {ended:?}");
    let text = String::from_utf8_lossy(answer);
    for frame in &frames {
        assert!(text.contains(frame.strip_prefix("fault: ").unwrap_or(frame)));
    }
    if finished.is_ok() {
        let end = text.trim_end().rfind("</").expect("an envelope has an end tag");
        let in_remark = text[end..].contains("-->") || text[end..].contains("?>");
        assert!(in_remark || split(operation, longest, [&answer[..end]].into_iter()).1.is_err());
    }
});
