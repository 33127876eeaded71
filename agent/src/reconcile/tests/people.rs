//! What people do to a host: edits, deletions, links in the way, many deletions at once.

use crate::testing::{World, account, site, wanted};
use model::{Account, AccountState, Body, Consent, Resource, SiteState, SshKey, wire::ReportState};
use std::os::unix::fs::symlink;

fn world() -> World {
    let mut world = World::new();
    world.apply(vec![asso(), vhost(&["a.example"])]);
    world
}

fn asso() -> Resource {
    wanted(&Body::Account(account("asso", 1)), 0)
}

fn vhost(names: &[&str]) -> Resource {
    wanted(&Body::Site(site("asso", 1, 2, names)), 0)
}

fn fragment(world: &World) -> std::path::PathBuf {
    let site = site("asso", 1, 2, &["a.example"]);
    world.paths.fragment(&site.account, site.id)
}

#[test]
fn missing_and_wrong_links_files_and_folders_are_healed() {
    let mut world = world();
    let before = world.snapshot();
    std::fs::remove_file(world.paths.names().join("a.example")).unwrap();
    symlink("/run/alveole/cells/other.sock", world.paths.names().join("a.example")).unwrap();
    std::fs::remove_file(fragment(&world)).unwrap();
    std::fs::remove_file(world.paths.userdb().join("asso.user")).unwrap();
    std::fs::remove_dir_all(world.paths.home(&account("asso", 1).name).join("sites/a.example")).unwrap();
    std::fs::remove_dir(world.paths.home(&account("asso", 1).name).join("logs")).unwrap();
    let done = world.all();
    assert!(done.iter().all(|done| done.healed && done.outcome.state == ReportState::Applied), "{done:#?}");
    assert_eq!(world.snapshot(), before);
    assert!(world.all().iter().all(|done| !done.healed));
}

#[test]
fn a_file_where_a_sites_folder_should_be_is_said() {
    let mut world = world();
    let folder = world.paths.home(&account("asso", 1).name).join("sites/a.example");
    let site = |done: &[super::super::Done]| {
        done.iter().find(|done| done.at == vhost(&["a.example"]).at()).unwrap().outcome.clone()
    };
    for (place, said) in
        [(folder.join("public"), "sites/a.example/public:"), (folder.clone(), "sites/a.example:")]
    {
        std::fs::remove_dir_all(&place).unwrap();
        std::fs::write(&place, "mine").unwrap();
        let told = site(&world.all());
        assert_eq!(told.state, ReportState::Failed, "{told:?}");
        assert!(told.text.as_ref().unwrap().en.contains(&format!("/home/asso/{said}")), "{told:?}");
        assert_eq!(std::fs::read(&place).unwrap(), b"mine");
        // A name that is taken off goes all the same, and one that is added leads here.
        let names = world.paths.names();
        let link = |name: &str| std::fs::symlink_metadata(names.join(name)).is_ok();
        for (names, there) in [(&["a.example", "b.example"][..], true), (&["a.example"], false)] {
            let done = world.apply(vec![vhost(names)]);
            assert_eq!((site(&done).state, link("b.example")), (ReportState::Failed, there), "{done:#?}");
        }
        // Taken away, the folder comes back.
        std::fs::remove_file(&place).unwrap();
        assert_eq!(site(&world.all()).state, ReportState::Applied);
        assert!(folder.join("public").is_dir());
    }
    // It keeps nobody from suspending the site; and a link is the tenant's own affair.
    std::fs::remove_dir_all(&folder).unwrap();
    symlink("../private", &folder).unwrap();
    assert_eq!(site(&world.all()).state, ReportState::Applied);
    std::fs::remove_file(&folder).unwrap();
    std::fs::write(&folder, "mine").unwrap();
    let mut suspended = crate::testing::site("asso", 1, 2, &["a.example"]);
    suspended.state = SiteState::Suspended;
    let done = world.apply(vec![wanted(&Body::Site(suspended), 0)]);
    assert_eq!(site(&done).state, ReportState::Applied, "{done:#?}");
}

