//! Carries one visit between nginx and the cell's Apache.

use std::net::{Ipv4Addr, SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UnixStream},
};

/// Where Apache listens in the cell's own network: the same in all cells, reachable from none but its own.
pub const APACHE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// What is held of one visit in each direction.
const SIZE: usize = 16 * 1024;

pub async fn carry(visitor: UnixStream) {
    carry_to(visitor, APACHE).await;
}

async fn carry_to(mut visitor: UnixStream, to: SocketAddr) {
    // The waker knocks only to see that somebody is in: Apache need not hear of it.
    let mut first = Vec::with_capacity(SIZE);
    if !visitor.read_buf(&mut first).await.is_ok_and(|n| n > 0) {
        return;
    }
    let Ok(mut apache) = TcpStream::connect(to).await else { return };
    let _ = apache.set_nodelay(true);
    if apache.write_all(&first).await.is_err() {
        return;
    }
    drop(first);
    // Whoever leaves first ends the visit; there is nobody to tell.
    let _ = tokio::io::copy_bidirectional_with_sizes(&mut visitor, &mut apache, SIZE, SIZE).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn bytes_go_both_ways_until_both_have_ended() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (mut nginx, visitor) = UnixStream::pair().unwrap();
        let carrying = tokio::spawn(carry_to(visitor, listener.local_addr().unwrap()));
        nginx.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        let (mut apache, _) = listener.accept().await.unwrap();
        let mut said = [0; 16];
        apache.read_exact(&mut said).await.unwrap();
        apache.write_all(b"HTTP/1.1 101 Switching Protocols\r\n\r\n").await.unwrap();
        nginx.write_all(b"ping").await.unwrap();
        apache.read_exact(&mut said[..4]).await.unwrap();
        assert_eq!(&said[..4], b"ping");
        apache.write_all(b"pong").await.unwrap();
        drop(apache);
        let mut all = Vec::new();
        nginx.read_to_end(&mut all).await.unwrap();
        assert!(all.ends_with(b"\r\n\r\npong"));
        drop(nginx);
        carrying.await.unwrap();
    }
}
