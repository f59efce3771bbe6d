//! A form as data: each field with its label, what is meant, what was typed, and what is wrong with it beside it.

use askama::Template;

use crate::app::orders::{Fault, Place};
use crate::web::console::page::Shell;

/// A form on a page of its own.
#[derive(Template)]
#[template(path = "console/orders/form.html")]
pub struct FormPage {
    pub shell: Shell,
    /// Where "back" leads, and what is there.
    pub back: (String, String),
    pub intro: Vec<String>,
    /// The court's own words, where the form is about them.
    pub quote: String,
    /// What the words suggest: kind, its word, because of what.
    pub suggested: Option<Vec<(String, String)>>,
    pub action: String,
    pub revision: u32,
    pub fields: Vec<Field>,
    /// What is wrong with no field of its own.
    pub problem: Option<String>,
    /// What the button says.
    pub button: &'static str,
}

impl FormPage {
    /// Whether anything is wrong with any field.
    pub fn is_wrong(&self) -> bool {
        self.fields.iter().any(|field| !field.error.is_empty())
    }
}

/// A field.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: &'static str,
    pub label: String,
    pub hint: String,
    pub value: String,
    pub error: String,
    pub shape: Shape,
    /// A heading before it.
    pub group: &'static str,
}

/// How a field looks.
#[derive(Debug, Clone)]
pub enum Shape {
    /// A line: type and class.
    Line(&'static str, &'static str),
    /// So many lines.
    Area(u8),
    /// One of several.
    Radios(Vec<Choice>),
}

/// One of several.
#[derive(Debug, Clone)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: String,
}

impl Choice {
    pub fn new(value: &str, label: &str, hint: &str) -> Self {
        Self { value: value.to_owned(), label: label.to_owned(), hint: hint.to_owned() }
    }
}

impl Field {
    /// A line of text.
    pub fn line(name: &'static str, label: &str, hint: &str, value: &str) -> Self {
        Self {
            name,
            label: label.to_owned(),
            hint: hint.to_owned(),
            value: value.to_owned(),
            error: String::new(),
            shape: Shape::Line("text", ""),
            group: "",
        }
    }

    /// A day.
    pub fn day(name: &'static str, label: &str, hint: &str, value: &str) -> Self {
        Self { shape: Shape::Line("date", "pv-short"), ..Self::line(name, label, hint, value) }
    }

    /// Several lines of text.
    pub fn area(name: &'static str, label: &str, hint: &str, value: &str, rows: u8) -> Self {
        Self { shape: Shape::Area(rows), ..Self::line(name, label, hint, value) }
    }

    /// One of several.
    pub fn radios(name: &'static str, label: &str, hint: &str, value: &str, choices: Vec<Choice>) -> Self {
        Self { shape: Shape::Radios(choices), ..Self::line(name, label, hint, value) }
    }

    /// The same, under a heading.
    pub fn under(self, group: &'static str) -> Self {
        Self { group, ..self }
    }

    /// The same as a short line.
    pub fn short(self) -> Self {
        Self { shape: Shape::Line("text", "pv-short"), ..self }
    }

    /// What names hint and error for who cannot see them.
    pub fn described(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let error = (!self.error.is_empty()).then(|| format!("{}-error", self.name));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }
}

/// Puts faults beside their fields: those whose place `of` says is this form's.
pub fn beside(fields: &mut [Field], faults: &[Fault], of: impl Fn(Place) -> Option<&'static str>) {
    for fault in faults {
        let Some(name) = of(fault.place) else { continue };
        if let Some(field) = fields.iter_mut().find(|field| field.name == name && field.error.is_empty()) {
            field.error.clone_from(&fault.words);
        }
    }
}
