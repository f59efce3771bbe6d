//! Messages of D-Bus as they are read: as much as answers and signals of the accessibility bus need. They are from programs of the session, so
//! every length is checked.

/// Longest message that is read.
pub(crate) const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes before the fields of a header.
pub(crate) const HEAD: usize = 16;
/// How deep values stand in one another.
const DEPTH_MAX: u32 = 16;

pub(crate) const ANSWER: u8 = 2;
pub(crate) const REFUSAL: u8 = 3;
pub(crate) const SIGNAL: u8 = 4;

/// A value that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Text, a path, a signature.
    Text(String),
    /// A whole number, of whatever size.
    Number(i64),
    Yes(bool),
    /// An array, a structure or an entry of a dictionary.
    Many(Vec<Value>),
    /// What nobody asks for: a fraction, a file.
    Other,
}

impl Value {
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    pub(crate) fn many(&self) -> &[Self] {
        if let Self::Many(many) = self { many } else { &[] }
    }
}

/// A message that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) kind: u8,
    /// Which call it answers.
    pub(crate) answers: u32,
    pub(crate) path: String,
    pub(crate) interface: String,
    pub(crate) member: String,
    pub(crate) sender: String,
    pub(crate) values: Vec<Value>,
}

/// How many bytes a message has in all, by its first sixteen. Nothing for what is none, or too long.
pub(crate) fn length(head: &[u8; HEAD]) -> Option<usize> {
    let is_big = match head[0] {
        b'l' => false,
        b'B' => true,
        _ => return None,
    };
    let mut reader = Reader { bytes: head, at: 4, is_big };
    let body = usize::try_from(reader.count()?).ok()?;
    let fields = {
        reader.at = 12;
        usize::try_from(reader.count()?).ok()?
    };
    let whole = HEAD.checked_add(fields)?.checked_next_multiple_of(8)?.checked_add(body)?;
    (whole <= MESSAGE_BYTES_MAX).then_some(whole)
}

/// Reads a whole message. Nothing where it is none.
pub(crate) fn message(bytes: &[u8]) -> Option<Message> {
    let head: &[u8; HEAD] = bytes.get(..HEAD)?.try_into().ok()?;
    if length(head)? != bytes.len() {
        return None;
    }
    let mut reader = Reader { bytes, at: 12, is_big: head[0] == b'B' };
    let mut message = Message { kind: head[1], ..Message::default() };
    let mut signature = String::new();
    for field in reader.value(&mut "a(yv)".chars(), 0)?.many() {
        let [Value::Number(code), value] = field.many() else { return None };
        match (code, value) {
            (1, Value::Text(text)) => message.path.clone_from(text),
            (2, Value::Text(text)) => message.interface.clone_from(text),
            (3, Value::Text(text)) => message.member.clone_from(text),
            (5, Value::Number(serial)) => message.answers = u32::try_from(*serial).ok()?,
            (7, Value::Text(text)) => message.sender.clone_from(text),
            (8, Value::Text(text)) => signature.clone_from(text),
            _ => {}
        }
    }
    reader.align(8)?;
    let mut kinds = signature.chars();
    while !kinds.as_str().is_empty() {
        message.values.push(reader.value(&mut kinds, 0)?);
    }
    Some(message)
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    is_big: bool,
}

impl Reader<'_> {
    fn align(&mut self, to: usize) -> Option<()> {
        self.at = self.at.checked_next_multiple_of(to)?;
        (self.at <= self.bytes.len()).then_some(())
    }

    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    /// A number of so many bytes, as one without a sign.
    fn plain(&mut self, size: usize) -> Option<u64> {
        self.align(size)?;
        let is_big = self.is_big;
        let bytes = self.take(size)?;
        let place = |all: u64, byte: &u8| all << 8 | u64::from(*byte);
        Some(if is_big { bytes.iter().fold(0, place) } else { bytes.iter().rev().fold(0, place) })
    }

    fn count(&mut self) -> Option<u32> {
        u32::try_from(self.plain(4)?).ok()
    }

    fn text(&mut self, length: usize) -> Option<String> {
        let text = std::str::from_utf8(self.take(length)?).ok()?.to_owned();
        (self.take(1)? == [0]).then_some(text)
    }

    /// A value of the next kind of a signature.
    fn value(&mut self, kinds: &mut std::str::Chars<'_>, depth: u32) -> Option<Value> {
        if depth > DEPTH_MAX {
            return None;
        }
        let number = |number: u64| i64::try_from(number).map_or(Value::Other, Value::Number);
        Some(match kinds.next()? {
            'y' => number(self.plain(1)?),
            'q' => number(self.plain(2)?),
            'n' => Value::Number(i64::from(u16::try_from(self.plain(2)?).ok()?.cast_signed())),
            'u' | 'h' => number(self.plain(4)?),
            'i' => Value::Number(i64::from(self.count()?.cast_signed())),
            'x' => Value::Number(self.plain(8)?.cast_signed()),
            't' => number(self.plain(8)?),
            'd' => {
                self.plain(8)?;
                Value::Other
            }
            'b' => Value::Yes(self.count()? != 0),
            's' | 'o' => {
                let length = usize::try_from(self.count()?).ok()?;
                Value::Text(self.text(length)?)
            }
            'g' => Value::Text(self.signature()?),
            'v' => {
                let kind = self.signature()?;
                let mut kinds = kind.chars();
                let value = self.value(&mut kinds, depth + 1)?;
                kinds.as_str().is_empty().then_some(value)?
            }
            'a' => self.array(kinds, depth)?,
            open @ ('(' | '{') => {
                let close = if open == '(' { ')' } else { '}' };
                self.align(8)?;
                let mut many = Vec::new();
                while !kinds.as_str().starts_with(close) {
                    many.push(self.value(kinds, depth + 1)?);
                }
                kinds.next();
                Value::Many(many)
            }
            _ => return None,
        })
    }

    fn signature(&mut self) -> Option<String> {
        let length = usize::try_from(self.plain(1)?).ok()?;
        self.text(length)
    }

    fn array(&mut self, kinds: &mut std::str::Chars<'_>, depth: u32) -> Option<Value> {
        let length = usize::try_from(self.count()?).ok()?;
        let of = kinds.as_str();
        let to = match of.chars().next()? {
            'y' | 'g' | 'v' => 1,
            'n' | 'q' => 2,
            'x' | 't' | 'd' | '(' | '{' => 8,
            _ => 4,
        };
        self.align(to)?;
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len())?;
        *kinds = skipped(of, 0)?.chars();
        let mut many = Vec::new();
        while self.at < end {
            let before = self.at;
            many.push(self.value(&mut of.chars(), depth + 1)?);
            // A structure without anything in it would never end.
            if self.at == before {
                return None;
            }
        }
        (self.at == end).then_some(Value::Many(many))
    }
}

