//! Lines onto pages, and their meaning into tags: headings, paragraphs, quotations, lists.

use std::num::NonZeroU16;

use krilla::SerializeSettings;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, SpanTag, Tag, TagGroup, TagTree,
};

use crate::lines::{Face, Fonts};
use crate::{Block, Document, ReportError};

/// A4, in points.
const PAGE: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 62.0;
const FOOT_SIZE: f32 = 8.5;
/// How far lists and quotations are set in.
const INDENT: f32 = 14.0;

/// How a block looks.
struct Style {
    face: Face,
    size: f32,
    indent: f32,
    above: f32,
    /// Lines that a heading keeps on its page with it.
    keeps: u8,
}

impl Style {
    const fn of(face: Face, size: f32, indent: f32, above: f32, keeps: u8) -> Self {
        Self { face, size, indent, above, keeps }
    }

    fn leading(&self) -> f32 {
        self.size * 1.42
    }
}

const TITLE: Style = Style::of(Face::Bold, 18.0, 0.0, 0.0, 2);
const HEADING: Style = Style::of(Face::Bold, 12.5, 0.0, 18.0, 3);
const SUBHEADING: Style = Style::of(Face::Bold, 10.0, 0.0, 8.0, 2);
const PARAGRAPH: Style = Style::of(Face::Regular, 10.0, 0.0, 6.0, 0);
const STRONG: Style = Style::of(Face::Bold, 10.0, 0.0, 6.0, 0);
const QUOTE: Style = Style::of(Face::Regular, 10.0, INDENT, 6.0, 0);
const ITEM: Style = Style::of(Face::Regular, 10.0, INDENT, 3.0, 0);

/// A line in its place. `part` says which part of which block it belongs to.
struct Line {
    text: String,
    face: Face,
    size: f32,
    x: f32,
    y: f32,
    part: usize,
}

/// What the lines of one part stand for.
enum Part {
    Heading(u16, String),
    Paragraph,
    Quote,
    /// The dot before an item.
    Dot,
    Item,
}

/// Pages as they fill.
struct Pages<'a> {
    fonts: &'a Fonts,
    pages: Vec<Vec<Line>>,
    y: f32,
    parts: Vec<Part>,
}

/// Makes the PDF.
///
/// # Errors
/// [`ReportError`].
pub fn pdf(document: &Document) -> Result<Vec<u8>, ReportError> {
    let fonts = Fonts::read()?;
    refuse_letters(&fonts, document)?;
    let mut pages = Pages { fonts: &fonts, pages: vec![Vec::new()], y: MARGIN, parts: Vec::new() };
    pages.put(&TITLE, &document.title, Part::Heading(1, document.title.clone()));
    for block in &document.blocks {
        pages.block(block);
    }
    write(document, &fonts, &pages.pages, &pages.parts)
}

/// Blanks of any kind become one blank; all else must be in the font.
fn refuse_letters(fonts: &Fonts, document: &Document) -> Result<(), ReportError> {
    let mut missing: Vec<char> = Vec::new();
    let mut look = |text: &String| {
        missing.extend(fonts.missing(text).into_iter().filter(|letter| !letter.is_whitespace()));
    };
    look(&document.title);
    look(&document.foot);
    for block in &document.blocks {
        match block {
            Block::Heading(text)
            | Block::Subheading(text)
            | Block::Paragraph(text)
            | Block::Strong(text)
            | Block::Quote(text) => look(text),
            Block::List(items) => items.iter().for_each(&mut look),
        }
    }
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    let shown =
        missing.iter().take(20).map(|letter| format!("{} (U+{:04X})", letter.escape_debug(), *letter as u32));
    Err(ReportError::Letters(shown.collect::<Vec<_>>().join(", ")))
}

impl Pages<'_> {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(text) => self.put(&HEADING, text, Part::Heading(2, text.clone())),
            Block::Subheading(text) => self.put(&SUBHEADING, text, Part::Heading(3, text.clone())),
            Block::Paragraph(text) => self.put(&PARAGRAPH, text, Part::Paragraph),
            Block::Strong(text) => self.put(&STRONG, text, Part::Paragraph),
            Block::Quote(text) => self.put(&QUOTE, text, Part::Quote),
            Block::List(items) => {
                for item in items {
                    let dot = self.parts.len();
                    self.parts.push(Part::Dot);
                    self.put(&ITEM, item, Part::Item);
                    self.dot(dot);
                }
            }
        }
    }

    fn put(&mut self, style: &Style, text: &str, part: Part) {
        let width = PAGE.0 - 2.0 * MARGIN - style.indent;
        let lines = self.fonts.lines(style.face, style.size, text, width);
        let number = self.parts.len();
        self.parts.push(part);
        let is_at_top = self.pages.last().is_none_or(Vec::is_empty);
        self.y += if is_at_top { 0.0 } else { style.above };
        let kept = f32::from(style.keeps) * PARAGRAPH.leading();
        if self.y + style.leading() * count(&lines) + kept > bottom() && style.keeps > 0 && !is_at_top {
            self.turn();
        }
        for line in lines {
            if self.y + style.leading() > bottom() {
                self.turn();
            }
            let y = self.y + style.size;
            self.y += style.leading();
            let line = Line {
                text: line,
                face: style.face,
                size: style.size,
                x: MARGIN + style.indent,
                y,
                part: number,
            };
            if let Some(page) = self.pages.last_mut() {
                page.push(line);
            }
        }
    }

    /// Puts the dot before the first line of the item that was just put.
    fn dot(&mut self, part: usize) {
        for page in &mut self.pages {
            let Some(at) = page.iter().position(|line| line.part == part + 1) else { continue };
            if let Some(first) = page.get(at) {
                let (face, size, y) = (first.face, first.size, first.y);
                page.insert(at, Line { text: "\u{2022}".to_owned(), face, size, x: MARGIN + 3.0, y, part });
            }
            return;
        }
    }

    fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }
}

