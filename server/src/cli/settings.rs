//! A file of settings. In: TOML, and the commands as they are. Out: the same commands, whose flags have the file's values where
//! neither an argument nor the environment says otherwise. Never: a setting that is passed over in silence.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, Command};
use toml::{Table, Value};

const FLAG: &str = "--settings";
const VARIABLE: &str = "ESCALE_SETTINGS";

/// Those of which one alone is said: the file's gives way to another one that an argument or the environment says.
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

/// Gives the flags of all commands the values of the file that the arguments, or else the environment, name. Errors, in words: it
/// cannot be read, or has something that is no setting.
pub fn with_file(command: Command, arguments: &[OsString]) -> Result<Command, String> {
    let Some(file) = named(arguments).or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from))
    else {
        return Ok(command);
    };
    let fault = |why: String| format!("{}: {why}", file.display());
    let text = std::fs::read_to_string(&file).map_err(|error| fault(error.to_string()))?;
    let mut settings: Table = text
        .parse()
        .map_err(|error: toml::de::Error| fault(error.to_string()))?;
    check_alternatives(&settings).map_err(fault)?;
    let of_the_environment =
        |name: &str| std::env::var_os(format!("ESCALE_{}", name.to_uppercase().replace('-', "_")));
    give_way(&mut settings, |name| {
        is_argument(arguments, name) || of_the_environment(name).is_some()
    });
    with(command, &settings).map_err(fault)
}

fn check_alternatives(settings: &Table) -> Result<(), String> {
    for group in ALTERNATIVES {
        let said: Vec<&str> = group
            .iter()
            .copied()
            .filter(|name| settings.contains_key(*name))
            .collect();
        if let [one, other, ..] = said[..] {
            return Err(format!(
                "`{one}` and `{other}` say one thing in two ways: leave one of them out"
            ));
        }
    }
    Ok(())
}

fn give_way(settings: &mut Table, is_said: impl Fn(&str) -> bool) {
    for group in ALTERNATIVES {
        if group.iter().any(|name| is_said(name)) {
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

/// The file has to be known before the arguments are read.
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
                "`{key}` is no setting. There are: {}",
                known.join(", ")
            ));
        }
        texts(value)
            .ok_or_else(|| format!("`{key}` is a text, a whole number, or a list of texts"))?;
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

/// What has a variable of the environment can be said in the file, by the flag's own name.
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
        let mut settings: Table = settings
            .parse()
            .map_err(|error: toml::de::Error| error.to_string())?;
        check_alternatives(&settings)?;
        let all: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        give_way(&mut settings, |name| is_argument(&all, name));
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
    fn the_file_says_what_arguments_do_not() -> Result<(), String> {
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
    fn the_file_gives_way_to_another_way_of_saying_it() -> Result<(), String> {
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
    fn what_is_no_setting_or_no_value_of_one_is_told() {
        for (file, why) in [
            (
                "sight = \"voyages\"",
                "`sight` is no setting. There are: api-key,",
            ),
            ("site = 1.5", "`site` is a text"),
            ("origin = []", "`origin` is a text"),
            ("config = \"a.json\"\nlisten = \"everywhere\"", "everywhere"),
            ("site = voyages", "must be quoted"),
            (
                "api-key = \"k\"\napi-key-file = \"f\"",
                "`api-key` and `api-key-file` say one thing",
            ),
        ] {
            let said = serve(file, &[]).err().unwrap_or_default();
            assert!(said.contains(why), "{file}: {said}");
        }
    }

    #[test]
    fn the_file_is_found_among_the_arguments() {
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
