//! Addresses of databases as dashboards and `.env` files give them. In: a text. Out: its parameters. Never: a password
//! in a message.

use percent_encoding::percent_decode_str;

/// Parameters of a connection, by the names of libpq.
pub type Parameters = Vec<(String, String)>;

/// Parameters that the client reads itself.
const KNOWN: [&str; 18] = [
    "user",
    "password",
    "dbname",
    "host",
    "hostaddr",
    "port",
    "options",
    "application_name",
    "sslmode",
    "sslrootcert",
    "sslnegotiation",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];
/// Parameters of other clients that change nothing here.
const WITHOUT_EFFECT: [&str; 7] = [
    "connection_limit",
    "pgbouncer",
    "pool_timeout",
    "statement_cache_size",
    "prepareThreshold",
    "prepared_statements",
    "binary_parameters",
];

/// Returns an address without what surrounds it in a file or a dashboard: `export NAME=`, `psql` and quotes.
pub fn unwrapped(text: &str) -> &str {
    let mut rest = text.trim();
    rest = rest.strip_prefix("export ").map_or(rest, str::trim_start);
    if let Some((name, value)) = rest.split_once('=')
        && !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    {
        rest = value.trim();
    }
    rest = rest.strip_prefix("psql ").map_or(rest, str::trim);
    for quote in ['"', '\'', '`'] {
        let inner = rest
            .strip_prefix(quote)
            .and_then(|inner| inner.strip_suffix(quote));
        rest = inner.unwrap_or(rest);
    }
    rest.trim()
}

/// Returns `true` for an address of PostgreSQL, `false` for the path of a file.
///
/// # Errors
///
/// A message if it is the address of something else. It never contains the address.
pub fn is_postgres(text: &str) -> Result<bool, String> {
    let lower = text.to_ascii_lowercase();
    if let Some((scheme, _)) = lower.split_once("://") {
        let scheme = scheme.strip_prefix("jdbc:").unwrap_or(scheme);
        // SQLAlchemy names its driver behind a plus sign.
        let kind = scheme.split('+').next().unwrap_or_default();
        return match kind {
            "postgres" | "postgresql" => Ok(true),
            "sqlite" | "sqlite3" | "file" => {
                Err("write the path of the file alone, such as /var/lib/escale/escale.db".into())
            }
            kind if kind.bytes().all(|b| b.is_ascii_alphanumeric()) => Err(format!(
                "there is no store for {kind}://: use postgres://user:password@host/database or the path of a file"
            )),
            _ => Err("an address begins with postgres://".into()),
        };
    }
    let is_of_scheme = [
        "sqlite:",
        "file:",
        "jdbc:",
        "postgres:",
        "postgresql:",
        "mysql:",
    ]
    .iter()
    .any(|scheme| lower.starts_with(scheme));
    let has_password = lower
        .split_once('@')
        .is_some_and(|(before, _)| before.contains(':') || lower.contains(":5432"));
    if is_of_scheme || has_password {
        return Err("write postgres://user:password@host/database, or the path of a file".into());
    }
    Ok(is_key_value(&lower))
}

/// True for `host=… dbname=…`.
fn is_key_value(text: &str) -> bool {
    text.split_whitespace().next().is_some_and(|first| {
        first
            .split_once('=')
            .is_some_and(|(key, _)| KNOWN.contains(&key.trim()))
    })
}

/// Reads the parameters of a PostgreSQL address.
///
/// # Errors
///
/// A message that names the parameter, never its value.
pub fn parameters(text: &str) -> Result<Parameters, String> {
    let all = match text.split_once("://") {
        Some((_, rest)) => of_url(rest)?,
        None => of_key_values(text)?,
    };
    let mut kept = Parameters::new();
    for (key, value) in all {
        match key.as_str() {
            "ssl" => kept.push(("sslmode".into(), of_ssl(&value).into())),
            "sslmode" if value == "no-verify" => kept.push((key, "require".into())),
            "database" => kept.push(("dbname".into(), value)),
            "username" => kept.push(("user".into(), value)),
            known if KNOWN.contains(&known) => kept.push((key, value)),
            ignored if WITHOUT_EFFECT.contains(&ignored) => {}
            _ => {
                return Err(format!(
                    "the parameter `{}` is not known here: remove it",
                    shown(&key)
                ));
            }
        }
    }
    Ok(kept)
}

