//! One table as both engines have it: its columns, its rows in the order of its key, page by page.

use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, Row, SqliteConnection};

use crate::error::{Result, StoreError};

/// Rows in one page. A sealed body has at most some hundred kilobytes.
const ROWS_PER_PAGE: usize = 200;

/// The three kinds of value that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Bytes,
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    kind: Kind,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// The values of a row, in the order of the table's columns.
pub(super) type Values = Vec<Value>;

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    columns: Vec<Column>,
    /// Places of the columns of the primary key; empty where there is none.
    key: Vec<usize>,
    /// Tables whose rows must be there first.
    pub(super) after: Vec<String>,
    /// Columns that name another row of the same table: filled in when all rows are there.
    pub(super) own: Vec<String>,
}

macro_rules! page {
    ($connection:expr, $table:expr, $after:expr) => {{
        let (table, after): (&Table, Option<&Values>) = ($table, $after);
        let mut query = sqlx::query(AssertSqlSafe(table.select(after.is_some())));
        for place in after.iter().flat_map(|_| &table.key) {
            query = match after.and_then(|row| row.get(*place)) {
                Some(Value::Number(number)) => query.bind(*number),
                Some(Value::Text(text)) => query.bind(text.clone()),
                Some(Value::Bytes(bytes)) => query.bind(bytes.clone()),
                Some(Value::Null) | None => return Err(table.damaged("a key that is null")),
            };
        }
        let rows = query.fetch_all($connection).await?;
        let mut page = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut values = Vec::with_capacity(table.columns.len());
            for (place, column) in table.columns.iter().enumerate() {
                values.push(match column.kind {
                    Kind::Number => row.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, Value::Number),
                    Kind::Text => row.try_get::<Option<String>, _>(place)?.map_or(Value::Null, Value::Text),
                    Kind::Bytes => {
                        row.try_get::<Option<Vec<u8>>, _>(place)?.map_or(Value::Null, Value::Bytes)
                    }
                });
            }
            page.push(values);
        }
        Ok(page)
    }};
}