#[test]
fn an_edit_waits_and_is_put_back_or_kept() {
    let mut world = world();
    let ours = std::fs::read_to_string(fragment(&world)).unwrap();
    let edited = format!("{ours}# by hand\n");
    std::fs::write(fragment(&world), &edited).unwrap();
    let held = |done: &[super::super::Done]| {
        let site = done.iter().find(|done| done.at == vhost(&["a.example"]).at()).unwrap().clone();
        assert_eq!(site.outcome.state, ReportState::Held, "{done:#?}");
        site.outcome.drift.unwrap()
    };
    let drift = held(&world.all());
    assert!(drift.path.ends_with(".conf") && drift.diff.contains("\n+# by hand\n"), "{drift:?}");
    // A change without consent waits too, and the edit serves on.
    held(&world.apply(vec![vhost(&["a.example", "b.example"])]));
    assert_eq!(std::fs::read_to_string(fragment(&world)).unwrap(), edited);
    // Kept: applied as it is, quietly, until the next change asks again.
    let keep = Resource { consent: Some(Consent::Keep), ..vhost(&["a.example", "b.example"]) };
    let done = world.apply(vec![keep]);
    assert_eq!(done[0].outcome.state, ReportState::Applied, "{done:#?}");
    assert_eq!(std::fs::read_to_string(fragment(&world)).unwrap(), edited);
    assert!(world.paths.names().join("b.example").is_symlink());
    assert!(world.all().iter().all(|done| done.outcome.state == ReportState::Applied && !done.healed));
    held(&world.apply(vec![vhost(&["a.example", "c.example"])]));
    // Edited once more while kept: asks as well.
    let put_back = Resource { consent: Some(Consent::PutBack), ..vhost(&["a.example", "c.example"]) };
    let done = world.apply(vec![put_back]);
    assert_eq!(done[0].outcome.state, ReportState::Applied, "{done:#?}");
    assert!(std::fs::read_to_string(fragment(&world)).unwrap().contains("c.example"));
    assert!(world.all().iter().all(|done| done.outcome.state == ReportState::Applied));
}

#[test]
fn an_edit_undone_by_hand_is_no_drift_any_more() {
    let mut world = world();
    let ours = std::fs::read(fragment(&world)).unwrap();
    std::fs::write(fragment(&world), "# broken").unwrap();
    assert!(world.all().iter().any(|done| done.outcome.state == ReportState::Held));
    std::fs::write(fragment(&world), ours).unwrap();
    assert!(world.all().iter().all(|done| done.outcome.state == ReportState::Applied));
}

#[test]
fn apache_is_never_sent_to_read_an_edit_it_refuses() {
    let mut world = world();
    let other = |n: u8, name: &str| wanted(&Body::Site(site("asso", 1, n, &[name])), 0);
    world.apply(vec![other(4, "old.example")]);
    std::fs::write(fragment(&world), "POISON\n").unwrap();
    *world.daemons.refuse.lock().unwrap() = Some("POISON".into());
    let before = world.snapshot();
    let files = |snapshot: &str| -> Vec<String> {
        snapshot.lines().filter(|line| !line.contains("/ ")).map(str::to_owned).collect()
    };
    let file = fragment(&world).display().to_string();
    let mut workers = account("asso", 1);
    workers.php_workers = 9;
    let acts = [
        other(3, "b.example"),
        Resource { body: None, ..other(4, "old.example") },
        wanted(&Body::Account(workers), 0),
    ];
    for act in acts {
        world.daemons.take();
        let done = world.apply(vec![act.clone()]);
        let of = done.iter().find(|done| done.at == act.at()).unwrap();
        assert_eq!(of.outcome.state, ReportState::Failed, "{done:#?}");
        let text = of.outcome.text.as_ref().unwrap();
        assert!(text.en.contains(&file) && text.fr.contains(&file), "{text:?}");
        assert!(!world.daemons.take().iter().any(|asked| asked.starts_with("reload")));
        assert_eq!(files(&world.snapshot()), files(&before));
    }
    // An edit that Apache accepts is in nobody's way, and neither is one that was mended.
    std::fs::write(fragment(&world), "# fine\n").unwrap();
    let done = world.all();
    assert_eq!(done.iter().filter(|done| done.outcome.state == ReportState::Applied).count(), 3, "{done:#?}");
    assert!(world.paths.names().join("b.example").is_symlink());
}

#[test]
fn an_edited_file_of_a_site_that_is_to_go_waits_too() {
    let mut world = world();
    std::fs::write(fragment(&world), "# by hand").unwrap();
    let gone = Resource { body: None, ..vhost(&["a.example"]) };
    assert_eq!(world.apply(vec![gone.clone()])[0].outcome.state, ReportState::Held);
    assert!(fragment(&world).exists());
    let meant = Resource { consent: Some(Consent::Delete), ..gone };
    assert_eq!(world.apply(vec![meant])[0].outcome.state, ReportState::Applied);
    assert!(!fragment(&world).exists());
}

#[test]
fn links_where_a_home_should_be_touch_nothing_outside() {
    let mut world = World::new();
    let outside = world.dir.path().join("etc/secret");
    std::fs::create_dir_all(&outside).unwrap();
    symlink(&outside, world.paths.home(&account("asso", 1).name)).unwrap();
    let done = world.apply(vec![asso(), vhost(&["a.example"])]);
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Failed), "{done:#?}");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(world.paths.names()).unwrap().count(), 0);
    // Moved away by an admin: all is well at the next look.
    std::fs::remove_file(world.paths.home(&account("asso", 1).name)).unwrap();
    assert!(world.all().iter().all(|done| done.outcome.state == ReportState::Applied));
}

