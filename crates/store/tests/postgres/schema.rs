//! Both engines have one logical schema.

use std::collections::BTreeSet;
use std::sync::Arc;

use proviso_store::{PostgresStore, SqliteOptions, SqliteStore};
use proviso_testkit::postgres;
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use crate::fixtures::ToyHasher;
use crate::{open, options};

/// Columns as (table, column, type in SQLite's words, whether it must be there), indexes as (table, name).
type Schema = (BTreeSet<(String, String, String, bool)>, BTreeSet<(String, String)>);

async fn of_sqlite(path: &std::path::Path) -> Schema {
    let mut file = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.expect("opened");
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut file)
    .await
    .expect("read");
    let mut columns = BTreeSet::new();
    for table in tables {
        let info = format!("SELECT name, type, \"notnull\" FROM pragma_table_info('{table}')");
        let rows: Vec<(String, String, bool)> =
            sqlx::query_as(AssertSqlSafe(info)).fetch_all(&mut file).await.expect("read");
        columns.extend(rows.into_iter().map(|(name, kind, must)| (table.clone(), name, kind, must)));
    }
    let indexes: Vec<(String, String)> =
        sqlx::query_as("SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
            .fetch_all(&mut file)
            .await
            .expect("read");
    (columns, indexes.into_iter().collect())
}

async fn of_postgres(address: &str) -> Schema {
    let mut database = postgres::connect(address).await;
    let columns: Vec<(String, String, String, bool)> = sqlx::query_as(
        "SELECT c.table_name::text, c.column_name::text,
             CASE c.data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'text' THEN 'TEXT' WHEN 'bytea' THEN 'BLOB' ELSE c.data_type END,
             c.is_nullable = 'NO'
         FROM information_schema.columns c JOIN pg_tables t ON t.tablename = c.table_name AND t.schemaname = c.table_schema
         WHERE c.table_schema = current_schema() AND c.table_name NOT IN ('_sqlx_migrations', 'rewrite_due')
         AND c.table_name !~ '^record_key_[0-9]+$'",
    )
    .fetch_all(&mut database)
    .await
    .expect("read");
    // Those that a constraint made have its name; SQLite gives such ones no statement.
    let indexes: Vec<(String, String)> = sqlx::query_as(
        "SELECT i.tablename::text, i.indexname::text FROM pg_indexes i WHERE i.schemaname = current_schema()
         AND NOT EXISTS (SELECT 1 FROM pg_constraint c JOIN pg_class k ON k.oid = c.conindid WHERE k.relname = i.indexname)",
    )
    .fetch_all(&mut database)
    .await
    .expect("read");
    let text_out_of_order: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema() AND data_type = 'text'
         AND table_name <> '_sqlx_migrations' AND collation_name IS DISTINCT FROM 'C'",
    )
    .fetch_one(&mut database)
    .await
    .expect("read");
    assert_eq!(text_out_of_order, 0, "every text is ordered by its bytes, as SQLite orders it");
    (columns.into_iter().collect(), indexes.into_iter().collect())
}

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_indexes_under_the_same_number() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = SqliteOptions::new(folder.path().join("schema.db"));
    SqliteStore::open(&files, Arc::new(ToyHasher)).await.expect("a new database").close().await;
    let made = postgres::databases().await;
    open(&options(&made)).await.expect("a new database").close().await;
    assert_eq!(SqliteStore::schema_known(), PostgresStore::schema_known(), "one number for one schema");
    for (file, address) in [(&files.path, &made.database), (&files.record_keys, &made.record_keys)] {
        let (sqlite, postgres) = (of_sqlite(file).await, of_postgres(address).await);
        let only = |one: &Schema, other: &Schema| {
            let columns = one.0.difference(&other.0).map(|column| format!("{column:?}"));
            columns.chain(one.1.difference(&other.1).map(|index| format!("{index:?}"))).collect::<Vec<_>>()
        };
        let (here, there) = (only(&sqlite, &postgres), only(&postgres, &sqlite));
        assert!(
            here.is_empty() && there.is_empty(),
            "only in SQLite: {here:#?}\nonly in PostgreSQL: {there:#?}"
        );
        assert!(!sqlite.0.is_empty());
    }
}
