//! The seeded world: deterministic, complete, and what its stories say.

use std::collections::{BTreeMap, BTreeSet};

use nmbrs_client::sandbox::{Employee, Setup, Story, World};

use crate::asking::{all_paths, read, rows, sandbox, today};

fn one(world: &World, story: Story) -> Employee {
    world.telling(story).next().unwrap_or_else(|| panic!("nobody tells {story:?}")).clone()
}

fn address(employee: &Employee) -> Option<String> {
    employee.current_info(today()).unwrap().business_email.clone()
}

fn company_of(world: &World, story: Story) -> String {
    world.employees().find(|(_, employee)| employee.story == story).unwrap().0.company_id.clone()
}

#[test]
fn the_same_numbers_give_the_same_world() {
    assert!(World::dutch(120, 5, today()) == World::dutch(120, 5, today()));
    assert!(World::dutch(120, 5, today()) != World::dutch(120, 6, today()));
}

#[test]
fn every_size_is_met_exactly() {
    for people in [0, 1, 2, 12, 13, 39, 40, 41, 250] {
        assert_eq!(World::dutch(people, 3, today()).employees().count(), people, "{people} people");
    }
}

#[test]
fn forty_people_tell_every_story() {
    for seed in 0..20 {
        let world = World::dutch(40, seed, today());
        let told: BTreeSet<Story> = world.employees().map(|(_, employee)| employee.story).collect();
        assert_eq!(told, BTreeSet::from(Story::BY_IMPORTANCE), "seed {seed}");
        assert_eq!(world.telling(Story::Ordinary).count(), 3, "seed {seed}");
    }
}

#[test]
fn a_small_world_never_tells_half_of_a_pair() {
    let pairs = [
        (Story::SharedAddressA, Story::SharedAddressB),
        (Story::TwoCompaniesA, Story::TwoCompaniesB),
        (Story::ActiveAndFormerA, Story::ActiveAndFormerB),
        (Story::RehireOld, Story::RehireNew),
    ];
    for people in 0..40 {
        let world = World::dutch(people, 1, today());
        for (first, second) in pairs {
            assert_eq!(world.telling(first).count(), world.telling(second).count(), "{people}: {first:?}");
        }
    }
}

#[test]
fn ids_are_unique_and_addresses_are_shared_only_where_the_story_says_so() {
    let world = World::dutch(500, 11, today());
    let ids: BTreeSet<_> = world.employees().map(|(_, employee)| &employee.employee_id).collect();
    assert_eq!(ids.len(), 500);

    let mut by_address: BTreeMap<String, Vec<Story>> = BTreeMap::new();
    for (_, employee) in world.employees() {
        if let Some(address) = address(employee) {
            by_address.entry(address).or_default().push(employee.story);
        }
    }
    let mut shared: Vec<_> = by_address.into_values().filter(|stories| stories.len() > 1).collect();
    for stories in &mut shared {
        stories.sort_unstable();
    }
    shared.sort_unstable();
    assert_eq!(
        shared,
        [
            vec![Story::SharedAddressA, Story::SharedAddressB],
            vec![Story::TwoCompaniesA, Story::TwoCompaniesB],
            vec![Story::ActiveAndFormerA, Story::ActiveAndFormerB],
            vec![Story::RehireOld, Story::RehireNew],
        ]
    );
}

#[test]
fn two_records_of_one_person_agree_on_the_person_and_two_people_do_not() {
    let world = World::dutch(40, 2, today());
    let who = |story| {
        let info = one(&world, story).current_info(today()).unwrap().clone();
        (info.last_name, info.birth_date, info.business_email)
    };
    assert_eq!(who(Story::TwoCompaniesA), who(Story::TwoCompaniesB));
    assert_eq!(who(Story::ActiveAndFormerA), who(Story::ActiveAndFormerB));
    assert_eq!(who(Story::RehireOld), who(Story::RehireNew));
    assert_ne!(company_of(&world, Story::TwoCompaniesA), company_of(&world, Story::TwoCompaniesB));
    assert_ne!(company_of(&world, Story::ActiveAndFormerA), company_of(&world, Story::ActiveAndFormerB));
    assert_eq!(company_of(&world, Story::RehireOld), company_of(&world, Story::RehireNew));

    let (_, birth_a, address_a) = who(Story::SharedAddressA);
    let (_, birth_b, address_b) = who(Story::SharedAddressB);
    assert_eq!(address_a, address_b);
    assert_ne!(birth_a, birth_b);
}