#[test]
fn many_deletions_wait_while_the_sites_go_on() {
    let mut world = World::new();
    let many = |n: u8| wanted(&Body::Site(site("asso", 1, n, &[&format!("s{n}.example")])), 0);
    world.apply(vec![asso()]);
    world.apply((10..60).map(many).collect());
    let before = world.snapshot();
    let gone: Vec<Resource> = (10..35).map(|n| Resource { body: None, ..many(n) }).collect();
    let done = world.apply(gone.clone());
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Held), "{done:#?}");
    assert_eq!(world.snapshot(), before);
    // They wait, however long and however often it is looked at.
    world.now += std::time::Duration::from_secs(3600);
    for _ in 0..2 {
        assert_eq!(world.all().iter().filter(|done| done.outcome.state == ReportState::Held).count(), 25);
    }
    assert_eq!(world.snapshot(), before);
    let meant = gone.into_iter().map(|resource| Resource { consent: Some(Consent::Delete), ..resource });
    let done = world.apply(meant.collect());
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Applied), "{done:#?}");
    assert_eq!(std::fs::read_dir(world.paths.names()).unwrap().count(), 25);
}

#[test]
fn accounts_to_erase_are_counted_once() {
    let mut world = World::new();
    let vhost = |n: u8| wanted(&Body::Site(site("asso", 1, n, &[&format!("s{n}.example")])), 0);
    let erased = |n: u8, state| {
        let mut account = account(&format!("a{n}"), n);
        account.state = state;
        wanted(&Body::Account(account), 0)
    };
    world.apply(vec![asso()]);
    world.apply((10..170).map(vhost).collect());
    world.apply((200..220).map(|n| erased(n, model::AccountState::Active)).collect());
    // Twenty of 181 are more than a tenth.
    let done = world.apply((200..220).map(|n| erased(n, model::AccountState::Erased)).collect());
    assert!(done.iter().all(|done| done.outcome.state == ReportState::Held), "{done:#?}");
}

#[test]
fn a_record_that_cannot_be_read_is_told() {
    let mut world = world();
    let at = asso().at();
    let file = world.paths.records(at.kind).join(format!("{}.json", at.key));
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let done = world.all();
    let told = done.iter().find(|done| done.at == at).unwrap();
    assert!(told.retry && told.outcome.state == ReportState::Failed, "{told:#?}");
}

/// SFTP finds keys where they are looked up, for as long as the account is in service.
#[test]
fn keys_come_and_go_with_the_account() {
    let mut world = World::new();
    let file = world.paths.ssh_keys().join("asso.keys");
    let key: SshKey =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl".parse().unwrap();
    let mut set = |keys: &[&SshKey], state| {
        let ssh_keys = keys.iter().map(|key| (*key).clone()).collect();
        world.apply(vec![wanted(&Body::Account(Account { ssh_keys, state, ..account("asso", 1) }), 0)]);
        (std::fs::read_to_string(&file).ok(), world.daemons.take())
    };
    assert_eq!(set(&[], AccountState::Active).0, None);
    let (text, asked) = set(&[&key], AccountState::Active);
    assert_eq!(text.unwrap().lines().nth(1), Some(key.as_str()));
    // A key is no reason to bother the cell.
    assert_eq!(asked, Vec::<String>::new());
    let (text, asked) = set(&[&key], AccountState::Suspended);
    assert_eq!((text, asked), (None, vec!["stop asso".to_owned()]));
    assert!(set(&[&key], AccountState::Active).0.is_some());
    assert_eq!(set(&[], AccountState::Active), (None, vec![]));
}

/// A login is files that are looked up, and gone with it: nobody comes in by a name that nobody has.
#[test]
fn logins_come_and_go_with_the_account() {
    let mut world = World::new();
    let word: model::LoginWord = "photos".parse().unwrap();
    let files = world.paths.login_files(&"asso".parse().unwrap(), &word);
    let login = |secret: Option<&str>| model::SftpLogin {
        word: word.clone(),
        folder: "sites/www".parse().unwrap(),
        key: None,
        secret: secret.map(|secret| secret.parse().unwrap()),
    };
    let secret = "a".repeat(64);
    let mut set = |logins: Vec<model::SftpLogin>, state| {
        let body = Account { sftp_logins: logins, state, ..account("asso", 1) };
        world.apply(vec![wanted(&Body::Account(body), 0)]);
        (files.clone().map(|file| file.exists()), world.daemons.take())
    };
    assert_eq!(set(vec![login(Some(&secret))], AccountState::Active).0, [true, true, false]);
    assert_eq!(set(vec![login(None)], AccountState::Suspended).0, [false; 3]);
    assert_eq!(set(vec![login(Some(&secret))], AccountState::Active).0, [true, true, false]);
    assert_eq!(set(vec![], AccountState::Active), ([false; 3], vec![]));
}
