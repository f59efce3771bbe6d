//! Opens a page in the demonstration's browser as a person does, with a click: through Chromium's own door for tools, on this machine only.
//! A page that nobody clicked for raises nothing until somebody uses it (docs/attribution.md).

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// So long the browser and its extension may take to start, and then the click to open the page.
const START: Duration = Duration::from_secs(60);
/// Between two looks whether they have.
const LOOK: Duration = Duration::from_millis(300);
/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 1024 * 1024;
/// Longest text of one frame of a WebSocket without a longer header (RFC 6455, section 5.2).
const SHORT_FRAME_BYTES_MAX: usize = 125;

/// What is opened: a page with a link over all of it, and where that leads.
pub(super) struct Click<'a> {
    /// The page with the link.
    pub from: &'a str,
    /// Where it leads.
    pub to: &'a str,
}

/// Opens a page by its link in a tab of its own, once the extension runs.
///
/// # Errors
/// When browser or extension have not started in time, or the browser does not open the page.
pub(super) async fn open(profile: &Path, extension_id: &str, click: &Click<'_>) -> anyhow::Result<()> {
    let worker = format!("chrome-extension://{extension_id}/");
    let started = async {
        loop {
            if let Some(port) = port(profile).await
                && ask(port, "GET", "/json/list").await.is_ok_and(|tabs| tabs.contains(&worker))
            {
                return port;
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    let port = tokio::time::timeout(START, started)
        .await
        .context("the browser's extension did not start within a minute")?;
    let tab = ask(port, "PUT", &format!("/json/new?{}", click.from)).await.context("opening a tab")?;
    let tab: Value = serde_json::from_str(&tab).context("the browser's answer about its new tab")?;
    let id = tab.get("id").and_then(Value::as_str).context("the browser names no new tab")?;
    let clicked = async {
        loop {
            let tabs: Value = serde_json::from_str(&ask(port, "GET", "/json/list").await?)?;
            let is_there = |tab: &Value| {
                tab.get("id").and_then(Value::as_str) == Some(id)
                    && tab.get("url").and_then(Value::as_str) == Some(click.to)
            };
            if tabs.as_array().is_some_and(|tabs| tabs.iter().any(is_there)) {
                return anyhow::Ok(());
            }
            press(port, id).await?;
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(START, clicked).await.context("the page did not open within a minute")?
}

/// One click on the link that lies over the page, as the browser itself vouches for it.
async fn press(port: u16, tab: &str) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let greeting = format!(
        "GET /devtools/page/{tab} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ZGVtb25zdHJhdGlvbi0xMg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    stream.write_all(greeting.as_bytes()).await?;
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            bail!("the browser does not take part in a WebSocket");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    for (id, act) in (1..).zip(["mousePressed", "mouseReleased"]) {
        let params = json!({ "type": act, "x": 99, "y": 99, "button": "left", "clickCount": 1 });
        let said = json!({ "id": id, "method": "Input.dispatchMouseEvent", "params": params }).to_string();
        stream.get_mut().write_all(&frame(&said)).await?;
        // What it answers says nothing more than that it was done.
        let mut answer = [0; 1024];
        let _ = stream.read(&mut answer).await?;
    }
    Ok(())
}

/// A text as one masked frame of a client; masked with zeros it reads as it is.
fn frame(text: &str) -> Vec<u8> {
    let length = text.len();
    let mut frame = vec![0x81];
    if length <= SHORT_FRAME_BYTES_MAX {
        frame.push(0x80 | u8::try_from(length).unwrap_or(0));
    } else {
        frame.push(0x80 | 126);
        frame.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    frame
}

/// Where the browser listens; it writes that into its profile.
async fn port(profile: &Path) -> Option<u16> {
    let text = tokio::fs::read_to_string(profile.join("DevToolsActivePort")).await.ok()?;
    text.lines().next()?.parse().ok()
}

async fn ask(port: u16, method: &str, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = BufReader::new(stream.take(ANSWER_BYTES_MAX));
    let (mut status, mut length) = (String::new(), 0);
    answer.read_line(&mut status).await?;
    if !status.contains(" 200 ") {
        bail!("the browser answered {}", status.trim());
    }
    loop {
        let mut line = String::new();
        if answer.read_line(&mut line).await? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().context("the length of the browser's answer")?;
        }
    }
    let mut body = Vec::new();
    answer.take(length).read_to_end(&mut body).await?;
    Ok(String::from_utf8_lossy(&body).into_owned())
}
