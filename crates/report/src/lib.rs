//! Documents for a court's file: headings, paragraphs, quotations and lists, as a tagged PDF (PDF/UA-1) with its own fonts. Text is data: nothing
//! in it is markup. The same document gives the same bytes.

mod lines;
mod pdf;

pub use pdf::pdf;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Its title: the first heading, and what a reader's window shows.
    pub title: String,
    /// At the foot of each page, before its number.
    pub foot: String,
    /// Its language (BCP 47).
    pub language: String,
    /// What it says, in the order of reading.
    pub blocks: Vec<Block>,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading under the title.
    Heading(String),
    /// A heading under such a heading.
    Subheading(String),
    /// A paragraph.
    Paragraph(String),
    /// A sentence that counts, in bold.
    Strong(String),
    /// Somebody else's words, such as a court's.
    Quote(String),
    /// Sentences, each with a dot before it.
    List(Vec<String>),
}

/// Why a document cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// Letters that the fonts do not have. Nothing is left out of a report, so it is not made.
    #[error("these letters cannot be printed in a PDF: {0}; the report as text or JSON has them")]
    Letters(String),
    /// The writer of PDFs refused it.
    #[error("the PDF cannot be made: {0}")]
    Pdf(String),
}
