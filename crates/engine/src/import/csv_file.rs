//! A list as CSV: a header that names its columns, or one term a line.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{ImportError, Raw, Reading, shown};

/// Columns that a header may name, beside `term`.
const COLUMNS: &str = "term, weight, language, inside_words, within_words, needs, unless";

/// A column of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Term,
    Weight,
    Language,
    InsideWords,
    WithinWords,
    Needs,
    Unless,
}

pub(super) fn read(text: &str, reading: &mut Reading<'_>) -> Result<(), ImportError> {
    let mut file =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let mut columns: Option<Vec<Column>> = None;
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    let mut cells = StringRecord::new();
    loop {
        match file.read_record(&mut cells) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => return Err(ImportError::Shape(format!("this is not CSV: {error}"))),
        }
        let line = lines.of(cells.position().map_or(0, csv::Position::byte));
        let Some(known) = &columns else {
            let first = header(&cells)?;
            let is_list = first.is_none();
            let found = columns.insert(first.unwrap_or_else(|| vec![Column::Term]));
            if is_list {
                reading.room(line)?;
                row(&cells, found, line, reading);
            }
            continue;
        };
        reading.room(line)?;
        row(&cells, known, line, reading);
    }
}

/// Lines of records that come one after the other. A record's place is where the reader began to look for it, so empty lines
/// before it are stepped over here.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, byte: u64) -> u64 {
        let mut start = usize::try_from(byte).unwrap_or(usize::MAX).max(self.at);
        while matches!(self.text.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        let between = self.text.get(self.at..start).unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = start;
        self.line
    }
}

/// The columns, where the first record is a header; nothing where the file is one term a line.
fn header(cells: &StringRecord) -> Result<Option<Vec<Column>>, ImportError> {
    let names: Vec<String> = cells.iter().map(str::to_lowercase).collect();
    if !names.iter().any(|name| name == "term") {
        let first = shown(cells.get(0).unwrap_or_default());
        if let Some(parted) =
            names.first().filter(|name| name.split([';', '\t']).any(|cell| cell.trim() == "term"))
        {
            let sign = if parted.contains(';') { "semicolons" } else { "tabs" };
            return Err(ImportError::Shape(format!(
                "line 1: the columns are parted by {sign}; save the list with commas"
            )));
        }
        if cells.len() == 1 {
            return Ok(None);
        }
        return Err(ImportError::Shape(format!(
            "line 1: \"{first}\" begins {} columns, and none is called \"term\"; name the columns in the first line: {COLUMNS}",
            cells.len()
        )));
    }
    let mut columns = Vec::new();
    for name in &names {
        let column = match name.as_str() {
            "term" => Column::Term,
            "weight" => Column::Weight,
            "language" => Column::Language,
            "inside_words" => Column::InsideWords,
            "within_words" => Column::WithinWords,
            "needs" => Column::Needs,
            "unless" => Column::Unless,
            other => {
                return Err(ImportError::Shape(format!(
                    "line 1: there is no column \"{}\"; a list may have {COLUMNS}",
                    shown(other)
                )));
            }
        };
        if columns.contains(&column) {
            return Err(ImportError::Shape(format!(
                "line 1: the column \"{name}\" is there twice; remove one"
            )));
        }
        columns.push(column);
    }
    Ok(Some(columns))
}

fn row(cells: &StringRecord, columns: &[Column], line: u64, reading: &mut Reading<'_>) {
    if cells.len() > columns.len() {
        let problem = format!(
            "there are {} cells, and the list has {} columns; put a term that holds a comma into quotation marks",
            cells.len(),
            columns.len()
        );
        return reading.refuse(line, problem);
    }
    let mut raw = Raw { line, ..Raw::default() };
    for (cell, column) in cells.iter().zip(columns) {
        if let Err(problem) = put(&mut raw, *column, cell) {
            return reading.refuse(line, problem);
        }
    }
    reading.take(raw);
}

fn put(raw: &mut Raw, column: Column, cell: &str) -> Result<(), String> {
    if cell.is_empty() {
        return Ok(());
    }
    let number = |what: &str| {
        cell.parse::<i64>().map(Some).map_err(|_| format!("{what} \"{}\" is not a number", shown(cell)))
    };
    let several =
        || cell.split(';').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    match column {
        Column::Term => raw.term = cell.to_owned(),
        Column::Weight => raw.weight = number("weight")?,
        Column::Language => raw.language = Some(cell.to_owned()),
        Column::WithinWords => raw.within_words = number("within_words")?,
        Column::Needs => raw.needs = several(),
        Column::Unless => raw.unless = several(),
        Column::InsideWords => {
            raw.inside_words = match cell.to_lowercase().as_str() {
                "true" | "yes" | "1" => true,
                "false" | "no" | "0" => false,
                _ => return Err(format!("inside_words \"{}\" is neither yes nor no", shown(cell))),
            }
        }
    }
    Ok(())
}
