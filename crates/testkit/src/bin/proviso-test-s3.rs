//! The S3 server of the tests as a process of its own, which can be killed: `proviso-test-s3 DIR PORT`. Says its address on one
//! line, and ends when standard input does.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use proviso_testkit::s3;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(port)) = (args.next(), args.next().and_then(|port| port.parse().ok())) else {
        return Err(std::io::Error::other("usage: proviso-test-s3 DIR PORT"));
    };
    let listener = tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let address = listener.local_addr()?;
    writeln!(std::io::stdout(), "http://localhost:{}", address.port())?;
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    tokio::select! {
        served = axum::serve(listener, s3::router(Path::new(&folder))) => served,
        _ = ended => Ok(()),
    }
}