#[test]
fn types_and_dates_are_what_the_stories_say() {
    for seed in 0..10 {
        let world = World::dutch(40, seed, today());
        let kind = |story| one(&world, story).employee_type;
        let end = |story| one(&world, story).employments.last().unwrap().end_date;
        for story in [
            Story::Leaver,
            Story::LeaverNoEndDate,
            Story::LeaverEndsAhead,
            Story::LeaverWithoutAccess,
            Story::ActiveAndFormerB,
            Story::RehireOld,
        ] {
            assert_eq!(kind(story), "formerPayroll", "{story:?}");
        }
        for story in [
            Story::FutureLeaver,
            Story::FutureStarter,
            Story::EndedButOnPayroll,
            Story::RehireNew,
            Story::RehireSameId,
        ] {
            assert_eq!(kind(story), "payroll", "{story:?}");
        }
        assert_eq!(kind(Story::UnknownType), "intern");
        assert!(end(Story::Leaver).unwrap() < today());
        assert_eq!(end(Story::LeaverNoEndDate), None);
        assert!(end(Story::LeaverEndsAhead).unwrap() > today());
        assert!(end(Story::FutureLeaver).unwrap() > today());
        assert!(end(Story::EndedButOnPayroll).unwrap() < today());
        assert!(one(&world, Story::FutureStarter).employments[0].start_date.unwrap() > today());
        assert!(one(&world, Story::NoEmployment).employments.is_empty());
        let twice = one(&world, Story::RehireSameId).employments;
        assert_eq!(twice.len(), 2);
        assert!(twice[0].end_date.unwrap() < twice[1].start_date.unwrap());
        assert_eq!(twice[1].end_date, None);
    }
}

#[test]
fn changed_values_have_their_former_one_in_the_history() {
    let world = World::dutch(40, 2, today());
    let names = one(&world, Story::NameChanged).personal_infos;
    let [.., former, current] = names.as_slice() else { panic!("one entry only") };
    assert_ne!(former.last_name, current.last_name);
    let addresses = one(&world, Story::EmailChanged).personal_infos;
    let [.., former, current] = addresses.as_slice() else { panic!("one entry only") };
    assert_ne!(former.business_email, current.business_email);
    assert!(former.business_email.is_some() && current.business_email.is_some());
}

#[test]
fn a_world_without_the_access_field_defines_and_fills_none() {
    let world = Setup::new(60, 1, today()).without_access_field().build();
    let mut definitions = world.companies.iter().flat_map(|company| &company.extra_fields);
    assert!(definitions.all(|definition| !definition.name.ends_with("_access")));
    let mut values = world.employees().flat_map(|(_, employee)| &employee.extra_fields);
    assert!(values.all(|value| !value.name.ends_with("_access")));
}

#[tokio::test]
async fn no_story_is_told_over_the_api() {
    let sandbox = sandbox(60).await;
    let mut seen = 0;
    for (_, path) in all_paths(&sandbox.world()) {
        let (status, page) = read(&sandbox, &format!("{path}?pageSize=100")).await;
        assert_eq!(status, 200, "{path}");
        assert!(!page.to_string().contains("story"), "{path}");
        seen += rows(&page).len();
    }
    assert!(seen > 60 * 4);
}

#[tokio::test]
async fn a_plain_world_is_sent_in_its_plainest_form() {
    let world = Setup::new(60, 4, today()).without_legal_variation().build();
    let sandbox = nmbrs_client::sandbox::Sandbox::start(world).await.unwrap();
    for (_, path) in all_paths(&sandbox.world()) {
        let (_, page) = read(&sandbox, &format!("{path}?pageSize=100")).await;
        let text = page.to_string();
        assert!(!text.contains("recordVersion") && !text.contains("labels"), "{path}");
        assert!(!text.contains(r#""true""#) || path.ends_with("extraFields"), "{path}");
        assert!(page["pagination"]["nextPage"].is_null(), "{path}");
    }
}
