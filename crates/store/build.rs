//! Lists the migrations of each engine for `src/migration.rs`, so that a file put into a folder is one that is carried out. The
//! macro of sqlx would do as much, and have every driver, SQLite's C code and a TLS library built a second time for the compiler.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

/// Name of the list, and the folder.
const LISTS: [(&str, &str); 4] = [
    ("SQLITE", "sqlite"),
    ("SQLITE_RECORD_KEYS", "record-keys"),
    ("POSTGRES", "postgres"),
    ("POSTGRES_RECORD_KEYS", "postgres-record-keys"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::var("CARGO_MANIFEST_DIR")?;
    let mut code = String::new();
    for (list, folder) in LISTS {
        let folder = Path::new(&root).join("migrations").join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            let parts =
                name.split_once('_').and_then(|(number, rest)| Some((number.parse::<i64>().ok()?, rest)));
            let Some((number, description)) = parts else {
                return Err(format!("{}: a migration is named NNNN_what_it_does.sql", path.display()).into());
            };
            files.push((number, description.replace('_', " "), path.clone()));
        }
        files.sort();
        if let Some((one, other)) =
            files.iter().zip(files.iter().skip(1)).find(|(one, other)| one.0 == other.0)
        {
            return Err(format!("{} and {} have one number", one.2.display(), other.2.display()).into());
        }
        writeln!(code, "pub(super) const {list}: &[(i64, &str, &str)] = &[")?;
        for (number, description, path) in files {
            writeln!(code, "({number}, {description:?}, include_str!({:?})),", path.display().to_string())?;
        }
        writeln!(code, "];")?;
    }
    let out = Path::new(&std::env::var("OUT_DIR")?).join("migrations.rs");
    Ok(std::fs::write(out, code)?)
}
