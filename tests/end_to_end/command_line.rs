//! What a person at the command line sees.

use nmbrs_client::sandbox::Story;

use crate::process::Ran;
use crate::stage::{Stage, external_id, ordinary, path, telling};

#[tokio::test]
async fn everything_wrong_in_a_configuration_is_told_at_once() {
    let stage = Stage::of(20).await;
    stage.write_config(
        "participation = \"some\"\nlanguge = \"nl\"\n[policy.limits.deactivations]\npercent = 101\n",
    );
    let ran = stage.sync(&["plan", "--config", &path(&stage.config())]).await.ends_with_code(64);
    for part in ["policy.participation: must be one of", "policy.languge: is not a key", "percent: must be"] {
        assert!(ran.stderr.contains(part), "«{part}» in\n{}", ran.stderr);
    }
    assert!(stage.source_requests().await.is_empty());
}

#[tokio::test]
async fn wrong_usage_ends_with_64_and_says_what_is_wrong() {
    let stage = Stage::of(20).await;
    for (arguments, told) in [
        (&["destroy"][..], "destroy"),
        (&["plan"][..], "--config"),
        (&["apply", "--config", "x"][..], "--approve"),
        (&["plan", "--config", "/nowhere/sync.toml"][..], "/nowhere/sync.toml: cannot be read"),
        (&["explain", "--plan", "x", "--employee", "a b"][..], "--employee"),
        (&["--people", "many"][..], "--people"),
    ] {
        let ran = stage.sync(arguments).await;
        assert_eq!((ran.code, ran.stdout.as_str()), (64, ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{arguments:?}: {}", ran.stderr);
    }
}

#[tokio::test]
async fn help_is_no_mistake() {
    let stage = Stage::of(20).await;
    for arguments in [&["--help"][..], &["plan", "--help"], &["apply", "--help"], &["explain", "--help"]] {
        let ran = stage.sync(arguments).await.ends_with_code(0);
        assert!(ran.stdout.contains("Usage: sync") && ran.stderr.is_empty(), "{arguments:?}");
    }
}

#[tokio::test]
async fn r22_explain_says_why_for_each_kind_of_decision() {
    let stage = Stage::of(60).await;
    let (world, target) = (stage.world().await, stage.target().await);
    let plan = stage.plan(2).await;
    let file = path(&plan.file);
    let of = |story| telling(&world, story).employee_id.clone();
    for (employee, parts) in [
        (
            ordinary(&world, &target).1[0].employee_id.clone(),
            &["onboard", "external_id", "work_anniversary"][..],
        ),
        (of(Story::NameChanged), &["update", "last_name", "before", "fingerprints"]),
        (of(Story::Leaver), &["offboard", "R2", "former payroll", "last day"]),
        (of(Story::MissingEmail), &["hold", "missing_email", "R16", "fill it in"]),
        (of(Story::AccountByHand), &["hold", "adoption", "R18", "adopt"]),
        (of(Story::RehireNew), &["hold", "rehire", "R17"]),
        (of(Story::AccessNo), &["skip", "access_no", "2.3"]),
    ] {
        let ran = stage.sync(&["explain", "--plan", &file, "--employee", &employee]).await.ends_with_code(0);
        for part in parts {
            assert!(ran.stdout.contains(part), "«{part}» in\n{}", ran.stdout);
        }
        assert_fit_for_people(&ran);
        let with_prefix = external_id(&employee);
        let same = stage.sync(&["explain", "--plan", &file, "--employee", &with_prefix]).await;
        assert_eq!(same.stdout, ran.stdout);
    }
    let unknown = "11111111-1111-4111-8111-111111111111";
    let ran = stage.sync(&["explain", "--plan", &file, "--employee", unknown]).await.ends_with_code(1);
    assert!(ran.stderr.contains(unknown), "{}", ran.stderr);
}

#[tokio::test]
async fn plans_and_reports_are_fit_for_people() {
    let stage = Stage::of(120).await;
    let plan = stage.plan(2).await;
    assert_fit_for_people(&plan.ran);
    let (config, file) = (path(&stage.config()), path(&plan.file));
    let ran = stage.sync(&["apply", "--config", &config, "--plan", &file, "--approve", &plan.id]).await;
    assert_fit_for_people(&ran.ends_with_code(0));
}

#[cfg(unix)]
#[tokio::test]
async fn a_plan_file_is_its_owners_only_and_the_only_file_left() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::of(20).await;
    let plan = stage.plan(2).await;
    assert_eq!(std::fs::metadata(&plan.file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(stage.folder.contents().len(), 2, "the configuration and the plan");
}

/// Narrow enough, and without colours for a pipe.
#[track_caller]
pub(crate) fn assert_fit_for_people(ran: &Ran) {
    for (stream, text) in ran.streams() {
        assert!(!text.contains('\u{1b}'), "{stream} holds terminal codes");
        // A command to copy cannot be broken into lines.
        for line in text.lines().filter(|line| !line.starts_with("  sync ")) {
            assert!(line.chars().count() <= 100, "{stream} is too wide:\n{line}");
        }
    }
}
