//! From HTTP to HTTPS: files that nginx looks for, name by name, and a line in the cell's Apache.

use crate::{
    fs::{There, look},
    testing::{World, account, site, wanted},
};
use model::{Body, Hsts, Resource, Site, SiteName, wire::ReportState};

fn asso() -> Resource {
    wanted(&Body::Account(account("asso", 1)), 0)
}

fn want(site: &Site) -> Resource {
    wanted(&Body::Site(site.clone()), 0)
}

fn sent(world: &World) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(world.paths.redirects())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn visitors_of_a_name_are_sent_to_https_while_it_is_wanted_and_no_cell_is_disturbed() {
    let mut world = World::new();
    // A name that could be taken for a configuration.
    let mut asso_site = site("asso", 1, 2, &["a.example", "b.conf"]);
    world.apply(vec![asso(), want(&asso_site)]);
    assert_eq!(sent(&world), Vec::<String>::new());
    world.daemons.take();
    let [a, b] = ["a.example", "b.conf"].map(|name| name.parse::<SiteName>().unwrap());
    for (redirect, names) in [
        (vec![a.clone(), b.clone()], vec!["a.example.https", "b.conf.https"]),
        (vec![b.clone()], vec!["b.conf.https"]),
    ] {
        asso_site.https.redirect = redirect;
        let done = world.apply(vec![want(&asso_site)]);
        assert_eq!(done[0].outcome.state, ReportState::Applied, "{done:#?}");
        assert_eq!(sent(&world), names);
    }
    let asked = world.daemons.take();
    assert!(!asked.iter().any(|asked| asked.contains("check") || asked.contains("reload")), "{asked:?}");
    // Lost, it comes back.
    std::fs::remove_file(world.paths.redirect(&b)).unwrap();
    world.all();
    assert_eq!(sent(&world), ["b.conf.https"]);
    // The name moves to another site of the account, in one go: what is that one's stays.
    let mut other = site("asso", 1, 3, &["c.example", "b.conf"]);
    other.https.redirect = vec![b];
    asso_site.names.truncate(1);
    asso_site.https.redirect.clear();
    world.apply(vec![want(&asso_site), want(&other)]);
    assert_eq!(sent(&world), ["b.conf.https"]);
    world.apply(vec![Resource { body: None, ..want(&other) }]);
    assert_eq!(sent(&world), Vec::<String>::new());
}

#[test]
fn hsts_is_a_line_of_the_sites_own_apache() {
    let mut world = World::new();
    let mut body = site("asso", 1, 2, &["a.example"]);
    world.apply(vec![asso(), want(&body)]);
    let fragment = world.paths.fragment(&body.account, body.id);
    let said = |world: &mut World, body: &Site| {
        let done = world.apply(vec![want(body)]);
        assert_eq!(done[0].outcome.state, ReportState::Applied, "{done:#?}");
        let There::File(bytes) = look(&fragment).unwrap() else { panic!("no fragment") };
        let text = String::from_utf8(bytes).unwrap();
        let line = text.lines().find(|line| line.contains("always set Strict-Transport-Security"));
        line.map(|line| line.trim().to_owned())
    };
    assert_eq!(said(&mut world, &body), None);
    for (max_age, subdomains, value) in [
        (Hsts::DAY, false, "max-age=86400"),
        (Hsts::HALF_A_YEAR, true, "max-age=15552000; includeSubDomains"),
        (0, true, "max-age=0"),
    ] {
        body.https.hsts = Some(Hsts { max_age, subdomains });
        let line = format!("Header always set Strict-Transport-Security \"{value}\" env=HTTPS");
        assert_eq!(said(&mut world, &body), Some(line));
    }
}
