//! Progress on a terminal; silence elsewhere.

use std::io::IsTerminal;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sync_core::ports::Progress;

/// Two bars on standard error.
#[derive(Debug)]
pub struct Bars {
    reading: ProgressBar,
    applying: ProgressBar,
}

impl Bars {
    /// Bars, if standard error is a terminal and nobody asked for JSON.
    pub fn unless(quiet: bool) -> Option<Arc<Self>> {
        let shown = !quiet && std::io::stderr().is_terminal();
        shown.then(|| Arc::new(Self { reading: bar("reading"), applying: bar("applying") }))
    }
}

fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr()).with_message(what);
    let style = ProgressStyle::with_template("{msg:>9} {bar:40} {pos}/{len}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, done: u64, total: u64) {
    bar.set_length(total);
    bar.set_position(done);
    if done >= total {
        bar.finish_and_clear();
    }
}

impl Progress for Bars {
    fn reading(&self, reserved: u64, answered: u64) {
        show(&self.reading, answered, reserved);
    }

    fn applying(&self, done: u64, total: u64) {
        show(&self.applying, done, total);
    }
}
