//! The least client there can be, so that it takes little of the processors it shares with the server.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(64 << 10) }
    }

    /// A client over a connection that is open and does not block.
    pub(crate) fn over(connection: std::net::TcpStream) -> Self {
        Self { stream: TcpStream::from_std(connection).unwrap(), buffer: Vec::with_capacity(64 << 10) }
    }

    pub(crate) async fn send(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.unwrap();
    }

    /// Reads one whole answer and gives its status; what follows it stays in the buffer.
    pub(crate) async fn answer(&mut self) -> u16 {
        loop {
            if let Some((status, length)) = whole(&self.buffer) {
                self.buffer.drain(..length);
                return status;
            }
            assert!(self.stream.read_buf(&mut self.buffer).await.unwrap() > 0, "the server hung up");
        }
    }
}

/// Status and length of the answer at the beginning of the buffer, once it is whole.
fn whole(buffer: &[u8]) -> Option<(u16, usize)> {
    let end = buffer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&buffer[..end]).unwrap();
    let length =
        head.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |l| l.parse().unwrap());
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (buffer.len() >= end + length).then_some((status, end + length))
}
