//! What each role finds first, and how much of a plan is taken.

use crate::{html::check, stage::Stage};
use axum::http::StatusCode;
use model::StaffRole;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plans_use_is_drawn_where_it_counts() {
    let stage = Stage::new().await;
    let account = stage.filled("/accounts/{account}");
    // 1 site of 5, 2 names of 5.
    let html = stage.member.get(&account).await.html;
    check(&html);
    assert!(html.contains("1 of 5") && html.contains("2 of 5"), "{html}");
    assert!(html.contains("Space, at most") && html.contains("1\u{a0}GB"), "what nobody counts is its limit");
    assert!(!html.contains("0 of"), "{html}");
    assert!(!html.contains("meter-said"));
    let path = stage.filled("/sites/{site}/names");
    for name in ["a.asso.example", "b.asso.example"] {
        stage.member.post(&path, &[("name", name)]).await;
    }
    let html = stage.member.get(&account).await.html;
    assert!(html.contains("4 of 5") && html.contains("Nearly all is taken: 1 left."), "{html}");
    let html = stage.member.reading("fr").get(&stage.filled("/sites/{site}")).await.html;
    check(&html);
    assert!(html.contains("Presque tout est pris\u{a0}: il en reste 1."), "{html}");
    // A plan that is too small: drawn against that plan, beside the question.
    let small = server::plan::PlanInput {
        name: "Small".into(),
        sites_max: 1,
        names_max: 3,
        databases_max: Some(3),
        php_workers: 1,
        disk_mb: 1024,
        memory_mb: 256,
        mails_hour: None,
        mails_day: None,
        above: false,
    };
    let small = server::plan::create(&stage.server, &server::Actor::panel(), small).await.unwrap().item.id;
    let manage = stage.filled("/accounts/{account}/manage");
    assert!(stage.admin.get(&manage).await.html.contains("With the present plan:"));
    let got =
        stage.admin.post(&stage.filled("/accounts/{account}/plan"), &[("plan", &small.to_string())]).await;
    assert_eq!(got.status, StatusCode::CONFLICT, "{}", got.html);
    check(&got.html);
    assert!(got.html.contains("With the plan chosen:") && got.html.contains("4 of 3"), "{}", got.html);
    assert!(got.html.contains("1 more than the plan allows") && got.html.contains("1 of 1"), "{}", got.html);
}

