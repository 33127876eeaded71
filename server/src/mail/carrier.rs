//! What carries mails away: an SMTP server, or a folder. Messages are built of typed values by lettre, so that no header and no second
//! address can be slipped in.

use super::{
    Kind, Security, Sender, Settings, Smtp, Way,
    headers::{AutoSubmitted, ContentLanguage},
    render::Rendered,
    trouble::Trouble,
};
use crate::{config::Origin, file};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
    },
};
use model::{EmailAddress, Lang, MailId, Problem, ProblemKind, text};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{
    net::IpAddr,
    path::PathBuf,
    time::{Duration, SystemTime},
};

/// One step of the conversation with the server.
const STEP: Duration = Duration::from_secs(20);
/// All of it: shorter than what a claimed mail is kept from other processes.
const WHOLE: Duration = Duration::from_secs(45);

pub struct Carrier {
    from: Sender,
    way: Opened,
}

enum Opened {
    Folder(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// What is carried.
pub(super) struct Envelope<'a> {
    pub id: MailId,
    pub kind: Kind,
    pub to: &'a EmailAddress,
    pub lang: Lang,
    pub at: i64,
}

impl Carrier {
    /// Refuses what would fail at the first mail: an unreadable password, a folder that cannot be made.
    pub fn open(settings: &Settings, origin: &Origin) -> Result<Carrier, Problem> {
        let way = match &settings.way {
            Way::Folder(folder) => {
                file::private_folder(folder)?;
                Opened::Folder(folder.clone())
            }
            Way::Smtp(smtp) => Opened::Smtp(transport(smtp, origin)?),
        };
        Ok(Carrier { from: settings.from.clone(), way })
    }

    pub(super) async fn carry(&self, envelope: &Envelope<'_>, mail: Rendered) -> Result<(), Trouble> {
        let message = message(&self.from, envelope, mail).map_err(|error| Trouble::unwritable(&*error))?;
        match &self.way {
            Opened::Folder(folder) => {
                let path = folder.join(format!("{}-{}.eml", envelope.id, envelope.kind.code()));
                let write = move || file::write_private(&path, &message.formatted());
                let written = tokio::task::spawn_blocking(write).await;
                written
                    .map_err(|error| Trouble::folder(&error.to_string()))?
                    .map_err(|problem| Trouble::folder(&problem.text.en))
            }
            Opened::Smtp(transport) => match tokio::time::timeout(WHOLE, transport.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(Trouble::of(&error)),
                Err(_) => Err(Trouble::timeout()),
            },
        }
    }
}

fn transport(smtp: &Smtp, origin: &Origin) -> Result<AsyncSmtpTransport<Tokio1Executor>, Problem> {
    let tls = match smtp.security {
        Security::Tls => Tls::Wrapper(parameters(smtp)?),
        Security::Starttls => Tls::Required(parameters(smtp)?),
        Security::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(smtp.host.clone())
        .port(smtp.port)
        .tls(tls)
        .timeout(Some(STEP))
        .hello_name(hello(origin.host()));
    if let Some((user, path)) = &smtp.login {
        let password = file::read_text(path)?;
        let password = password.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            let path = path.display();
            return Err(trouble(text!(
                "{path} est vide\u{a0}: écrivez-y le mot de passe de {user}",
                "{path} is empty: write the password of {user} into it"
            )));
        }
        builder = builder.credentials(Credentials::new(user.clone(), password.to_owned()));
    }
    Ok(builder.build())
}

/// What the server's certificate is held against.
fn parameters(smtp: &Smtp) -> Result<TlsParameters, Problem> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if let Some(path) = &smtp.ca_file {
        let pem = file::read_text(path)?;
        let authorities = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
        if authorities.map_or(true, |list| list.is_empty()) {
            let path = path.display();
            return Err(trouble(text!(
                "{path} ne contient pas de certificat\u{a0}: mettez-y celui de l’autorité, en PEM",
                "{path} holds no certificate: put the authority's into it, as PEM"
            )));
        }
        let authority = Certificate::from_pem(pem.as_bytes()).map_err(|error| unencrypted(&error))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    builder.build().map_err(|error| unencrypted(&error))
}

fn unencrypted(error: &lettre::transport::smtp::Error) -> Problem {
    trouble(text!("le chiffrement ne démarre pas ({error})", "encryption does not start ({error})"))
}

fn trouble(why: model::Text) -> Problem {
    let (fr, en) = (why.fr, why.en);
    Problem::new(
        ProblemKind::Internal,
        "mail",
        text!(
            "Le courriel ne peut pas partir ([mail] dans panel.toml)\u{a0}: {fr}.",
            "Mail cannot be sent ([mail] in panel.toml): {en}."
        ),
    )
}

/// By which name the panel greets the server.
fn hello(host: &str) -> ClientId {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(host.to_owned()),
    }
}

fn message(
    from: &Sender,
    envelope: &Envelope<'_>,
    mail: Rendered,
) -> Result<Message, Box<dyn std::error::Error>> {
    let Envelope { id, to, lang, at, .. } = envelope;
    let sent = SystemTime::UNIX_EPOCH + Duration::from_millis((*at).try_into().unwrap_or(0));
    let (_, domain) = parts(&from.address);
    // The same at every try: a mail that was taken although we did not hear so is recognised as one.
    let message_id = format!("<{id}@{domain}>");
    let message = Message::builder()
        .from(Mailbox::new(from.name.clone(), address(&from.address)?))
        .to(Mailbox::new(None, address(to)?))
        .subject(mail.subject)
        .date(sent)
        .message_id(Some(message_id))
        .header(AutoSubmitted)
        .header(ContentLanguage(*lang))
        .multipart(MultiPart::alternative_plain_html(mail.text, mail.html))?;
    Ok(message)
}

fn parts(address: &EmailAddress) -> (&str, &str) {
    address.as_str().rsplit_once('@').unwrap_or((address.as_str(), "localhost"))
}

fn address(of: &EmailAddress) -> Result<Address, lettre::address::AddressError> {
    let (user, domain) = parts(of);
    Address::new(user, domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_be_slipped_into_a_header() {
        let from = Sender {
            name: Some("Alvéole \" <x@y.example>,".into()),
            address: EmailAddress::parse("panel@asso.example").unwrap(),
        };
        let to = EmailAddress::parse("ana@asso.example").unwrap();
        let id = MailId::new(1_790_000_000_000, &[1; 10]);
        let envelope = Envelope { id, kind: Kind::Reset, to: &to, lang: Lang::Fr, at: 1_790_000_000_000 };
        let mail = Rendered {
            subject: "Objet\r\nBcc: eve@evil.example\r\n\r\nbody".into(),
            text: ".\r\nQUIT\r\n".into(),
            html: "<p>é</p>".into(),
        };
        let message = message(&from, &envelope, mail).unwrap();
        let written = String::from_utf8(message.formatted()).unwrap();
        let (head, _) = written.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{head}");
        let to: Vec<_> = message.envelope().to().iter().map(ToString::to_string).collect();
        assert_eq!(to, ["ana@asso.example"]);
        assert_eq!(message.envelope().from().unwrap().to_string(), "panel@asso.example");
        for line in [
            "Auto-Submitted: auto-generated",
            "Content-Language: fr",
            &format!("Message-ID: <{id}@asso.example>"),
        ] {
            assert!(head.contains(line), "{line} in {head}");
        }
    }
}
