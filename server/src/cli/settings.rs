//! Settings file. In: TOML and the commands. Out: the commands, whose flags have the file's values as defaults. Arguments
//! and environment variables override them. Never: a setting that is ignored in silence; a value in a message.

// By hand instead of `figment` or `config`: as defaults of clap the values keep its parsers, ranges, conflicts and help.
// A settings library needs a second, optional copy of every flag, and prints rejected values, which may be secrets.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, Command};
use toml::{Table, Value};

const FLAG: &str = "--settings";
const VARIABLE: &str = "ESCALE_SETTINGS";

/// Groups of flags that exclude each other. A group of the file yields to a flag of it in the arguments or the environment.
const ALTERNATIVES: [&[&str]; 4] = [
    &["api-key", "api-key-file"],
    &["report-key", "report-key-file"],
    &[
        "identity-secret",
        "identity-secret-file",
        "identity-public-key",
    ],
    &["model", "fit-every"],
];

/// Gives the flags of all commands the values of the file that the arguments, or else the environment, name.
///
/// # Errors
/// A message that names the file and the key.
pub fn with_file(command: Command, arguments: &[OsString]) -> Result<Command, String> {
    let Some(file) = named(arguments).or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from))
    else {
        return Ok(command);
    };
    let error = |why: String| format!("{}: {why}", file.display());
    let text = crate::base::file::read_text(&file).map_err(|cause| error(cause.to_string()))?;
    let mut settings = parsed(&text).map_err(error)?;
    check_alternatives(&settings).map_err(error)?;
    let from_environment =
        |name: &str| std::env::var_os(format!("ESCALE_{}", name.to_uppercase().replace('-', "_")));
    yield_groups(&mut settings, |name| {
        is_argument(arguments, name) || from_environment(name).is_some()
    });
    with(command, &settings).map_err(error)
}

/// Parses the file. The message names the line and does not quote it: it may hold a secret.
fn parsed(text: &str) -> Result<Table, String> {
    text.parse().map_err(|cause: toml::de::Error| {
        let before = cause.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        format!("line {line}: {}", cause.message())
    })
}

fn check_alternatives(settings: &Table) -> Result<(), String> {
    for group in ALTERNATIVES {
        let present: Vec<&str> = group
            .iter()
            .copied()
            .filter(|name| settings.contains_key(*name))
            .collect();
        if let [one, other, ..] = present[..] {
            return Err(format!(
                "`{one}` and `{other}` exclude each other: remove one of them"
            ));
        }
    }
    Ok(())
}

fn yield_groups(settings: &mut Table, is_given: impl Fn(&str) -> bool) {
    for group in ALTERNATIVES {
        if group.iter().any(|name| is_given(name)) {
            group.iter().for_each(|name| drop(settings.remove(*name)));
        }
    }
}

fn is_argument(arguments: &[OsString], name: &str) -> bool {
    let rest = |argument: &OsString| {
        Some(
            argument
                .to_str()?
                .strip_prefix("--")?
                .strip_prefix(name)?
                .to_owned(),
        )
    };
    arguments
        .iter()
        .filter_map(rest)
        .any(|rest| rest.is_empty() || rest.starts_with('='))
}

/// Path of the file, which must be known before the arguments are parsed.
fn named(arguments: &[OsString]) -> Option<PathBuf> {
    let mut all = arguments.iter().filter_map(|argument| argument.to_str());
    while let Some(argument) = all.next() {
        if argument == FLAG {
            return all.next().map(PathBuf::from);
        }
        if let Some(file) = argument
            .strip_prefix(FLAG)
            .and_then(|rest| rest.strip_prefix('='))
        {
            return Some(PathBuf::from(file));
        }
    }
    None
}

fn with(command: Command, settings: &Table) -> Result<Command, String> {
    let known: Vec<String> = command
        .get_subcommands()
        .flat_map(Command::get_arguments)
        .filter_map(name)
        .collect();
    for (key, value) in settings {
        if !known.contains(key) {
            let mut known = known.clone();
            known.sort();
            known.dedup();
            return Err(format!(
                "`{key}` is not a setting. The settings are: {}",
                known.join(", ")
            ));
        }
        texts(value)
            .ok_or_else(|| format!("`{key}` must be a text, a whole number, or a list of texts"))?;
    }
    let names: Vec<String> = command
        .get_subcommands()
        .map(|one| one.get_name().to_owned())
        .collect();
    let set = |command: Command, name: &String| {
        command.mut_subcommand(name, |one| one.mut_args(|arg| set(arg, settings)))
    };
    Ok(names.iter().fold(command, set))
}