/// The page whose address a role comes to, checked, in English.
async fn home_of(stage: &Stage, role: StaffRole) -> String {
    let (_, person) = stage.staff.iter().find(|(of, _)| *of == role).unwrap();
    let got = person.get("/").await;
    assert_eq!(got.status, StatusCode::OK);
    check(&got.html);
    check(&person.reading("fr").get("/?time=year").await.html);
    got.html
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_finds_first_what_it_comes_for() {
    let stage = Stage::new().await;
    let panel = server::Actor::panel();
    let asking = server::member::NewMember {
        name: "Chorale candidate".into(),
        status: Some("applicant".into()),
        ..Default::default()
    };
    server::member::create(&stage.server, &panel, asking).await.unwrap();
    let unpaid = server::account::Suspension {
        code: "unpaid".into(),
        reference: None,
        reason: Some("Two years of dues".into()),
    };
    server::account::suspend(&stage.server, &panel, stage.account, None, unpaid).await.unwrap();
    stage.run("UPDATE users SET password = NULL WHERE email_key = $1", "asked@asso.example").await;
    assert!(home_of(&stage, StaffRole::Treasurer).await.contains("Not counted yet"));
    assert!(server::census::take(&stage.server).await.unwrap());

    let hosts = ["Hosts to look at", "Everything is in service"];
    let people = ["Locked out", "Not in yet", "Mails that did not go out"];
    let money = ["Applicants", "Chorale candidate", "Two years of dues", "unpaid accounts"];
    let history = ["Last changes", "/changes/history"];
    let keeping = ["/members/new", "/members/import", "/members/export.csv"];
    let shows = |html: &str, all: &[&str]| all.iter().all(|words| html.contains(words));
    let hides = |html: &str, all: &[&str]| !all.iter().any(|words| html.contains(words));

    let treasurer = home_of(&stage, StaffRole::Treasurer).await;
    assert!(shows(&treasurer, &money) && shows(&treasurer, &keeping), "{treasurer}");
    assert!(treasurer.contains("number, name or e-mail") && treasurer.contains("<b>1</b><span>applicants"));
    assert!(
        hides(&treasurer, &hosts) && hides(&treasurer, &people) && hides(&treasurer, &history),
        "{treasurer}"
    );

    let board = home_of(&stage, StaffRole::Board).await;
    assert!(shows(&board, &money) && shows(&board, &history), "{board}");
    assert!(
        hides(&board, &keeping) && hides(&board, &people) && hides(&board, &["Create"]),
        "the board reads"
    );

    let support = home_of(&stage, StaffRole::Support).await;
    assert!(shows(&support, &people) && support.contains("Who is calling?"), "{support}");
    assert!(support.contains("asked@asso.example") && support.contains("owner@asso.example"), "{support}");
    assert!(hides(&support, &money) && hides(&support, &history), "{support}");

    let operator = home_of(&stage, StaffRole::Operator).await;
    assert!(hosts.iter().any(|words| operator.contains(words)), "{operator}");
    assert!(hides(&operator, &people) && hides(&operator, &money), "{operator}");

    let admin = home_of(&stage, StaffRole::Admin).await;
    let all = [&people[..], &money, &keeping].concat();
    assert!(shows(&admin, &all) && admin.contains("Create an account"), "{admin}");
    // Whom the second factor keeps out is named; whom the password does, only counted.
    for (bucket, n) in [("factor:", 10), ("user:", 10)] {
        for _ in 0..n {
            let id = stage.server.world.id::<()>().to_string();
            let statement = if bucket == "user:" {
                "INSERT INTO attempts (id, bucket, at) SELECT $1, 'user:abc', last_seen_at FROM hosts"
            } else {
                "INSERT INTO attempts (id, bucket, at) SELECT $1, 'factor:' || u.id, h.last_seen_at FROM users u, hosts h
                 WHERE u.email_key = 'reader@asso.example'"
            };
            stage.run(statement, &id).await;
        }
    }
    let support = home_of(&stage, StaffRole::Support).await;
    assert!(
        support.contains("reader@asso.example") && support.contains("Two-step sign-in failed too often"),
        "{support}"
    );
    assert!(support.contains("One address waits"), "{support}");
    // All of whom a home shows the first.
    let (_, support) = stage.staff.iter().find(|(of, _)| *of == StaffRole::Support).unwrap();
    let waiting = support.get("/users?state=waiting").await.html;
    check(&waiting);
    assert!(waiting.contains("asked@asso.example") && !waiting.contains("owner@asso.example"), "{waiting}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_went_over_time_is_drawn_and_said() {
    let stage = Stage::new().await;
    assert!(server::census::take(&stage.server).await.unwrap());
    let html = home_of(&stage, StaffRole::Board).await;
    assert!(html.contains("the line begins tomorrow") && !html.contains("id=\"chart-sites\""), "{html}");
    let week = stage.server.world.now_ms() - 7 * 86_400_000;
    let day = model::Day::from_ms(week).ms().to_string();
    stage.run("INSERT INTO census (what, day, counted) VALUES ('sites', CAST($1 AS BIGINT), 41)", &day).await;
    // As if that had been counted.
    stage.run("UPDATE panel SET counted_at = counted_at + 1 WHERE $1 <> ''", "x").await;
    let html = home_of(&stage, StaffRole::Board).await;
    let tags = check(&html);
    let drawn: Vec<_> = tags.iter().filter(|tag| tag.get("role") == Some("img")).collect();
    let labels = drawn.iter().filter_map(|tag| tag.get("aria-labelledby")).collect::<Vec<_>>();
    assert!(labels.contains(&"chart-sites chart-sites-text"), "{labels:?}");
    assert!(
        html.contains("from 1 to 41") && html.contains("at least 1 (") && html.contains("at most 41 ("),
        "{html}"
    );
    assert!(html.contains("<caption class=\"unseen\">The values</caption>"), "{html}");
    let year = stage.admin.get("/?time=year").await.html;
    assert!(
        year.contains("changes in a year")
            && year.contains("changes of the week")
            && year.contains("href=\"/#time\""),
        "{year}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_sees_what_stands_still_then_accounts_and_sites() {
    let stage = Stage::new().await;
    let html = stage.member.get("/").await.html;
    check(&html);
    assert!(html.contains("site-names") && html.contains(&stage.filled("href=\"/sites/{site}\"")), "{html}");
    assert!(html.contains("Open it to add your first site.") && !html.contains("To look at"), "{html}");
    stage
        .run("UPDATE resources SET state = 'failed', text_fr = 'Disque plein', text_en = 'Disk full' WHERE key = $1", &stage.filled("{site}"))
        .await;
    let html = stage.member.get("/").await.html;
    check(&html);
    assert!(html.contains("To look at") && html.contains("Disk full"), "{html}");
    // A suspended account is said once, not once more for each of its sites.
    let unpaid =
        server::account::Suspension { code: "unpaid".into(), reference: None, reason: Some("Dues".into()) };
    server::account::suspend(&stage.server, &server::Actor::panel(), stage.account, None, unpaid)
        .await
        .unwrap();
    let html = stage.member.get("/").await.html;
    check(&html);
    assert!(html.contains("This account is suspended") && !html.contains("Disk full"), "{html}");
    // Who has nothing yet is told what to do first; who has one account comes straight to it.
    let none = stage.stranger.get("/").await;
    assert!(
        none.html.contains("You have no account yet") && none.html.contains("Ask the cooperative"),
        "{}",
        none.html
    );
    assert_eq!(stage.reader.get("/").await.status, StatusCode::OK, "two accounts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_search_field_is_an_ordinary_one_that_can_suggest() {
    let stage = Stage::new().await;
    let html = stage.member.get("/profile").await.html;
    let tags = check(&html);
    let field = tags.iter().find(|tag| tag.get("id") == Some("find")).unwrap();
    assert_eq!(
        (field.get("type"), field.get("role")),
        (Some("search"), None),
        "no promise that a script has to keep"
    );
    assert!(
        tags.iter().any(|tag| tag.get("id") == Some("find-list") && tag.get("role") == Some("listbox")),
        "{html}"
    );
    assert!(!stage.nobody.get("/sign-in").await.html.contains("find-list"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_second_person_is_shown_to_whom_it_is_for() {
    let (stage, _) = Stage::mailing().await;
    let shown =
        async || stage.admin.get("/").await.html.matches("class=\"item-name\">Make an admin of").count();
    for n in shown().await..5 {
        stage.admin.post("/staff", &[("email", &format!("n{n}@coop.example")), ("role", "admin")]).await;
    }
    let html = stage.admin.get("/").await.html;
    let all = "Waits for a second approval</span></a>";
    assert!(
        html.matches("class=\"item-name\">Make an admin of").count() == 5 && !html.contains(all),
        "{html}"
    );
    stage.admin.post("/staff", &[("email", "more@coop.example"), ("role", "admin")]).await;
    let html = stage.admin.get("/").await.html;
    check(&html);
    assert!(html.contains(all) && !html.contains("more@coop.example"), "the home shows the first five");
    assert!(stage.admin.get("/staff").await.html.contains("more@coop.example"));
    // Of the staff themselves: support is told that it takes an admin, and offered to refuse alone.
    let (_, support) = stage.staff.iter().find(|(of, _)| *of == StaffRole::Support).unwrap();
    let operator = "SELECT g.user_id FROM grants g WHERE g.role = 'operator' AND g.account_id IS NULL AND g.member_id IS NULL";
    let operator: model::UserId =
        server::store::sql(operator).one(stage.server.store.on(), |row| row.first()).await.unwrap();
    let fields = [("email", "operator@new.example"), ("reason", "Seen at the office, file 12")];
    let got = stage.admin.post(&format!("/users/{operator}/recovery"), &fields).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.html);
    let html = support.get("/staff").await.html;
    check(&html);
    let part = html.split("item-name").find(|part| part.contains("Give access back")).unwrap();
    assert!(part.contains("only an admin can approve") && part.contains("/refuse"), "{part}");
    assert!(!part.contains("/approve"), "{part}");
    let admin = stage.admin.get("/staff").await.html;
    let part = admin.split("item-name").find(|part| part.contains("Give access back")).unwrap();
    assert!(part.contains("Withdraw my request") && part.contains("You asked for it"), "{part}");
}