/// A signature after its first kind.
fn skipped(kinds: &str, depth: u32) -> Option<&str> {
    if depth > DEPTH_MAX {
        return None;
    }
    let mut left = kinds.chars();
    let close = match left.next()? {
        'a' => return skipped(left.as_str(), depth + 1),
        '(' => ')',
        '{' => '}',
        _ => return Some(left.as_str()),
    };
    let mut rest = left.as_str();
    while !rest.starts_with(close) {
        rest = skipped(rest, depth + 1)?;
    }
    rest.strip_prefix(close)
}

#[cfg(test)]
mod tests {
    use super::super::write::{Said, call};
    use super::{ANSWER, HEAD, Message, Value, length, message};

    /// An answer of the accessibility bus, as a real one was: two things with their programs.
    fn answer() -> Vec<u8> {
        let mut bytes = vec![b'l', ANSWER, 1, 1, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0];
        let mut fields = vec![5, 1, b'u', 0, 7, 0, 0, 0, 8, 1, b'g', 0, 5];
        fields.extend(b"a(so)\0");
        let mut body = vec![0, 0, 0, 0, 0, 0, 0, 0];
        for (program, path) in [(":1.2", "/a"), (":1.30", "/b/c")] {
            body.resize(body.len().next_multiple_of(8), 0);
            for text in [program, path] {
                body.resize(body.len().next_multiple_of(4), 0);
                body.extend(u32::try_from(text.len()).expect("short").to_le_bytes());
                body.extend(text.as_bytes());
                body.push(0);
            }
        }
        let of_array = u32::try_from(body.len() - 8).expect("short");
        body[..4].copy_from_slice(&of_array.to_le_bytes());
        bytes[4..8].copy_from_slice(&u32::try_from(body.len()).expect("short").to_le_bytes());
        bytes[12..16].copy_from_slice(&u32::try_from(fields.len()).expect("short").to_le_bytes());
        bytes.extend(fields);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes.extend(body);
        bytes
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn a_call_reads_back_as_it_was_written_and_an_answer_is_read() {
        let said = [Said::Text("words"), Said::Whole(-4), Said::Count(9), Said::Wrapped(true)];
        let bytes = call(5, (":1.7", "/a/b", "org.example.One", "Do"), &said);
        let read = message(&bytes).expect("a message");
        assert_eq!(
            (read.path.as_str(), read.interface.as_str(), read.member.as_str()),
            ("/a/b", "org.example.One", "Do")
        );
        assert_eq!(read.values, [text("words"), Value::Number(-4), Value::Number(9), Value::Yes(true)]);
        let read = message(&answer()).expect("a message");
        let pair = |program, path| Value::Many(vec![text(program), text(path)]);
        let values = vec![Value::Many(vec![pair(":1.2", "/a"), pair(":1.30", "/b/c")])];
        assert_eq!(read, Message { kind: ANSWER, answers: 7, values, ..Message::default() });
    }

    #[test]
    fn whatever_bytes_come_they_are_read_or_refused_and_a_cut_message_is_refused() {
        let whole = answer();
        for end in 0..whole.len() {
            assert_eq!(message(&whole[..end]), None, "cut after {end} bytes");
        }
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).expect("31 bits")
        };
        for _ in 0..200_000 {
            let mut changed = whole.clone();
            for _ in 0..=next() % 4 {
                let at = next() % changed.len();
                changed[at] = u8::try_from(next() % 256).expect("a byte");
            }
            let _ = message(&changed);
        }
        let mut head: [u8; HEAD] = whole[..HEAD].try_into().expect("a head");
        head[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(length(&head), None, "longer than is taken");
    }
}
