//! Whether a host's disk can hold accounts to their space, and what to do where it cannot.

use crate::parts::{Tone, command, notice};
use leptos::prelude::*;
use model::{HomeDisk, Lang};

/// On the host's page; nothing where all is well, or not known.
pub fn quotas(lang: Lang, home: Option<&HomeDisk>) -> Option<AnyView> {
    let home = home.filter(|home| !home.quotas)?;
    let title = lang.pick("Son disque ne limite l’espace de personne", "Its disk limits nobody's space");
    let HomeDisk { kind, mount, .. } = home;
    let words = lang.pick(
        format!("Les dossiers des comptes sont sur {mount} ({kind}), sans quotas\u{a0}: l’espace est compté, et rien n’est refusé au-delà de l’offre."),
        format!("The accounts' folders are on {mount} ({kind}), without quotas: space is counted, and nothing beyond the plan is refused."),
    );
    let remedy = match kind.as_str() {
        "ext4" => {
            let words = lang.pick(
                "Une fois, en root, pendant que tout tourne\u{a0}:",
                "Once, as root, while all goes on:",
            );
            let lines = format!(
                "apt install quota\nsed -i -E 's#^(\\S+\\s+{mount}\\s+ext4\\s+)(\\S+)#\\1\\2,usrjquota=aquota.user,jqfmt=vfsv1#' /etc/fstab\nmount -o remount {mount}\nquotacheck -cum {mount}\nquotaon {mount}\nsystemctl restart alveole-agent"
            );
            Some((words, lines))
        }
        "xfs" => {
            let words = lang.pick(
                "Une fois, en root. XFS ne prend cette option qu’au montage\u{a0}: redémarrez l’hôte ensuite. Si c’est le système de fichiers de départ, mettez aussi rootflags=usrquota sur la ligne du noyau.",
                "Once, as root. XFS takes this option only when it is mounted: restart the host then. If it is the root file system, also put rootflags=usrquota on the kernel's line.",
            );
            let lines = format!(
                "sed -i -E 's#^(\\S+\\s+{mount}\\s+xfs\\s+)(\\S+)#\\1\\2,usrquota#' /etc/fstab\nsystemctl reboot"
            );
            Some((words, lines))
        }
        _ => None,
    };
    let more = match remedy {
        Some((words, lines)) => view! { <p>{words}</p>{command(lang, lines)} }.into_any(),
        None => {
            let words = lang.pick(
                "Ce système de fichiers n’en a pas\u{a0}: mettez /home sur ext4 ou XFS.",
                "This file system has none: put /home on ext4 or XFS.",
            );
            view! { <p>{words}</p> }.into_any()
        }
    };
    Some(notice(Tone::Know, title, view! { <p>{words}</p>{more} }))
}
