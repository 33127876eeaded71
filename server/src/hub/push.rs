//! What goes out: everything the host lacks, as soon as it is committed.

use super::{
    connection::{Connection, Ended},
    frames::{self, Source},
    store,
};
use model::{Problem, Text, wire::FromPanel};

impl Connection {
    /// Looks at the store after a wake: may this connection go on, and is there something newer to send?
    pub(super) async fn look(&mut self) -> Result<(), Ended> {
        let on = self.server.store.on();
        let look = store::look(on, self.host, &self.fingerprint).await.map_err(Ended::Store)?;
        if look.connected_to.as_deref() != Some(&self.mark) {
            return Err(Ended::Refused(Text::new(
                "Une connexion plus récente de cet hôte a pris le relais.",
                "A newer connection of this host has taken over.",
            )));
        }
        if look.unwelcome {
            return Err(Ended::Refused(Text::new(
                "L’accès de cet hôte a été révoqué\u{a0}: enrôlez-le à nouveau depuis sa page.",
                "This host's access was revoked: enrol it again from its page.",
            )));
        }
        if look.frozen {
            return Ok(());
        }
        if look.standing.epoch != self.epoch {
            tracing::info!(host = %self.host, epoch = look.standing.epoch, "new epoch: sending the host's full state");
            self.epoch = look.standing.epoch;
            return self.push_whole().await.map_err(Ended::Store);
        }
        if look.standing.generation > self.sent {
            self.push(false).await.map_err(Ended::Store)?;
        }
        Ok(())
    }

    /// The host's full state; what it reports counts once it has all of it.
    pub(super) async fn push_whole(&mut self) -> Result<(), Problem> {
        (self.sent, self.acked) = (0, 0);
        self.push(true).await
    }

    async fn push(&mut self, whole: bool) -> Result<(), Problem> {
        let resources = store::newer(self.server.store.on(), self.host, self.sent).await?;
        let to = resources.last().map_or(self.sent, |resource| resource.generation);
        let source = Source { panel: self.server.store.panel(), epoch: self.epoch };
        for frame in frames::cut(source, self.sent, to, resources, whole) {
            if let FromPanel::Changes { from, to, resources, .. } = &frame {
                tracing::debug!(host = %self.host, from, to, resources = resources.len(), "changes sent");
            }
            self.say(&frame);
        }
        self.sent = to;
        if whole {
            self.whole_until = Some(to);
        }
        Ok(())
    }
}