fn bottom() -> f32 {
    PAGE.1 - MARGIN - 2.0 * FOOT_SIZE
}

fn count(lines: &[String]) -> f32 {
    f32::from(u16::try_from(lines.len()).unwrap_or(u16::MAX))
}

fn write(
    document: &Document,
    fonts: &Fonts,
    pages: &[Vec<Line>],
    parts: &[Part],
) -> Result<Vec<u8>, ReportError> {
    let configuration = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1).finish();
    let configuration = configuration.map_err(|_| ReportError::Pdf("PDF/UA-1 is not known".to_owned()))?;
    let mut file =
        krilla::Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut tagged: Vec<Vec<Identifier>> = parts.iter().map(|_| Vec::new()).collect();
    let mut outline = Outline::new();
    for (number, lines) in pages.iter().enumerate() {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1);
        let settings = settings.ok_or_else(|| ReportError::Pdf("the page has no size".to_owned()))?;
        let mut page = file.start_page_with(settings);
        let mut surface = page.surface();
        for line in lines {
            let id = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            draw(&mut surface, fonts, line);
            surface.end_tagged();
            if let Some(of) = tagged.get_mut(line.part) {
                if let (true, Some(Part::Heading(_, text))) = (of.is_empty(), parts.get(line.part)) {
                    let place = XyzDestination::new(number, Point::from_xy(line.x, line.y - line.size));
                    outline.push_child(OutlineNode::new(text.clone(), place));
                }
                of.push(id);
            }
        }
        foot(&mut surface, fonts, &document.foot, number + 1, pages.len());
        surface.finish();
        page.finish();
    }
    file.set_outline(outline);
    file.set_metadata(
        Metadata::new()
            .title(document.title.clone())
            .language(document.language.clone())
            .producer(concat!("Proviso ", env!("CARGO_PKG_VERSION")).to_owned()),
    );
    file.set_tag_tree(tags(document, parts, tagged));
    file.finish().map_err(|error| ReportError::Pdf(error.to_string()))
}

fn draw(surface: &mut Surface<'_>, fonts: &Fonts, line: &Line) {
    let (glyphs, _) = fonts.glyphs(line.face, &line.text);
    surface.draw_glyphs(
        Point::from_xy(line.x, line.y),
        &glyphs,
        fonts.font(line.face),
        &line.text,
        line.size,
        false,
    );
}

/// What is the same on every page is no part of what is read.
fn foot(surface: &mut Surface<'_>, fonts: &Fonts, text: &str, number: usize, of: usize) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
    let y = PAGE.1 - MARGIN + FOOT_SIZE;
    let count = format!("{number} / {of}");
    let width = fonts.glyphs(Face::Regular, &count).1 * FOOT_SIZE;
    for (text, x) in [(text.to_owned(), MARGIN), (count, PAGE.0 - MARGIN - width)] {
        draw(surface, fonts, &Line { text, face: Face::Regular, size: FOOT_SIZE, x, y, part: 0 });
    }
    surface.end_tagged();
}

/// The tree of what is read. Items that follow each other are one list.
fn tags(document: &Document, parts: &[Part], tagged: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some(document.language.clone()));
    let mut list: Option<TagGroup> = None;
    let mut item: Option<TagGroup> = None;
    for (part, ids) in parts.iter().zip(tagged) {
        let fill = |mut group: TagGroup| {
            ids.into_iter().for_each(|id| group.push(id));
            group
        };
        match part {
            Part::Dot => {
                let mut of = TagGroup::new(Tag::LI);
                of.push(fill(TagGroup::new(Tag::Lbl)));
                item = Some(of);
                continue;
            }
            Part::Item => {
                let mut of = item.take().unwrap_or_else(|| TagGroup::new(Tag::LI));
                of.push(fill(TagGroup::new(Tag::LBody)));
                list.get_or_insert_with(|| TagGroup::new(Tag::L(ListNumbering::Disc))).push(of);
                continue;
            }
            _ => {}
        }
        if let Some(list) = list.take() {
            tree.push(list);
        }
        let group = match part {
            Part::Heading(level, text) => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                fill(TagGroup::new(Tag::Hn(level, Some(text.clone()))))
            }
            Part::Quote => fill(TagGroup::new(Tag::BlockQuote)),
            _ => fill(TagGroup::new(Tag::P)),
        };
        tree.push(group);
    }
    if let Some(list) = list {
        tree.push(list);
    }
    tree
}
