//! Cron jobs on the pages: the form in plain words, the next times before anything is saved, what became of runs.

use crate::{
    html::{check, words},
    stage::Stage,
};
use axum::http::StatusCode;

const WHEN: [(&str, &str); 6] =
    [("every", "week"), ("at", "06:05"), ("weekday", "1"), ("day", "1"), ("step", "5"), ("zone", "UTC")];

fn filled<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let fields = WHEN.into_iter().chain([("minutes", "10"), ("notify", "yes")]);
    fields
        .filter(|(name, _)| more.iter().all(|(other, _)| other != name))
        .chain(more.iter().copied())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_made_in_plain_words_and_shown() {
    let stage = Stage::new().await;
    let path = stage.filled("/accounts/{account}/cron-jobs/new");
    let page = stage.member.get(&path).await;
    check(&page.html);
    assert!(words(&page.html).contains("Next runs"), "{}", page.html);
    // Its next times, before anything is saved; what was typed stays.
    let does = [("does", "command"), ("command", "echo <b> \"%i\"")];
    let page = stage.member.post(&path, &filled(&[does[0], does[1], ("show", "yes")])).await;
    assert_eq!(page.status, StatusCode::OK);
    check(&page.html);
    assert_eq!(page.html.matches(", 6:05</time>").count(), 5, "{}", page.html);
    assert!(
        page.html.contains("echo &lt;b&gt; &quot;%i&quot;") && !page.html.contains("<b> "),
        "{}",
        page.html
    );
    // Errors stand at their fields, and a schedule of cron's own is read as one.
    for (field, wrong) in [
        ("at", vec![("at", "25:00")]),
        ("schedule", vec![("every", "cron"), ("schedule", "61 * * * *")]),
        ("zone", vec![("zone", "Mars/Olympus")]),
        ("minutes", vec![("minutes", "0")]),
        ("command", vec![("command", "")]),
        ("day", vec![("every", "month"), ("day", "32")]),
    ] {
        let mut fields = vec![does[0], does[1]];
        fields.retain(|(name, _)| wrong.iter().all(|(other, _)| other != name));
        fields.extend(wrong);
        let page = stage.member.post(&path, &filled(&fields)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        check(&page.html);
        assert!(page.html.contains(&format!("id=\"f-{field}-error\"")), "{field}: {}", page.html);
    }
    let got = stage.member.post(&path, &filled(&does)).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER, "{}", got.html);
    let job = got.location().split('?').next().unwrap().to_owned();
    let page = stage.member.get(got.location()).await;
    check(&page.html);
    let said = words(&page.html);
    for words in ["The cron job is added.", "every Monday at 6:05", "5 6 * * 1", "Not run yet", "Run now"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // The form comes back as it was filled in.
    let page = stage.member.get(&format!("{job}/edit")).await;
    check(&page.html);
    assert!(page.html.contains("value=\"06:05\"") && page.html.contains("value=\"10\""), "{}", page.html);
    for (verb, said) in [
        ("run", "The run is asked for"),
        ("pause", "The cron job is paused."),
        ("resume", "The cron job is resumed."),
    ] {
        let got = stage.member.post(&format!("{job}/{verb}"), &[]).await;
        assert_eq!(got.status, StatusCode::SEE_OTHER, "{verb}");
        assert!(words(&stage.member.get(got.location()).await.html).contains(said), "{verb}");
    }
    let got = stage.member.post(&format!("{job}/delete"), &[]).await;
    assert!(stage.member.get(got.location()).await.html.contains("The cron job is deleted."));
    assert_eq!(stage.member.get(&job).await.status, StatusCode::NOT_FOUND);
    let changes = stage.member.get(&stage.filled("/accounts/{account}/changes")).await;
    assert!(words(&changes.html).contains("Cron job deleted"), "{}", changes.html);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_are_shown_to_those_who_see_the_account() {
    let stage = Stage::new().await;
    let path = stage.filled("/cron-jobs/{cron_job}");
    let list = stage.filled("/accounts/{account}/cron-jobs");
    let french = words(&stage.member.reading("fr").get(&path).await.html);
    for said in [
        "échouée, code 3",
        "chaque jour à 2\u{a0}h\u{a0}30",
        "elle durait encore à 2",
        "Seule la fin est gardée",
    ] {
        assert!(french.contains(said), "{said}: {french}");
    }
    let page = stage.reader.get(&path).await;
    check(&page.html);
    assert!(
        page.html.contains("failed, code 3")
            && page.html.contains("<pre tabindex=\"0\" class=\"output\">Asso"),
        "{}",
        page.html
    );
    assert!(!page.html.contains("/run\"") && !page.html.contains("/delete\""), "a reader is offered no act");
    let page = stage.reader.get(&list).await;
    check(&page.html);
    assert!(page.html.contains(&format!("href=\"{path}\"")) && !page.html.contains("cron-jobs/new"));
    for path in [&path, &list] {
        assert_eq!(stage.stranger.get(path).await.status, StatusCode::NOT_FOUND);
    }
}
