//! The rate limit: a window that opens with the first request after the last one closed.
//!
//! In: the limit of the moment and the stopwatch. Out: what is left, and when it is renewed.

use std::time::Duration;

use super::state::RateLimit;

/// The window that is open, if any.
#[derive(Default)]
pub(super) struct Window {
    opened: Option<Duration>,
    used: u64,
}

/// What the rate limit says about one request.
pub(super) struct Quota {
    pub(super) limit: u64,
    pub(super) remaining: u64,
    /// Seconds until the window closes, rounded up.
    pub(super) reset_seconds: u64,
    pub(super) exceeded: bool,
}

impl Window {
    /// Counts one request.
    pub(super) fn count(&mut self, rate: RateLimit, now: Duration) -> Quota {
        let length = Duration::from_secs(rate.window_seconds);
        let opened = match self.opened {
            Some(opened) if now < opened.saturating_add(length) => opened,
            _ => {
                self.used = 0;
                *self.opened.insert(now)
            }
        };
        let exceeded = self.used >= rate.limit;
        if !exceeded {
            self.used += 1;
        }
        let left = opened.saturating_add(length).saturating_sub(now);
        Quota {
            limit: rate.limit,
            remaining: rate.limit.saturating_sub(self.used),
            reset_seconds: left.as_secs() + u64::from(left.subsec_nanos() > 0),
            exceeded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_allows_its_limit_and_the_next_one_again() {
        let rate = RateLimit { limit: 2, window_seconds: 60 };
        let mut window = Window::default();
        let mut at = |seconds| window.count(rate, Duration::from_secs(seconds));
        assert_eq!((at(10).remaining, at(11).remaining), (1, 0));
        let third = at(12);
        assert!(third.exceeded);
        assert_eq!(third.reset_seconds, 58);
        assert!(!at(70).exceeded);
    }
}
