//! Members from a file: dry run, all or nothing, what is wrong and where; export.

use crate::{
    api::Client,
    bench::Bench,
    members::{made, named},
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use futures_util::StreamExt;
use model::{Lang, ProblemKind};
use serde_json::json;
use server::{
    Server,
    member::{self, ContactInput, Filter, Import, NewMember, Outcome, Sort},
    paging::Listing,
};
use tower::ServiceExt;

fn rows(count: usize) -> String {
    let mut csv = "\u{feff}Numéro;Nom;Type;Statut;Depuis;Langue;Contact technique nom;Contact technique courriel;Contact facturation téléphone;Responsable courriel;Notes\r\n".to_owned();
    for n in 1..=count {
        let (kind, status) = if n % 3 == 0 { ("personne", "client") } else { ("association", "membre") };
        csv += &format!(
            "{n};Membre {n:05} « été »;{kind};{status};{:02}/05/2020;fr;Ana {n};ana{n}@m{n}.example;'+33 6 12 34 56 78;chef{n}@m{n}.example;note {n}\r\n",
            n % 28 + 1
        );
    }
    csv
}

/// What is wrong: row, column, code.
fn wrong(import: &Import) -> Vec<(usize, &str, &str)> {
    let mut all = vec![];
    for row in &import.rows {
        if let Outcome::Wrong(problems) = &row.outcome {
            all.extend(
                problems.iter().map(|problem| (row.row, problem.column.as_str(), problem.code.as_str())),
            );
        }
    }
    all
}

async fn exported(server: &Server, bench: &Bench, lang: Lang) -> String {
    let file =
        member::export(server, &bench.admin, None, Filter { sort: Sort::Number, ..Filter::default() }, lang)
            .await
            .unwrap();
    file.map(|page| page.unwrap()).collect::<Vec<_>>().await.concat()
}

pub async fn two_thousand_members_come_in_as_they_were_shown(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let csv = rows(2_000);
    let begun = std::time::Instant::now();
    let said = member::check(server, admin, &csv, false).await.unwrap();
    println!("dry run: {:.1?}", begun.elapsed());
    assert_eq!((said.good, said.wrong, said.owners, said.rows.len()), (2_000, 0, 2_000, 2_000));
    assert_eq!(said.rows[1].row, 3);
    assert_eq!(bench.count("SELECT COUNT(*) FROM members").await, 0, "nothing comes in before");
    assert_eq!(member::show_import(server, admin, said.id).await.unwrap(), said);
    let begun = std::time::Instant::now();
    let done = member::apply(server, admin, said.id).await.unwrap();
    println!("import: {:.1?}", begun.elapsed());
    assert_eq!(done.item.rows, said.rows);
    for (query, wanted) in [
        ("SELECT COUNT(*) FROM members WHERE status = 'client' AND kind = 'person'", 666),
        ("SELECT COUNT(*) FROM member_contacts WHERE phone = '+33 6 12 34 56 78'", 2_000),
        ("SELECT COUNT(*) FROM member_statuses", 2_000),
        ("SELECT COUNT(*) FROM grants WHERE role = 'owner' AND member_id IS NOT NULL", 2_000),
        ("SELECT COUNT(*) FROM imported_owners WHERE invited_at IS NULL", 2_000),
        ("SELECT COUNT(*) FROM changes WHERE verb = 'member.create'", 2_000),
        ("SELECT COUNT(*) FROM changes WHERE verb = 'grant.create'", 2_000),
        ("SELECT COUNT(*) FROM changes WHERE verb = 'member.import'", 1),
        ("SELECT COUNT(*) FROM mails", 0),
        ("SELECT COUNT(*) FROM member_imports WHERE csv <> ''", 0),
        ("SELECT COUNT(*) FROM changes WHERE after_json LIKE '%note 7%'", 0),
    ] {
        assert_eq!(bench.count(query).await, wanted, "{query}");
    }
    let listing = Listing { q: Some("ana77@".into()), ..Listing::default() };
    let found = member::list(server, admin, &listing, &Filter::default()).await.unwrap().items;
    assert_eq!((found[0].number.get(), found[0].since.to_string()), (77, "2020-05-22".to_owned()));
    // Once is once: whoever asks again is told what was done.
    let again = member::apply(server, admin, said.id).await.unwrap();
    assert_eq!((again.item, again.change), (done.item, None));
    assert_eq!(bench.count("SELECT COUNT(*) FROM members").await, 2_000);
    // The same file again: every row is known.
    let again = member::check(server, admin, &csv, false).await.unwrap();
    assert_eq!(again.wrong, 2_000);
    assert!(wrong(&again).contains(&(2, "Numéro", "number_taken")));
    assert!(wrong(&again).contains(&(2, "Contact technique courriel", "email_taken")));
}

pub async fn one_wrong_row_of_two_thousand_and_nothing_comes_in(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let csv = rows(2_000).replace("ana1998@m1998.example", "ana1998@@m1998.example");
    let said = member::check(server, admin, &csv, false).await.unwrap();
    assert_eq!((said.good, said.wrong), (1_999, 1));
    assert_eq!(wrong(&said), [(1_999, "Contact technique courriel", "email_malformed")]);
    let refused = member::apply(server, admin, said.id).await.unwrap_err();
    assert_eq!((refused.kind, refused.code), (ProblemKind::Conflict, "import_wrong"));
    for query in [
        "SELECT COUNT(*) FROM members",
        "SELECT COUNT(*) FROM member_words",
        "SELECT COUNT(*) FROM grants WHERE role = 'owner'",
    ] {
        assert_eq!(bench.count(query).await, 0, "{query}");
    }
}

pub async fn each_cell_is_judged_and_duplicates_are_named(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let there = NewMember {
        number: Some(7),
        contacts: Some(vec![ContactInput {
            purpose: "legal".into(),
            email: Some("Known@asso.example".into()),
            ..Default::default()
        }]),
        ..named("Les Anciens")
    };
    made(&bench, there).await;
    let csv = "number,name,kind,status,since,language,technical contact e-mail,billing contact phone,owner\n\
        7,Un,person,member,2020-01-01,en,,,\n\
        8,Deux,,,,,known@ASSO.example,,\n\
        9,Trois,,,,,new@asso.example,,new@asso.example\n\
        9,Quatre,,,,,,,NEW@asso.example\n\
        x,,firm,ex,31/31/2020,de,a@,12,b@\n\
        10,Six,,,2199-01-01,,,,\n\
        11,Sept,,,,,,,,trop\n\
        ,Huit,Organization,Struck off,,French,,,\n";
    let said = member::check(server, admin, csv, false).await.unwrap();
    let wanted = [
        (2, "number", "number_taken"),
        (3, "technical contact e-mail", "email_taken"),
        (5, "number", "number_twice"),
        (5, "owner", "email_twice"),
        (6, "number", "number_malformed"),
        (6, "kind", "choice_absent"),
        (6, "status", "choice_absent"),
        (6, "since", "day_malformed"),
        (6, "language", "choice_absent"),
        (6, "owner", "email_malformed"),
        (6, "", "name_missing"),
        (6, "technical contact e-mail", "email_malformed"),
        (6, "billing contact phone", "phone_malformed"),
        (7, "since", "day_to_come"),
        (8, "", "row_wide"),
    ];
    let mut found = wrong(&said);
    for one in wanted {
        let place = found.iter().position(|known| known.0 == one.0 && known.1 == one.1);
        let place = place.unwrap_or_else(|| panic!("{one:?} is not in {found:?}"));
        let said = found.remove(place);
        assert!(said.2 == one.2 || said.2.starts_with("name_"), "{said:?} is not {one:?}");
    }
    assert_eq!(found, []);
    let Outcome::Wrong(problems) = &said.rows[1].outcome else { panic!() };
    assert!(
        problems[0].text.en.contains("Les Anciens") && problems[0].text.fr.contains("numéro 7"),
        "{problems:?}"
    );
    // One person may look after several members, if the cooperative says so.
    let csv = "nom;responsable\nUn;ana@x.example\nDeux;ana@x.example\nTrois;known@asso.example\n";
    assert_eq!(member::check(server, admin, csv, false).await.unwrap().wrong, 2);
    let said = member::check(server, admin, csv, true).await.unwrap();
    assert_eq!((said.wrong, said.owners), (0, 2));
    member::apply(server, admin, said.id).await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM users WHERE email_key = 'ana@x.example'").await, 1);
    assert_eq!(bench.count("SELECT MIN(number) FROM members WHERE number > 7").await, 8, "numbers go on");
    // Numbers the panel gives keep clear of those in the file.
    let said = member::check(server, admin, "nom;numero\nA;\nB;11\nC;\n", false).await.unwrap();
    member::apply(server, admin, said.id).await.unwrap();
    let listing = Listing { limit: Some(3), ..Listing::default() };
    let filter = Filter { sort: Sort::Newest, ..Filter::default() };
    let last: Vec<_> = member::list(server, admin, &listing, &filter)
        .await
        .unwrap()
        .items
        .iter()
        .map(|m| (m.name.clone(), m.number.get()))
        .collect();
    assert_eq!(last, [("C".into(), 13), ("B".into(), 11), ("A".into(), 12)]);
}

pub async fn what_is_imported_is_what_was_shown(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let said = member::check(server, admin, "numero;nom\n5;Ana\n", false).await.unwrap();
    // Somebody else takes the number meanwhile.
    made(&bench, NewMember { number: Some(5), ..named("Autre") }).await;
    let refused = member::apply(server, admin, said.id).await.unwrap_err();
    assert_eq!(refused.code, "import_changed");
    let now = member::show_import(server, admin, said.id).await.unwrap();
    assert_eq!(wrong(&now), [(2, "numero", "number_taken")]);
    assert_eq!(member::apply(server, admin, said.id).await.unwrap_err().code, "import_wrong");
    // Whoever keeps members sees it, nobody else does; and it does not wait for ever.
    let said = member::check(server, admin, "nom\nAna\n", false).await.unwrap();
    let other = crate::bench::staff(server, "autre@coop.example").await;
    member::show_import(server, &other, said.id).await.unwrap();
    let board = server::Actor { staff: server::actor::Staff::of(&[model::StaffRole::Board]), ..other };
    assert_eq!(member::show_import(server, &board, said.id).await.unwrap_err().code, "not_found");
    assert_eq!(member::apply(server, &board, said.id).await.unwrap_err().code, "staff_only");
    bench.world.pass(member::IMPORT_MS);
    assert_eq!(member::apply(server, admin, said.id).await.unwrap_err().code, "not_found");
    server::jobs::sweep(server).await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM member_imports").await, 0);
    // Two clicks at once import once, and lead to the same.
    let said = member::check(server, admin, "nom\nDeux fois\n", false).await.unwrap();
    let (one, two) =
        tokio::join!(member::apply(server, admin, said.id), member::apply(server, admin, said.id));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.item, two.item);
    assert!(one.item.applied_at.is_some() && one.change.is_some() != two.change.is_some());
    assert_eq!(bench.count("SELECT COUNT(*) FROM members WHERE name = 'Deux fois'").await, 1);
    assert_eq!(member::apply(server, &board, said.id).await.unwrap_err().code, "staff_only");
    // Making owners takes a fresh proof.
    let said = member::check(server, admin, "nom\nAna\n", false).await.unwrap();
    let tired = server::Actor { proved_at: Some(0), ..admin.clone() };
    assert_eq!(member::apply(server, &tired, said.id).await.unwrap_err().code, "proof_needed");
    let home = bench.household("alpha").await;
    for problem in [
        member::check(server, &home.owner, "nom\nAna", false).await.unwrap_err(),
        member::apply(server, &home.owner, said.id).await.unwrap_err(),
        member::invitations(server, &home.owner).await.unwrap_err(),
        member::invite_next(server, &home.owner, 1).await.unwrap_err(),
    ] {
        assert_eq!(problem.code, "not_found");
    }
}

