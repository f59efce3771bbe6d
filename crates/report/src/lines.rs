//! Words into lines, by the widths that the fonts give them.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use crate::ReportError;

const REGULAR: &[u8] = include_bytes!("../fonts/DejaVuSerif.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/DejaVuSerif-Bold.ttf");

/// A face of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Regular,
    Bold,
}

/// The fonts.
pub(crate) struct Fonts {
    regular: Face1,
    bold: Face1,
}

struct Face1 {
    font: Font,
    measured: FontRef<'static>,
    units: f32,
}

impl Face1 {
    fn read(bytes: &'static [u8]) -> Result<Self, ReportError> {
        let unreadable = || ReportError::Pdf("a font of this program cannot be read".to_owned());
        let font = Font::new(bytes.into(), 0).ok_or_else(unreadable)?;
        let measured = FontRef::new(bytes).map_err(|_| unreadable())?;
        let units = font.units_per_em();
        Ok(Self { font, measured, units })
    }
}

impl Fonts {
    pub(crate) fn read() -> Result<Self, ReportError> {
        Ok(Self { regular: Face1::read(REGULAR)?, bold: Face1::read(BOLD)? })
    }

    fn face(&self, face: Face) -> &Face1 {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
        }
    }

    pub(crate) fn font(&self, face: Face) -> Font {
        self.face(face).font.clone()
    }

    /// Letters of a text that the fonts do not have.
    pub(crate) fn missing(&self, text: &str) -> Vec<char> {
        let map = self.regular.measured.charmap();
        text.chars().filter(|letter| map.map(*letter).is_none()).collect()
    }

    /// A line's glyphs, and its width, both for letters of size 1.
    pub(crate) fn glyphs(&self, face: Face, text: &str) -> (Vec<KrillaGlyph>, f32) {
        let face = self.face(face);
        let map = face.measured.charmap();
        let metrics = face.measured.glyph_metrics(Size::unscaled(), LocationRef::default());
        let mut width = 0.0;
        let glyph = |(at, letter): (usize, char)| {
            let id = map.map(letter).unwrap_or_default();
            let advance = metrics.advance_width(id).unwrap_or_default() / face.units;
            width += advance;
            let range = at..at + letter.len_utf8();
            KrillaGlyph::new(GlyphId::new(id.to_u32()), advance, 0.0, 0.0, 0.0, range, None)
        };
        let glyphs = text.char_indices().map(glyph).collect();
        (glyphs, width)
    }

    /// Breaks a text into lines of at most `width` for letters of `size`. All but the last end in a blank, so that readers and searches
    /// see two words; a word that is longer than a line is broken where it has to be.
    pub(crate) fn lines(&self, face: Face, size: f32, text: &str, width: f32) -> Vec<String> {
        let fits = |line: &str| self.glyphs(face, line).1 * size <= width;
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if fits(&longer) {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line) + " ");
            }
            for letter in word.chars() {
                line.push(letter);
                if !fits(&line) && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, letter.to_string()));
                }
            }
        }
        lines.push(line);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::{Face, Fonts};

    #[test]
    fn words_are_broken_into_lines_that_fit_and_none_is_lost() {
        let fonts = Fonts::read().expect("the fonts");
        let text = "The supervised person must not use any device \u{2013} save one that was declared \u{2013} for Łódź. aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        let lines = fonts.lines(Face::Regular, 10.0, text, 120.0);
        assert!(lines.len() > 4, "{lines:?}");
        for line in &lines {
            assert!(fonts.glyphs(Face::Regular, line.trim_end()).1 * 10.0 <= 120.0, "{line}");
        }
        assert_eq!(lines.concat(), text);
        assert_eq!(fonts.missing("plain \u{0} ਪੰ"), vec!['\u{0}', 'ਪ', 'ੰ']);
    }
}
