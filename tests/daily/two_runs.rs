//! R24: of two runs of one customer at once exactly one goes on; one that stood still longer than its lease does no
//! harm when it wakes up.

use std::pin::pin;
use std::task::{Context, Poll};

use futures_util::task::noop_waker_ref;
use sync_core::engine::EngineError;
use sync_core::ports::PortErrorKind;

use crate::platform::Habits;
use crate::play::Play;
use crate::stage::{At, Fault, customer, key};
use crate::story::{Beginning, Event, Says};

/// A customer with a mandate, on a morning with some work.
fn working_day() -> Play {
    let beginning = Beginning {
        people: 24,
        companies: 1,
        habits: Habits::default(),
        routes: false,
        access_field: false,
        externals_take_part: false,
        strangers: Vec::new(),
    };
    let mut play = Play::of(&beginning);
    play.run().unwrap();
    play.says(Says::Confirms { smaller_scope: false });
    play.run().unwrap();
    play.stage.pass(chrono::TimeDelta::days(1));
    play.happens(&Event::Joins { company: 0, in_days: 0 });
    play.happens(&Event::Joins { company: 0, in_days: 0 });
    play.happens(&Event::ChangesName { who: 3, last: true });
    play.happens(&Event::Leaves { who: 5, last_day_in: Some(-1) });
    play.stage.forget_calls();
    play
}

#[test]
fn r24_a_second_run_is_busy_and_one_that_wakes_up_too_late_writes_nothing_more() {
    let mut undisturbed = working_day();
    undisturbed.run().unwrap().unwrap().unwrap();
    let expected = undisturbed.stage.platform().accounts;
    let calls = {
        let twin = working_day();
        twin.stage.daily().unwrap().unwrap();
        twin.stage.calls("")
    };
    assert!(calls.len() > 25, "{calls:?}");
    let acquired = calls.iter().position(|call| call == "lease acquire").unwrap();
    let released = calls.iter().position(|call| call == "lease release").unwrap();
    for (number, call) in calls.iter().enumerate().take(released + 1).skip(acquired + 1) {
        let mut play = working_day();
        play.stage.order(At::Call(number), Fault::StandsStill);
        let (policy, customer, key) = (play.stage.policy(), customer(), key());
        let stage = &play.stage;
        let sleeper = {
            let run = stage.sync_run();
            let mut first = pin!(run.daily(&customer, &policy, &key));
            let mut context = Context::from_waker(noop_waker_ref());
            assert!(first.as_mut().poll(&mut context).is_pending(), "it stands still");
            stage.forget_calls();

            let Some(Err(EngineError::Busy { until })) = stage.daily() else { panic!("not busy") };
            assert_eq!(stage.calls(""), ["lease acquire"], "a busy run does nothing else");
            stage.set_time(until);
            let second = stage.daily().unwrap().unwrap();
            assert!(second.is_complete(), "{second:?}");

            stage.forget_calls();
            stage.open_gate();
            let Poll::Ready(ended) = first.as_mut().poll(&mut context) else { panic!("the gate is open") };
            ended
        };
        // What it was sending when it fell asleep may still arrive; nothing after that.
        assert!(play.stage.calls("write").is_empty(), "{number} {}: {:?}", call, play.stage.calls(""));
        assert_eq!(play.stage.platform().accounts, expected, "asleep at {call}");
        let overtaken = match &sleeper {
            Err(EngineError::Read { error, .. }) => error.kind() == PortErrorKind::Overtaken,
            Err(error) => panic!("asleep at {call}: {error:?}"),
            Ok(report) => {
                let only_the_end_was_left = ["runs end", "lease release"].contains(&call.as_str());
                let stopped = report.applied().is_some_and(|applied| applied.stopped.is_some());
                stopped || report.unremembered.is_some() || only_the_end_was_left
            }
        };
        assert!(
            overtaken,
            "asleep at {}, it does not know that it was overtaken: {:?}",
            call,
            sleeper.map(|report| report.verdict)
        );
        play.settles_down().unwrap();
        assert_eq!(play.stage.platform().accounts, expected);
    }
}
