//! The address of a database, with a password that is never shown.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::Deserialize;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// Where a PostgreSQL database is: `postgres://NAME:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`. Whoever prints it sees no
/// password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PostgresAddress(String);

/// Why an address cannot be used. It repeats nothing of the address but the host, for the rest may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostgresAddressError {
    /// Not such an address.
    #[error("an address of a database is postgres://NAME:PASSWORD@HOST:PORT/DATABASE; what was given is not")]
    Malformed,
    /// No database is named.
    #[error(
        "the address of the database on {host} does not name the database; add it after a slash: .../proviso"
    )]
    Unnamed {
        /// The host.
        host: String,
    },
    /// Records would cross the network unencrypted, or to whoever answers.
    #[error(
        "the database on {host} is reached over a network; add ?sslmode=verify-full to its address (and sslrootcert=FILE where \
         its certificate is from an authority of your own), so that nobody between can read or answer"
    )]
    Unprotected {
        /// The host.
        host: String,
    },
}

impl PostgresAddress {
    /// How to connect.
    pub(super) fn options(&self) -> Result<PgConnectOptions, PostgresAddressError> {
        PgConnectOptions::from_str(&self.0).map_err(|_| PostgresAddressError::Malformed)
    }
}

impl FromStr for PostgresAddress {
    type Err = PostgresAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(PostgresAddressError::Malformed);
        }
        let address = Self(text.to_owned());
        let options = address.options()?;
        let host = options.get_host().to_owned();
        if options.get_database().is_none_or(str::is_empty) {
            return Err(PostgresAddressError::Unnamed { host });
        }
        let is_verified = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull | PgSslMode::VerifyCa);
        if !is_verified && !is_here(&options) {
            return Err(PostgresAddressError::Unprotected { host });
        }
        Ok(address)
    }
}

impl TryFrom<String> for PostgresAddress {
    type Error = PostgresAddressError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// Whether nothing leaves this machine on the way.
fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for PostgresAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(options) = self.options() else { return formatter.write_str("postgres://***") };
        let database = options.get_database().unwrap_or_default();
        let name = options.get_username();
        match options.get_socket() {
            Some(socket) => write!(formatter, "postgres://{name}:***@{}/{database}", socket.display()),
            None => {
                write!(
                    formatter,
                    "postgres://{name}:***@{}:{}/{database}",
                    options.get_host(),
                    options.get_port()
                )
            }
        }
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::PostgresAddress;

    #[test]
    fn an_address_is_shown_without_its_password_and_refused_where_others_could_listen() {
        for (text, shown) in [
            ("postgres://pat:s3cret@localhost:5433/proviso", "postgres://pat:***@localhost:5433/proviso"),
            ("postgresql://pat:s3cret@127.0.0.1/proviso", "postgres://pat:***@127.0.0.1:5432/proviso"),
            (
                "postgres://pat:s3cret@db.force.example/proviso?sslmode=verify-full",
                "postgres://pat:***@db.force.example:5432/proviso",
            ),
            (
                "postgres://pat@localhost/proviso?host=/run/pg&password=s3cret",
                "postgres://pat:***@/run/pg/proviso",
            ),
        ] {
            let address: PostgresAddress = text.parse().expect(text);
            assert_eq!((address.to_string().as_str(), format!("{address:?}").as_str()), (shown, shown));
        }
        for (text, said) in [
            ("mysql://pat:s3cret@localhost/proviso", "postgres://NAME"),
            ("postgres://pat:s3cret@localhost:s3cret/proviso", "postgres://NAME"),
            ("postgres://pat:s3cret@localhost", "does not name the database"),
            ("postgres://pat:s3cret@db.force.example/proviso", "sslmode=verify-full"),
            ("postgres://pat:s3cret@db.force.example/proviso?sslmode=require", "sslmode=verify-full"),
        ] {
            let refused = text.parse::<PostgresAddress>().expect_err(text).to_string();
            assert!(refused.contains(said) && !refused.contains("s3cret"), "{text}: {refused}");
        }
    }
}
