//! Reads the value that a script of tensorflow.js exports: JavaScript's way of writing data, as a minifier shortens it.

use serde_json::{Map, Number, Value};

/// How deep objects and lists may lie in each other.
const DEPTH_MAX: usize = 32;

/// The value behind the last `.exports=` of a script: one before it stands for scripts that are loaded in another way.
///
/// # Errors
/// In words, when there is none or it is not plain data.
pub(super) fn exported(script: &str) -> Result<Value, String> {
    let (_, after) = script.rsplit_once(".exports=").ok_or("the script exports nothing")?;
    let mut reader = Reader { rest: after, whole: after.len() };
    reader.value(0)
}

struct Reader<'s> {
    rest: &'s str,
    whole: usize,
}

impl<'s> Reader<'s> {
    fn fault(&self, what: &str) -> String {
        format!("byte {} behind its export: {what}", self.whole - self.rest.len())
    }

    fn eat(&mut self, mark: char) -> bool {
        let after = self.rest.strip_prefix(mark);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// What stands before the first character that does not fit.
    fn while_fits(&mut self, fits: impl Fn(char) -> bool) -> &'s str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        word
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > DEPTH_MAX {
            return Err(self.fault("too deep"));
        }
        match self.rest.chars().next() {
            Some('{') => self.object(depth),
            Some('[') => self.list(depth),
            Some('"') => Ok(Value::String(self.text()?.to_owned())),
            // A minifier writes true as !0 and false as !1.
            Some('!') => match self.while_fits(|c| matches!(c, '!' | '0' | '1')) {
                "!0" => Ok(Value::Bool(true)),
                "!1" => Ok(Value::Bool(false)),
                _ => Err(self.fault("no truth value")),
            },
            Some('n') if self.while_fits(char::is_alphabetic) == "null" => Ok(Value::Null),
            Some('-' | '.' | '0'..='9') => {
                let word =
                    self.while_fits(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'));
                let number = word.parse().ok().and_then(Number::from_f64);
                number.map(Value::Number).ok_or_else(|| self.fault("no number"))
            }
            _ => Err(self.fault("no plain data")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        let mut members = Map::new();
        self.eat('{');
        while !self.eat('}') {
            if !members.is_empty() && !self.eat(',') {
                return Err(self.fault("no comma between members"));
            }
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
            let name =
                if self.rest.starts_with('"') { self.text()? } else { self.while_fits(is_plain) }.to_owned();
            if !self.eat(':') {
                return Err(self.fault("no colon behind a name"));
            }
            let value = self.value(depth + 1)?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }

    fn list(&mut self, depth: usize) -> Result<Value, String> {
        let mut values = Vec::new();
        self.eat('[');
        while !self.eat(']') {
            if !values.is_empty() && !self.eat(',') {
                return Err(self.fault("no comma between values"));
            }
            values.push(self.value(depth + 1)?);
        }
        Ok(Value::Array(values))
    }

    fn text(&mut self) -> Result<&'s str, String> {
        self.eat('"');
        let text = self.while_fits(|c| c != '"' && c != '\\');
        if self.eat('"') { Ok(text) } else { Err(self.fault("a text that does not end, or has a backslash")) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::exported;

    #[test]
    fn data_is_read_as_a_minifier_writes_it() {
        let script = r#"!function(e){module.exports=e();e.exports={a:!0,"b-c":[.5,-1e-3,28941e-21,!1,null],d:{e:"f"},g:[]}},{}]"#;
        let expected =
            json!({"a": true, "b-c": [0.5, -0.001, 28941e-21, false, null], "d": {"e": "f"}, "g": []});
        assert_eq!(exported(script), Ok(expected));
    }

    #[test]
    fn what_is_no_plain_data_is_refused() {
        let deep = format!("e.exports={}", "[".repeat(100_000));
        let cases =
            ["", "a", "e.exports=", "e.exports=f()", "e.exports={a:1", "e.exports=[1 2]", "e.exports={a:b}"];
        for script in
            cases.into_iter().chain([r#"e.exports="a\"b""#, "e.exports=!7", "e.exports=1e999", &deep])
        {
            assert!(exported(script).is_err(), "{}", script.get(..40).unwrap_or(script));
        }
    }
}
