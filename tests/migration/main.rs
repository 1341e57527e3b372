//! From SOAP to REST: one account, one name after the other, no second grant (R11, R12, R14).
//!
//! In: customers who were served over SOAP, with all that happens to people and money. Out: what a migration does to them,
//! however often it is stopped, and that no run after it, over either interface, makes a second account or gives money
//! twice. The office, the platform, the desk and the plays are those of `tests/daily` and `tests/money`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail a test as plainly as the tests do"
)]

mod by_chance;
mod crash;
mod golden;
#[path = "../money/law.rs"]
#[allow(dead_code, reason = "the plays of tests/money use the rest")]
mod law;
mod moving;
#[path = "../daily/office.rs"]
#[allow(dead_code, reason = "the stories of tests/daily use the rest")]
mod office;
mod pairs;
#[path = "../daily/platform.rs"]
#[allow(dead_code, reason = "the stories of tests/daily use the rest")]
mod platform;
#[path = "../money/play.rs"]
#[allow(dead_code, reason = "the plays of tests/money use the rest")]
mod play;
#[path = "../daily/stage.rs"]
#[allow(dead_code, reason = "the stories of tests/daily use the rest")]
mod stage;
#[path = "../money/story.rs"]
#[allow(dead_code, reason = "the plays of tests/money use the rest")]
mod story;
#[path = "../money/witness.rs"]
#[allow(dead_code, reason = "the plays of tests/money use the rest")]
mod witness;
mod words;
#[path = "../core/world.rs"]
#[allow(dead_code, reason = "the worlds of tests/core use the rest")]
mod world;
