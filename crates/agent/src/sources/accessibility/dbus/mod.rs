//! A connection to a bus of this session: calls with a time limit, and what is told unasked. A client of D-Bus has no more to do than this; a
//! library for all of it would bring twenty crates (`docs/decisions/0028-text-of-other-programs.md`).

mod wire;
mod write;

use std::collections::HashMap;
use std::io::{Error, ErrorKind};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

pub(super) use wire::{Message, Value};
pub(super) use write::Said;

/// Messages told unasked that wait; beyond, they are let go of, for the bus must never wait.
const TOLD_AHEAD: usize = 1_024;
/// Longest line while who is who is settled.
const LINE_BYTES_MAX: u64 = 4 * 1024;

/// Who is asked what: program, thing, interface, method.
pub(super) type Whom<'a> = (&'a str, &'a str, &'a str, &'a str);

/// Why a call has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// It was refused, or what was asked is not there.
    Refused,
    /// No answer came in time, or the bus has gone.
    Late,
}

type Waiting = Arc<Mutex<HashMap<u32, oneshot::Sender<Message>>>>;

/// What is told unasked, and whether some of it was let go of.
pub(super) struct Told {
    pub(super) messages: mpsc::Receiver<Message>,
    pub(super) has_overflown: Arc<AtomicBool>,
}

/// An open connection; it ends when this is dropped.
pub(super) struct Connection {
    write: tokio::sync::Mutex<OwnedWriteHalf>,
    waiting: Waiting,
    serial: AtomicU32,
    limit: Duration,
    reader: tokio::task::JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Connection {
    /// Opens the bus at one of these addresses.
    pub(super) async fn open(addresses: &str, limit: Duration) -> std::io::Result<(Self, Told)> {
        let mut last = Error::new(ErrorKind::NotFound, "no address of it is one of this machine");
        for address in addresses.split(';') {
            let Some(address) = of_this_machine(address) else { continue };
            match timeout(limit, Self::connect(&address, limit)).await {
                Ok(Ok(open)) => return Ok(open),
                Ok(Err(error)) => last = error,
                Err(_) => last = Error::new(ErrorKind::TimedOut, "it does not answer"),
            }
        }
        Err(last)
    }

    async fn connect(address: &SocketAddr, limit: Duration) -> std::io::Result<(Self, Told)> {
        let stream = std::os::unix::net::UnixStream::connect_addr(address)?;
        stream.set_nonblocking(true)?;
        let (read, mut write) = UnixStream::from_std(stream)?.into_split();
        let mut read = BufReader::new(read);
        // The kernel says who this is; the number is said all the same.
        let uid = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self")?);
        let number = hex::encode(uid.to_string());
        write.write_all(format!("\0AUTH EXTERNAL {number}\r\n").as_bytes()).await?;
        let mut line = String::new();
        (&mut read).take(LINE_BYTES_MAX).read_line(&mut line).await?;
        if !line.starts_with("OK ") {
            return Err(Error::new(ErrorKind::PermissionDenied, "it does not let this program in"));
        }
        write.write_all(b"BEGIN\r\n").await?;
        let waiting = Waiting::default();
        let (tell, messages) = mpsc::channel(TOLD_AHEAD);
        let has_overflown = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn(read_all(read, Arc::clone(&waiting), tell, Arc::clone(&has_overflown)));
        let write = tokio::sync::Mutex::new(write);
        let connection = Self { write, waiting, serial: AtomicU32::new(1), limit, reader };
        let bus = "org.freedesktop.DBus";
        let hello = connection.call((bus, "/org/freedesktop/DBus", bus, "Hello"), &[]).await;
        hello.map_err(|_| Error::new(ErrorKind::ConnectionRefused, "it does not greet"))?;
        Ok((connection, Told { messages, has_overflown }))
    }

    /// Whether the bus has gone.
    pub(super) fn is_gone(&self) -> bool {
        self.reader.is_finished()
    }

    /// Asks, and waits for the answer.
    pub(super) async fn call(&self, whom: Whom<'_>, said: &[Said<'_>]) -> Result<Vec<Value>, Unanswered> {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed).max(1);
        let bytes = write::call(serial, whom, said);
        let (answer, answered) = oneshot::channel();
        self.waiting().insert(serial, answer);
        let asked = async {
            self.write.lock().await.write_all(&bytes).await.map_err(|_| Unanswered::Late)?;
            answered.await.map_err(|_| Unanswered::Late)
        };
        let message = timeout(self.limit, asked).await.unwrap_or(Err(Unanswered::Late));
        self.waiting().remove(&serial);
        let message = message?;
        if message.kind == wire::ANSWER { Ok(message.values) } else { Err(Unanswered::Refused) }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<u32, oneshot::Sender<Message>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads until the bus ends or says something that is no message.
async fn read_all(
    mut read: BufReader<OwnedReadHalf>,
    waiting: Waiting,
    tell: mpsc::Sender<Message>,
    has_overflown: Arc<AtomicBool>,
) {
    while let Some(message) = read_one(&mut read).await {
        match message.kind {
            wire::ANSWER | wire::REFUSAL => {
                let asked = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&message.answers);
                // Whoever asked may have stopped waiting.
                asked.into_iter().for_each(|asked| drop(asked.send(message.clone())));
            }
            wire::SIGNAL if tell.try_send(message).is_err() => has_overflown.store(true, Ordering::Relaxed),
            _ => {}
        }
    }
    waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

async fn read_one(read: &mut BufReader<OwnedReadHalf>) -> Option<Message> {
    let mut head = [0; wire::HEAD];
    read.read_exact(&mut head).await.ok()?;
    let mut bytes = vec![0; wire::length(&head)?];
    let (first, rest) = bytes.split_at_mut_checked(wire::HEAD)?;
    first.copy_from_slice(&head);
    read.read_exact(rest).await.ok()?;
    // What is a message and cannot be read is passed over: its length is known.
    Some(wire::message(&bytes).unwrap_or_default())
}

/// An address of this machine, by a path or a name.
fn of_this_machine(address: &str) -> Option<SocketAddr> {
    address.strip_prefix("unix:")?.split(',').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = unescaped(value)?;
        match key {
            "path" => SocketAddr::from_pathname(value).ok(),
            "abstract" => SocketAddr::from_abstract_name(value).ok(),
            _ => None,
        }
    })
}

/// A value of an address: `%` and two digits stand for a byte.
fn unescaped(value: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut left = value.as_bytes();
    while let Some((first, rest)) = left.split_first() {
        if *first == b'%' {
            let (digits, rest) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            left = rest;
        } else {
            bytes.push(*first);
            left = rest;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        let cases = [
            ("/run/user/1000/bus", Some("/run/user/1000/bus")),
            ("/tmp/a%20b%2c", Some("/tmp/a b,")),
            ("/tmp/a%2", None),
            ("/tmp/%zz", None),
        ];
        for (value, expected) in cases {
            assert_eq!(unescaped(value).as_deref(), expected, "{value}");
        }
    }
}