pub async fn what_is_exported_can_be_imported(bench: Bench) {
    let (server, admin) = (&bench.server, &bench.admin);
    let contact = |purpose: &str, name: &str, phone: &str| ContactInput {
        purpose: purpose.into(),
        name: Some(name.into()),
        email: None,
        phone: Some(phone.into()),
    };
    let hostile = NewMember {
        number: Some(3),
        kind: Some("person".into()),
        status: Some("struck_off".into()),
        since: Some("2019-02-03".into()),
        lang: Some("en".into()),
        address: Some("3 rue; \"A\"\n35000 Rennes".into()),
        contacts: Some(vec![
            contact("billing", "@Ana", "+33612345678"),
            contact("billing", "-Bo", "0612345678"),
        ]),
        notes: Some("=HYPERLINK(\"http://evil.example\")".into()),
        ..named("=1+1;\"x\"")
    };
    let first = made(&bench, hostile).await;
    made(&bench, named("'@Les « Amis »")).await;
    bench.household("alpha").await;
    for lang in Lang::ALL {
        let file = exported(server, &bench, lang).await;
        for cell in file.lines().skip(1).flat_map(|line| line.split(';')) {
            assert!(!cell.trim_matches('"').starts_with(['=', '+', '-', '@']), "{cell} in {file}");
        }
        let elsewhere = Bench::new(None).await;
        let (other, admin) = (&elsewhere.server, &elsewhere.admin);
        let said = member::check(other, admin, &file, false).await.unwrap();
        assert_eq!(wrong(&said), []);
        member::apply(other, admin, said.id).await.unwrap();
        let back = member::list(
            other,
            admin,
            &Listing { q: Some("3".into()), ..Listing::default() },
            &Filter::default(),
        )
        .await
        .unwrap()
        .items[0]
            .id;
        let back = member::show(other, admin, back).await.unwrap();
        let wanted = member::MemberView {
            id: back.id,
            created_at: back.created_at,
            confirm_at: back.confirm_at,
            ..first.clone()
        };
        assert_eq!(back, wanted);
        assert_eq!(exported(other, &elsewhere, lang).await, file);
    }
    // Filters count, and over the API it is a file.
    let client = Client::of(&bench, admin.user).await;
    let request = client.request("GET", "/members/export?status=struck_off", None);
    let (parts, body) = client.router.clone().oneshot(request).await.unwrap().into_parts();
    assert_eq!(parts.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let file = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    assert!(
        file.starts_with("\u{feff}numéro;nom;") && file.contains("radié") && !file.contains("Amis"),
        "{file}"
    );
}

pub async fn the_api_takes_a_file_and_no_more_than_it_should(bench: Bench) {
    let client = Client::of(&bench, bench.admin.user).await;
    let said = client.ask("POST", "/members/imports", Some(json!({ "csv": rows(300) }))).await;
    assert_eq!(
        (said.status, &said.body["good"]),
        (StatusCode::CREATED, &json!(300)),
        "more than the usual 64 KiB"
    );
    let path = format!("/members/imports/{}", said.body["id"].as_str().unwrap());
    assert_eq!(client.ask("GET", &path, None).await.body["rows"][0]["outcome"]["made"]["number"], 1);
    let applied = client.ask("POST", &format!("{path}/apply"), None).await;
    assert_eq!((applied.status, applied.body["owners"].as_u64()), (StatusCode::OK, Some(300)));
    let bad = client.ask("POST", "/members/imports", Some(json!({ "csv": "âge\n7" }))).await;
    assert_eq!((bad.status, bad.body["field"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("csv")));
    let large = client
        .ask("POST", "/members/imports", Some(json!({ "csv": "x".repeat(member::LARGEST_FILE + 1) })))
        .await;
    assert_eq!(large.body["code"], "csv_large");
    let request =
        Request::builder().method("POST").uri("/api/v1/members/imports").header("origin", crate::api::ORIGIN);
    let request =
        request.header(header::COOKIE, &client.cookie).header(header::CONTENT_TYPE, "application/json");
    let huge = client.send(request.body(Body::from(vec![b' '; 9 << 20])).unwrap()).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    // No other route takes that much.
    let other = client.ask("POST", "/members", Some(json!({ "name": "x".repeat(70_000) }))).await;
    assert_eq!(other.status, StatusCode::PAYLOAD_TOO_LARGE);
}
