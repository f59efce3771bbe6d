//! Calls of D-Bus as they are written.

/// A message that asks.
const CALL: u8 = 1;

/// What a call says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said<'a> {
    Text(&'a str),
    Whole(i32),
    Count(u32),
    /// Yes or no, in a wrapper that says what it is.
    Wrapped(bool),
}

impl Said<'_> {
    const fn signature(self) -> &'static str {
        match self {
            Self::Text(_) => "s",
            Self::Whole(_) => "i",
            Self::Count(_) => "u",
            Self::Wrapped(_) => "v",
        }
    }
}

/// A call, ready to be sent.
pub(crate) fn call(
    serial: u32,
    (to, path, interface, member): (&str, &str, &str, &str),
    said: &[Said<'_>],
) -> Vec<u8> {
    let mut body = Writer(Vec::new());
    said.iter().for_each(|one| body.said(*one));
    let signature: String = said.iter().map(|one| one.signature()).collect();
    let mut fields = Writer(Vec::new());
    for (code, kind, text) in [(1, "o", path), (2, "s", interface), (3, "s", member), (6, "s", to)] {
        fields.field(code, kind, text);
    }
    if !signature.is_empty() {
        fields.align(8);
        fields.0.push(8);
        fields.signature("g");
        fields.signature(&signature);
    }
    let mut whole = Writer(vec![b'l', CALL, 0, 1]);
    whole.count(body.0.len());
    whole.0.extend(serial.to_le_bytes());
    whole.count(fields.0.len());
    // The fields begin at a multiple of 8, as they were written.
    whole.0.extend(&fields.0);
    whole.align(8);
    whole.0.extend(body.0);
    whole.0
}

struct Writer(Vec<u8>);

impl Writer {
    fn align(&mut self, to: usize) {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
    }

    fn count(&mut self, count: usize) {
        self.0.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.align(4);
        self.count(text.len());
        self.0.extend(text.as_bytes());
        self.0.push(0);
    }

    fn signature(&mut self, text: &str) {
        self.0.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
        self.0.extend(text.as_bytes());
        self.0.push(0);
    }

    fn field(&mut self, code: u8, kind: &str, text: &str) {
        self.align(8);
        self.0.push(code);
        self.signature(kind);
        self.text(text);
    }

    fn said(&mut self, said: Said<'_>) {
        match said {
            Said::Text(text) => self.text(text),
            Said::Whole(number) => {
                self.align(4);
                self.0.extend(number.to_le_bytes());
            }
            Said::Count(number) => {
                self.align(4);
                self.0.extend(number.to_le_bytes());
            }
            Said::Wrapped(yes) => {
                self.signature("b");
                self.align(4);
                self.0.extend(u32::from(yes).to_le_bytes());
            }
        }
    }
}