/// Key of a flag in the file: its long name, if it has an environment variable.
fn name(argument: &Arg) -> Option<String> {
    let long = argument.get_long().filter(|long| *long != "settings")?;
    argument.get_env().map(|_| long.to_owned())
}

fn set(argument: Arg, settings: &Table) -> Arg {
    match name(&argument).and_then(|name| texts(settings.get(&name)?)) {
        Some(values) => argument
            .required(false)
            .default_values(values)
            .hide_default_value(true),
        None => argument,
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Array(all) if !all.is_empty() => all
            .iter()
            .map(|one| one.as_str().map(ToOwned::to_owned))
            .collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::super::serve::Args as Serve;
    use super::super::{Cli, Command as Chosen};
    use super::*;

    fn serve(settings: &str, arguments: &[&str]) -> Result<Serve, String> {
        let mut settings = parsed(settings)?;
        check_alternatives(&settings)?;
        let all: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        yield_groups(&mut settings, |name| is_argument(&all, name));
        let command = with(Cli::command(), &settings)?;
        let matches = command.try_get_matches_from([&["escale", "serve"], arguments].concat());
        let read = Cli::from_arg_matches(&matches.map_err(|error| error.to_string())?);
        match read.map_err(|error| error.to_string())?.command {
            Chosen::Serve(serve) => Ok(*serve),
            _ => Err("another command".to_owned()),
        }
    }

    const FILE: &str = r#"
        site = "voyages"
        config = "/etc/escale/escale.json"
        origin = ["https://a.example", "https://b.example"]
        requests-a-minute = 60
        fit-every = "24h"
    "#;

    #[test]
    fn settings_without_arguments_come_from_the_file() -> Result<(), String> {
        let read = serve(FILE, &["--site", "other"])?;
        assert_eq!(
            (read.shared.site.as_str(), read.limits.requests_a_minute),
            ("other", 60)
        );
        assert_eq!(read.shared.config, PathBuf::from("/etc/escale/escale.json"));
        assert_eq!(read.origins, ["https://a.example", "https://b.example"]);
        assert!(read.learning.fit_every.is_some());
        Ok(())
    }

    #[test]
    fn settings_of_an_excluded_group_yield_to_arguments() -> Result<(), String> {
        let file = [FILE, "api-key-file = \"f\""].concat();
        let read = serve(&file, &["--api-key=k", "--model", "m.json"])?;
        assert_eq!(
            (read.keys.api_key.as_deref(), read.keys.api_key_file),
            (Some("k"), None)
        );
        assert!(read.model.is_some() && read.learning.fit_every.is_none());
        assert_eq!(
            serve(&file, &[])?.keys.api_key_file,
            Some(PathBuf::from("f"))
        );
        Ok(())
    }

    #[test]
    fn settings_with_unknown_key_or_value_fail_with_its_name() {
        for (file, why) in [
            (
                "sight = \"voyages\"",
                "`sight` is not a setting. The settings are: api-key,",
            ),
            ("site = 1.5", "`site` must be a text"),
            ("origin = []", "`origin` must be a text"),
            ("config = \"a.json\"\nlisten = \"everywhere\"", "everywhere"),
            ("site = voyages", "must be quoted"),
            (
                "api-key = \"k\"\napi-key-file = \"f\"",
                "`api-key` and `api-key-file` exclude each other",
            ),
        ] {
            let message = serve(file, &[]).err().unwrap_or_default();
            assert!(message.contains(why), "{file}: {message}");
        }
    }

    #[test]
    fn settings_that_are_no_toml_name_the_line_without_its_secret() {
        for file in [
            "site = \"s\"\napi-key = \"s3cr3t\n",
            "site = \"s\"\napi-key = s3cr3t\n",
        ] {
            let message = serve(file, &[]).err().unwrap_or_default();
            assert!(
                message.starts_with("line 2: ") && !message.contains("s3cr3t"),
                "{message}"
            );
        }
    }

    #[test]
    fn settings_file_is_found_among_the_arguments() {
        let named =
            |arguments: &[&str]| named(&arguments.iter().map(OsString::from).collect::<Vec<_>>());
        for arguments in [
            &["serve", "--settings", "a.toml"][..],
            &["--settings=a.toml", "serve"][..],
        ] {
            assert_eq!(named(arguments), Some(PathBuf::from("a.toml")));
        }
        assert_eq!(named(&["serve", "--site", "settings"]), None);
    }
}
