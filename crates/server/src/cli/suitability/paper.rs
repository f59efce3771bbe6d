//! The report of suitability as a document for a court's file: what the text says, in the same order.

use proviso_engine::suitability::{ParagraphReport, SuitabilityReport, device_in_words, whole_in_words};
use proviso_report::{Block, Document};

pub(super) fn document(report: &SuitabilityReport) -> Document {
    let mut blocks = vec![
        Block::Paragraph(format!("Device: {}", device_in_words(&report.device))),
        Block::Paragraph(format!("Program: Proviso {}", report.version)),
        Block::Strong(whole_in_words(report).to_owned()),
    ];
    blocks.extend(report.remarks.iter().cloned().map(Block::Paragraph));
    report.paragraphs.iter().for_each(|paragraph| one(&mut blocks, paragraph));
    if !report.always.is_empty() {
        blocks.push(Block::Heading("For every paragraph".to_owned()));
        blocks.push(Block::List(report.always.iter().map(|line| (*line).to_owned()).collect()));
    }
    Document {
        title: format!("Suitability and enforceability: order {}", report.order),
        foot: format!("Order {}: suitability and enforceability", report.order),
        language: "en-GB".to_owned(),
        blocks,
    }
}

fn one(blocks: &mut Vec<Block>, paragraph: &ParagraphReport) {
    let ParagraphReport { paragraph: number, text, kind, from, until, .. } = paragraph;
    blocks.push(Block::Heading(format!("Paragraph {number}: {kind} ({from} to {until})")));
    blocks.push(Block::Quote(format!("\"{text}\"")));
    blocks.push(Block::Strong(paragraph.watched.in_words().to_owned()));
    for (title, sentences) in paragraph.said() {
        if !sentences.is_empty() {
            blocks.push(Block::Subheading(title.to_owned()));
            blocks.push(Block::List(sentences.to_vec()));
        }
    }
}