/// Mode of the boolean `ssl` of node-postgres and JDBC.
fn of_ssl(value: &str) -> &'static str {
    match value {
        "false" | "0" | "off" | "disable" => "disable",
        _ => "require",
    }
}

/// A key that may be part of an unescaped password is not shown.
fn shown(key: &str) -> &str {
    let is_name = key.len() <= 32
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_name { key } else { "…" }
}

/// Reads what follows `postgres://`. An unescaped password may contain `@`, `:`, `/`, `#` and `%`.
fn of_url(rest: &str) -> Result<Parameters, String> {
    let (place, query) = rest.split_at(query_start(rest).unwrap_or(rest.len()));
    let (login, place) = match place.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, place),
    };
    let mut parameters = Parameters::new();
    if let Some(login) = login {
        let (user, password) = match login.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (login, None),
        };
        parameters.push(("user".into(), decoded(user)?));
        if let Some(password) = password {
            parameters.push(("password".into(), decoded(password)?));
        }
    }
    let (hosts, database) = place.split_once('/').unwrap_or((place, ""));
    push_hosts(&mut parameters, hosts)?;
    let database = decoded(database.split('#').next().unwrap_or_default())?;
    if !database.is_empty() {
        parameters.push(("dbname".into(), database));
    }
    for pair in query
        .trim_start_matches('?')
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (decoded(key)?, decoded(value)?);
        // The query's host replaces an empty one, as for a socket.
        parameters.retain(|(known, _)| *known != key);
        parameters.push((key, value));
    }
    Ok(parameters)
}

/// Start of the query: the first `?` that a parameter's name and `=` follow.
fn query_start(rest: &str) -> Option<usize> {
    rest.match_indices('?').map(|(at, _)| at).find(|at| {
        let after = &rest[at + 1..];
        let name = after.split(['=', '&', '@']).next().unwrap_or_default();
        after.is_empty()
            || (after[name.len()..].starts_with('=')
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)))
    })
}

/// Adds hosts and ports: names, addresses, IPv6 in brackets, or an encoded path of sockets.
fn push_hosts(parameters: &mut Parameters, hosts: &str) -> Result<(), String> {
    if hosts.is_empty() {
        return Ok(());
    }
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for host in hosts.split(',') {
        let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((name, port)) => (name, port.strip_prefix(':').unwrap_or_default()),
            None => host.rsplit_once(':').unwrap_or((host, "")),
        };
        let port = if port.is_empty() { "5432" } else { port };
        if port.parse::<u16>().is_err() {
            return Err(
                "the port is not a number: is a character of the password to be percent-encoded?"
                    .into(),
            );
        }
        names.push(decoded(name)?);
        ports.push(port);
    }
    parameters.push(("host".into(), names.join(",")));
    parameters.push(("port".into(), ports.join(",")));
    Ok(())
}

/// Decodes percent signs before two hexadecimal digits; others are characters of the text.
fn decoded(text: &str) -> Result<String, String> {
    percent_decode_str(text)
        .decode_utf8()
        .map(Into::into)
        .map_err(|_| "it is not UTF-8 once percent signs are decoded".to_owned())
}

/// Reads `host=… user=…` with quotes and backslashes, as libpq does.
fn of_key_values(text: &str) -> Result<Parameters, String> {
    let mut parameters = Parameters::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').ok_or("the form is host=… dbname=…")?;
        let (value, after) = key_value(after.trim_start())?;
        parameters.push((key.trim().to_owned(), value));
        rest = after.trim_start();
    }
    Ok(parameters)
}

/// Reads one value. Returns it and the rest.
fn key_value(text: &str) -> Result<(String, &str), String> {
    let (is_quoted, body) = match text.strip_prefix('\'') {
        Some(body) => (true, body),
        None => (false, text),
    };
    let mut value = String::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            '\'' if is_quoted => return Ok((value, &body[at + 1..])),
            c if !is_quoted && c.is_whitespace() => return Ok((value, &body[at..])),
            c => value.push(c),
        }
    }
    if is_quoted {
        return Err("a quote is not closed".into());
    }
    Ok((value, ""))
}

