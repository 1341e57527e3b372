//! SIGKILL at any point of a busy process: every call that was answered is there, and nothing is torn.

use sync_core::ports::{Ledger, RunStore};

use crate::child::Child;
use crate::stage::{Folder, customer, person, plan};

const KILLS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_leaves_what_was_answered_and_nothing_torn() {
    let folder = Folder::new();
    let (mut settled, mut begun, mut ended) = (0, 0, 0);
    let mut in_flight = 0;
    for round in 0..KILLS {
        let mut child = Child::start_busy(folder.root()).await;
        // The child goes on while this reads, so that it is killed anywhere between or inside its calls.
        let first = child.answers(round * 7 % 41).await;
        child.kill();
        let said = first.and(child.until_it_ends().await);
        settled += said.settled;
        begun += said.begun;
        ended += said.ended;

        let store = folder.open().await;
        let view = store.view(&customer()).await.unwrap();
        assert_eq!(view.links.len() % 2, 0, "round {round}: one of two links that are written together");
        let links = view.links.len() as u64 / 2;
        // A call that was not answered may have been kept.
        assert!(links == settled || links == settled + 1, "round {round}: {links} of {settled}");
        settled = links;
        if let Some(last) = said.last_settled {
            assert!(view.links.contains_key(&person(last)), "round {round}");
        }
        let open = store.open_intents(&customer()).await.unwrap();
        for intended in &said.intended {
            let is_open = open.iter().any(|open| open.intent.person == person(*intended));
            assert!(is_open || view.links.contains_key(&person(*intended)), "round {round}: {intended}");
        }
        in_flight += said.intended.len();

        let runs = store.runs(&customer(), u32::MAX).await.unwrap();
        let is_off_by_one = |found: usize, told: u64| found as u64 == told || found as u64 == told + 1;
        assert!(is_off_by_one(runs.len(), begun), "round {round}");
        let with_end = runs.iter().filter(|run| run.ended.is_some()).count();
        assert!(is_off_by_one(with_end, ended), "round {round}");
        (begun, ended) = (runs.len() as u64, with_end as u64);
        if let Some(number) = said.last_plan {
            let kept = store.plan(&customer(), &plan(number)).await.unwrap().unwrap();
            assert_eq!(kept.file, number.to_be_bytes().repeat(3000), "round {round}");
        }
    }
    println!("{settled} settled, {in_flight} of {KILLS} killed between an intent and its end");
    assert!(in_flight > 0, "no process was killed where it matters");
}
