//! From bytes to records: splitter and reading against a whole-document parser.

mod formatting;
mod judge;
mod personal_info;
mod samples;
mod shape;
mod whole_document;

use nmbrs_client::soap::{Frame, Malformed, Operation, Splitter};

/// Pushes the pieces and takes all frames, each as its text, a fault with a mark before it.
fn frames<'p>(
    mut splitter: Splitter,
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> (Vec<String>, Result<(), Malformed>) {
    let mut frames = Vec::new();
    let mut take = |splitter: &mut Splitter| loop {
        match splitter.next_frame() {
            Ok(None) => return Ok(()),
            Ok(Some(Frame::Record(xml))) => frames.push(xml.to_owned()),
            Ok(Some(Frame::Fault(xml))) => frames.push(format!("fault: {xml}")),
            Err(malformed) => return Err(malformed),
        }
    };
    let mut end = Ok(());
    for piece in pieces {
        splitter.push(piece);
        end = take(&mut splitter);
        if end.is_err() {
            break;
        }
    }
    let finished = splitter.finish();
    assert!(end.is_ok() || finished == end, "a refusal is said again: {end:?}, {finished:?}");
    (frames, finished)
}

/// The frames of an answer that comes in one piece.
fn frames_of(operation: Operation, answer: &str) -> (Vec<String>, Result<(), Malformed>) {
    frames(Splitter::answer_to(operation), [answer.as_bytes()])
}
