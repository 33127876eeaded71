//! `alveole-panel changes verify`.

use model::{Problem, ProblemKind, text};
use server::{Actor, Config, change};

/// Follows the chain of all acts; with a head noted earlier, also whether history still goes through it: what was cut off at the end
/// leaves a chain that is whole. Fails where it is not as it was written. Works while the panel runs.
pub async fn verify(config: Config, head: Option<String>) -> Result<(), Problem> {
    let server = super::open(config).await?;
    let verified = async {
        let chain = change::chain(&server, &Actor::panel()).await?;
        let stands = match &head {
            Some(head) => change::goes_through(&server, &Actor::panel(), head).await?,
            None => true,
        };
        Ok::<_, Problem>((chain, stands))
    };
    let verified = verified.await;
    server.store.close().await;
    let (chain, stands) = verified?;
    if let Some(change) = chain.broken {
        return Err(altered(&text!(
            "à partir de la modification {change}, ce n’est plus ce qui a été écrit",
            "from the change {change} on, it is not what was written"
        )));
    }
    if !stands {
        return Err(altered(&text!(
            "l’empreinte donnée n’en fait plus partie\u{a0}: la fin a été coupée, ou le panneau restauré d’une copie plus ancienne",
            "the given hash is no longer part of it: its end was cut off, or the panel restored from an older copy"
        )));
    }
    let (length, waiting, head) = (chain.length, chain.waiting, chain.head);
    let said = text!(
        "L’historique est tel qu’il a été écrit\u{a0}: {length} modifications, {waiting} pas encore enchaînées. Notez ailleurs l’empreinte de la dernière\u{a0}:",
        "The history is as it was written: {length} changes, {waiting} not chained yet. Note the hash of the last one elsewhere:"
    );
    eprintln!("{}", said.pick(super::lang()));
    println!("{head}");
    Ok(())
}

fn altered(how: &model::Text) -> Problem {
    let (fr, en) = (&how.fr, &how.en);
    let text = model::Text {
        fr: format!("L’historique a été altéré\u{a0}: {fr}. Comparez avec une sauvegarde.").into(),
        en: format!("The history was altered: {en}. Compare with a backup.").into(),
    };
    Problem::new(ProblemKind::Conflict, "history_altered", text)
}
