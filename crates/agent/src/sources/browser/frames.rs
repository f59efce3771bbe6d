//! Framing of native messages: a 32-bit length in native byte order, then JSON (`docs/protocol.md` part 1).

use std::io::{Read, Write};

use proviso_model::limits::NATIVE_MESSAGE_BYTES_MAX;

/// A frame that cannot be taken; the connection ends.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Longer than the limit, or empty.
    #[error("a message of {0} bytes was announced; 1 to {NATIVE_MESSAGE_BYTES_MAX} are taken")]
    Length(u64),
    /// The connection ended inside a message.
    #[error("the connection ended inside a message")]
    Cut,
    /// Not JSON.
    #[error("a message is not JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// The pipe or socket failed.
    #[error("the connection failed: {0}")]
    Io(#[source] std::io::Error),
}

/// Length of the frame that four bytes announce.
///
/// # Errors
/// [`FrameError::Length`].
pub fn frame_length(head: [u8; 4]) -> Result<usize, FrameError> {
    let length = u32::from_ne_bytes(head);
    match usize::try_from(length) {
        Ok(length) if length > 0 && length <= NATIVE_MESSAGE_BYTES_MAX => Ok(length),
        _ => Err(FrameError::Length(length.into())),
    }
}

/// Four bytes that announce a frame of this length.
///
/// # Errors
/// [`FrameError::Length`].
pub fn frame_head(length: usize) -> Result<[u8; 4], FrameError> {
    match u32::try_from(length) {
        Ok(head) if length > 0 && length <= NATIVE_MESSAGE_BYTES_MAX => Ok(head.to_ne_bytes()),
        _ => Err(FrameError::Length(length as u64)),
    }
}

/// Reads one frame; `None` at an end between frames.
///
/// # Errors
/// [`FrameError`].
pub fn read_frame(from: &mut impl Read) -> Result<Option<Vec<u8>>, FrameError> {
    let mut head = [0_u8; 4];
    let mut got = 0;
    while let Some(rest) = head.get_mut(got..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) if got == 0 => return Ok(None),
            Ok(0) => return Err(FrameError::Cut),
            Ok(count) => got += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(FrameError::Io(error)),
        }
    }
    let mut frame = vec![0; frame_length(head)?];
    from.read_exact(&mut frame).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => FrameError::Cut,
        _ => FrameError::Io(error),
    })?;
    Ok(Some(frame))
}

/// Writes one frame and flushes it.
///
/// # Errors
/// [`FrameError`].
pub fn write_frame(to: &mut impl Write, frame: &[u8]) -> Result<(), FrameError> {
    let mut whole = frame_head(frame.len())?.to_vec();
    whole.extend_from_slice(frame);
    to.write_all(&whole).and_then(|()| to.flush()).map_err(FrameError::Io)
}

/// Whether a frame is one JSON value.
///
/// # Errors
/// [`FrameError::NotJson`].
pub fn check_json(frame: &[u8]) -> Result<(), FrameError> {
    serde_json::from_slice::<serde::de::IgnoredAny>(frame).map(|_| ()).map_err(FrameError::NotJson)
}

#[cfg(test)]
mod tests {
    use super::{FrameError, check_json, read_frame, write_frame};

    #[test]
    fn a_frame_reads_back_as_it_was_written_and_the_end_is_an_end() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, b"{\"type\":\"pulse\"}").expect("written");
        let mut pipe = pipe.as_slice();
        let frame = read_frame(&mut pipe).expect("read").expect("a frame");
        assert_eq!(frame, b"{\"type\":\"pulse\"}");
        assert!(read_frame(&mut pipe).expect("an end").is_none());
    }

    #[test]
    fn a_frame_with_a_wrong_length_is_refused_before_anything_is_allocated() {
        let too_long = (2_000_000_000_u32).to_ne_bytes();
        let cases: [(&str, Vec<u8>); 4] = [
            ("longer than the limit", too_long.to_vec()),
            ("empty", 0_u32.to_ne_bytes().to_vec()),
            ("cut in its length", vec![1, 0]),
            ("cut in its text", [&10_u32.to_ne_bytes()[..], b"{}"].concat()),
        ];
        for (story, bytes) in cases {
            let refused = read_frame(&mut bytes.as_slice());
            assert!(matches!(refused, Err(FrameError::Length(_) | FrameError::Cut)), "{story}: {refused:?}");
        }
        assert!(matches!(check_json(b"not json"), Err(FrameError::NotJson(_))));
    }
}