impl Table {
    /// Every table of an SQLite database, each after those that its rows name.
    pub(super) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Self>> {
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'
             ORDER BY name",
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut waiting = Vec::with_capacity(names.len());
        for name in names {
            waiting.push(Self::read(connection, name).await?);
        }
        let mut sorted: Vec<Self> = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let is_next =
                |table: &Self| table.after.iter().all(|name| sorted.iter().any(|done| done.name == *name));
            let Some(place) = waiting.iter().position(is_next) else {
                return Err(StoreError::Damaged("tables that name each other in a circle".to_owned()));
            };
            sorted.push(waiting.remove(place));
        }
        Ok(sorted)
    }

    async fn read(connection: &mut SqliteConnection, name: String) -> Result<Self> {
        let rows = sqlx::query("SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid")
            .bind(&name)
            .fetch_all(&mut *connection)
            .await?;
        let (mut columns, mut key) = (Vec::new(), Vec::new());
        for (place, row) in rows.iter().enumerate() {
            let kind = match row.try_get::<String, _>("type")?.as_str() {
                "INTEGER" => Kind::Number,
                "TEXT" => Kind::Text,
                "BLOB" => Kind::Bytes,
                other => return Err(StoreError::Damaged(format!("a column of type {other} in {name}"))),
            };
            columns.push(Column { name: row.try_get("name")?, kind });
            match row.try_get::<i64, _>("pk")? {
                0 => {}
                nth => key.push((nth, place)),
            }
        }
        key.sort_unstable();
        let named: Vec<(String, String)> =
            sqlx::query_as("SELECT \"table\", \"from\" FROM pragma_foreign_key_list($1)")
                .bind(&name)
                .fetch_all(connection)
                .await?;
        let (own, others): (Vec<_>, Vec<_>) = named.into_iter().partition(|(table, _)| *table == name);
        Ok(Self {
            name,
            columns,
            key: key.into_iter().map(|(_, place)| place).collect(),
            after: others.into_iter().map(|(table, _)| table).collect(),
            own: own.into_iter().map(|(_, column)| column).collect(),
        })
    }

    fn damaged(&self, what: &str) -> StoreError {
        StoreError::Damaged(format!("{what} in {}", self.name))
    }

    fn names<'t>(&'t self, places: impl Iterator<Item = &'t Column>) -> String {
        places.map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
    }

    fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.key.iter().filter_map(|place| self.columns.get(*place))
    }

    /// Whether rows can be told apart; those of a table without a key are read and written all at once.
    pub(super) fn has_key(&self) -> bool {
        !self.key.is_empty()
    }

    fn select(&self, is_after: bool) -> String {
        let (name, columns) = (&self.name, self.names(self.columns.iter()));
        if self.key.is_empty() {
            return format!("SELECT {columns} FROM \"{name}\" ORDER BY {columns}");
        }
        let key = self.names(self.key_columns());
        let marks: Vec<String> = (1..=self.key.len()).map(|nth| format!("${nth}")).collect();
        let after = if is_after { format!("WHERE ({key}) > ({})", marks.join(", ")) } else { String::new() };
        format!("SELECT {columns} FROM \"{name}\" {after} ORDER BY {key} LIMIT {ROWS_PER_PAGE}")
    }

    /// The rows of the source after one, in the order of the key.
    pub(super) async fn of_sqlite(
        &self,
        connection: &mut SqliteConnection,
        after: Option<&Values>,
    ) -> Result<Vec<Values>> {
        page!(connection, self, after)
    }

    /// The rows of the copy after one, in the order of the key.
    pub(super) async fn of_postgres(
        &self,
        connection: &mut PgConnection,
        after: Option<&Values>,
    ) -> Result<Vec<Values>> {
        page!(connection, self, after)
    }

    /// The last row of the copy in the order of the key: where to go on.
    pub(super) async fn last_of_postgres(&self, connection: &mut PgConnection) -> Result<Option<Values>> {
        let key: Vec<String> = self.key_columns().map(|column| format!("\"{}\" DESC", column.name)).collect();
        let (name, columns) = (&self.name, self.names(self.columns.iter()));
        let select = format!("SELECT {columns} FROM \"{name}\" ORDER BY {} LIMIT 1", key.join(", "));
        let Some(row) = sqlx::query(AssertSqlSafe(select)).fetch_optional(connection).await? else {
            return Ok(None);
        };
        let mut values = Vec::with_capacity(self.columns.len());
        for (place, column) in self.columns.iter().enumerate() {
            values.push(match column.kind {
                _ if !self.key.contains(&place) => Value::Null,
                Kind::Number => Value::Number(row.try_get(place)?),
                Kind::Text => Value::Text(row.try_get(place)?),
                Kind::Bytes => Value::Bytes(row.try_get(place)?),
            });
        }
        Ok(Some(values))
    }

    /// Writes rows in one statement, without what names other rows of the table.
    pub(super) async fn insert(&self, connection: &mut PgConnection, rows: &[Values]) -> Result<()> {
        let kinds = self.columns.iter().zip(1..).map(|(column, nth)| match column.kind {
            Kind::Number => format!("${nth}::bigint[]"),
            Kind::Text => format!("${nth}::text[]"),
            Kind::Bytes => format!("${nth}::bytea[]"),
        });
        let (name, columns) = (&self.name, self.names(self.columns.iter()));
        let insert = format!(
            "INSERT INTO \"{name}\" ({columns}) SELECT * FROM unnest({})",
            kinds.collect::<Vec<_>>().join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(insert));
        for (place, column) in self.columns.iter().enumerate() {
            let is_own = self.own.contains(&column.name);
            let values = rows.iter().map(|row| row.get(place).filter(|_| !is_own));
            query = match column.kind {
                Kind::Number => query.bind(values.map(number).collect::<Vec<_>>()),
                Kind::Text => query.bind(values.map(text).collect::<Vec<_>>()),
                Kind::Bytes => query.bind(values.map(bytes).collect::<Vec<_>>()),
            };
        }
        query.execute(connection).await?;
        Ok(())
    }

    /// Writes one row into an SQLite file.
    pub(super) async fn insert_into_sqlite(&self, file: &mut SqliteConnection, row: &Values) -> Result<()> {
        let marks: Vec<String> = (1..=self.columns.len()).map(|nth| format!("${nth}")).collect();
        let (name, columns, marks) = (&self.name, self.names(self.columns.iter()), marks.join(", "));
        let insert = format!("INSERT INTO \"{name}\" ({columns}) VALUES ({marks})");
        let mut query = sqlx::query(AssertSqlSafe(insert));
        for value in row {
            query = match value {
                Value::Null => query.bind(None::<i64>),
                Value::Number(number) => query.bind(*number),
                Value::Text(text) => query.bind(text.clone()),
                Value::Bytes(bytes) => query.bind(bytes.clone()),
            };
        }
        query.execute(file).await?;
        Ok(())
    }

    /// Fills in, for rows that are there, what names other rows of the table. Tables have that in columns of bytes only.
    pub(super) async fn fill_in(&self, connection: &mut PgConnection, rows: &[Values]) -> Result<()> {
        let [key] = self.key.as_slice() else { return Err(self.damaged("a key of several columns")) };
        for own in &self.own {
            let Some(place) = self.columns.iter().position(|column| column.name == *own) else { continue };
            let key_name = self.names(self.columns.get(*key).into_iter());
            let name = &self.name;
            let update = format!(
                "UPDATE \"{name}\" SET \"{own}\" = given.other FROM unnest($1::bytea[], $2::bytea[]) AS given (own, other)
                 WHERE {key_name} = given.own AND given.other IS NOT NULL"
            );
            sqlx::query(AssertSqlSafe(update))
                .bind(rows.iter().map(|row| bytes(row.get(*key))).collect::<Vec<_>>())
                .bind(rows.iter().map(|row| bytes(row.get(place))).collect::<Vec<_>>())
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    /// The key of a row, for a person who looks for it.
    pub(super) fn key_in_words(&self, row: &Values) -> String {
        let words = self.key.iter().map(|place| match row.get(*place) {
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Bytes(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            Some(Value::Null) | None => "null".to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

fn number(value: Option<&Value>) -> Option<i64> {
    match value {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    match value {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

fn bytes(value: Option<&Value>) -> Option<Vec<u8>> {
    match value {
        Some(Value::Bytes(bytes)) => Some(bytes.clone()),
        _ => None,
    }
}

/// Adds a row to the hash of its table: each value as its kind, its length and its bytes.
pub(super) fn hash(hasher: &mut Sha256, row: &Values) {
    for value in row {
        let (kind, bytes): (u8, &[u8]) = match value {
            Value::Null => (0, &[]),
            Value::Number(number) => (1, &number.to_be_bytes()),
            Value::Text(text) => (2, text.as_bytes()),
            Value::Bytes(bytes) => (3, bytes),
        };
        hasher.update([kind]);
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    }
}