/// Returns the parameters in the form of libpq.
pub fn key_values(parameters: &[(String, String)]) -> String {
    parameters
        .iter()
        .map(|(key, value)| {
            format!(
                "{key}='{}'",
                value.replace('\\', "\\\\").replace('\'', "\\'")
            )
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let text = unwrapped(text);
        assert_eq!(is_postgres(text), Ok(true), "{text}");
        let value = |all: &Parameters, key: &str| {
            all.iter()
                .find(|(known, _)| known == key)
                .map_or("-".to_owned(), |(_, value)| value.clone())
        };
        let all = parameters(text)?;
        Ok(["user", "password", "host", "port", "dbname", "sslmode"]
            .map(|key| value(&all, key))
            .join(" "))
    }

    /// Addresses, and user, password, host, port, database and mode.
    const ADDRESSES: [(&str, &str); 16] = [
        (
            "postgres://ana:pw@db.example/v",
            "ana pw db.example 5432 v -",
        ),
        (
            "POSTGRES://ana:pw@db.example:6543/v",
            "ana pw db.example 6543 v -",
        ),
        (
            "\"postgresql://ana:pw@db.example/v?sslmode=require&channel_binding=require\"",
            "ana pw db.example 5432 v require",
        ),
        (
            "export DATABASE_URL='postgres://ana:pw@db.example/v'",
            "ana pw db.example 5432 v -",
        ),
        (
            "DATABASE_URL=postgres://ana:pw@db.example/v",
            "ana pw db.example 5432 v -",
        ),
        (
            "psql 'postgres://ana:pw@db.example/v'",
            "ana pw db.example 5432 v -",
        ),
        (
            "postgresql+asyncpg://ana:pw@db.example/v",
            "ana pw db.example 5432 v -",
        ),
        (
            "postgres://ana:p@s:s/w#r%d?@db.example/v",
            "ana p@s:s/w#r%d? db.example 5432 v -",
        ),
        (
            "postgres://ana:p%40ss@db.example/v",
            "ana p@ss db.example 5432 v -",
        ),
        (
            "postgres://ana:pw@db.example/v?pgbouncer=true&connection_limit=1&sslmode=no-verify",
            "ana pw db.example 5432 v require",
        ),
        (
            "jdbc:postgresql://db.example:5432/v?user=ana&password=p%26w&ssl=true",
            "ana p&w db.example 5432 v require",
        ),
        (
            "host=db.example port=5432 dbname=v user=ana password='p w\\'s'",
            "ana p w's db.example 5432 v -",
        ),
        (
            "postgres:///v?host=/var/run/postgresql&user=ana",
            "ana - /var/run/postgresql - v -",
        ),
        (
            "postgres://ana@%2Fvar%2Frun%2Fpostgresql/v",
            "ana - /var/run/postgresql 5432 v -",
        ),
        ("postgres://ana:pw@[::1]:6432/v", "ana pw ::1 6432 v -"),
        (
            "postgres://ana:pw@a.example:1,b.example:2/v",
            "ana pw a.example,b.example 1,2 v -",
        ),
    ];

    #[test]
    fn address_of_each_form_gives_its_parameters() {
        for (text, expected) in ADDRESSES {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn address_that_cannot_be_read_is_rejected_without_its_password() {
        for text in [
            "postgres://ana:s3cr3t@db.example:bad/v",
            "postgres://ana:s3cr3t@db.example/v?schema=public",
            "postgres://ana:s3cr3t@db.example/v?s3cr3t-is=here",
            "host=db.example password='s3cr3t",
        ] {
            let message = read(text).err().unwrap_or_default();
            assert!(
                !message.is_empty() && !message.contains("s3cr3t@"),
                "{text}: {message}"
            );
        }
        for text in [
            "mysql://ana:s3cr3t@db/v",
            "sqlite:///a.db",
            "http://db.example",
            "jdbc:mysql://db/v",
            "ana:s3cr3t@db/v",
            "file:a.db",
        ] {
            let message = is_postgres(text).err().unwrap_or_default();
            assert!(
                !message.is_empty() && !message.contains("s3cr3t"),
                "{text}: {message}"
            );
        }
        for path in [
            "escale.db",
            "/var/lib/a@b.db",
            "C:\\data\\escale.db",
            "data/x=y.db",
        ] {
            assert_eq!(is_postgres(path), Ok(false), "{path}");
        }
    }
}
