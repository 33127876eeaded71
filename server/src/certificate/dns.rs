//! Asks the DNS itself, and keeps nothing: who has just changed a record is waiting.

use super::{
    Settings,
    check::{Caa, Names},
};
use futures_util::future::{BoxFuture, FutureExt};
use hickory_resolver::{
    Resolver, TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{RData, RecordType},
};
use model::SiteName;
use std::{net::IpAddr, time::Duration};

pub(super) struct Dns(TokioResolver);

impl Dns {
    pub fn open(settings: &Settings) -> Result<Dns, NetError> {
        let mut builder = match settings.resolvers.as_slice() {
            [] => Resolver::builder_tokio()?,
            servers => {
                let servers = servers.iter().map(|server| {
                    let [mut udp, mut tcp] = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
                    (udp.port, tcp.port) = (server.port(), server.port());
                    NameServerConfig::new(server.ip(), true, vec![udp, tcp])
                });
                let config = ResolverConfig::from_name_servers(servers.collect());
                Resolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options: &mut ResolverOpts = builder.options_mut();
        // Who has just changed a record waits for us, not for a cache of ours.
        options.cache_size = 0;
        options.timeout = Duration::from_secs(3);
        options.attempts = 2;
        Ok(Dns(builder.build()?))
    }

    async fn records(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, NetError> {
        match self.0.lookup(format!("{name}."), kind).await {
            Ok(found) => {
                let right = found.answers().iter().filter(|record| record.record_type() == kind);
                Ok(right.map(|record| record.data.clone()).collect())
            }
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

impl Names for Dns {
    fn addresses<'a>(&'a self, name: &'a SiteName) -> BoxFuture<'a, Result<Vec<IpAddr>, String>> {
        async {
            let mut found = Vec::new();
            for kind in [RecordType::A, RecordType::AAAA] {
                let records = self.records(name.as_str(), kind).await.map_err(|error| error.to_string())?;
                found.extend(records.iter().filter_map(|data| data.ip_addr()));
            }
            Ok(found)
        }
        .boxed()
    }

    fn caa<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<Caa>, String>> {
        async {
            let records = self.records(name, RecordType::CAA).await.map_err(|error| error.to_string())?;
            Ok(records.iter().filter_map(tagged).collect())
        }
        .boxed()
    }
}

/// Tag in lower case, and the value before its parameters.
fn tagged(data: &RData) -> Option<Caa> {
    let RData::CAA(caa) = data else { return None };
    let value = String::from_utf8_lossy(&caa.value);
    let domain = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    Some((caa.tag.to_ascii_lowercase(), domain))
}
