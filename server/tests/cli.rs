//! The commands as people type them: what they print, and with which code they end.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;
use tempfile::TempDir;

fn escale(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_escale"))
        .args(arguments)
        .output()
        .unwrap();
    (
        status.code(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

fn file(folder: &TempDir, name: &str, content: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn config() -> serde_json::Value {
    json!({
        "version": 1,
        "facets": { "trip": { "topics": ["city", "exotic"] } },
        "families": { "city": {} },
        "placements": { "home-hero": {} },
        "policy": { "holdout": 0 },
        "pages": [{ "match": "/exotique/*", "topics": { "trip.exotic": 1 } }],
        "offers": [
            { "id": "lisbonne", "family": "city", "placements": ["home-hero"], "topics": { "trip.city": 1 },
              "content": { "en": { "title": "Lisbon" } } },
            { "id": "bali", "family": "city", "placements": ["home-hero"], "topics": { "trip.exotic": 1 },
              "content": { "en": { "title": "Bali" } } },
        ],
    })
}

#[test]
fn check_passes_a_good_config_and_build_makes_the_same_bytes_usable() {
    let folder = TempDir::new().unwrap();
    let json = file(&folder, "escale.json", &config().to_string());
    let (code, printed, _) = escale(&["check", text(&json)]);
    assert_eq!(code, Some(0));
    assert!(
        printed.contains("no errors") && printed.contains("2 offers"),
        "{printed}"
    );
    let (code, printed, _) = escale(&["build", text(&json)]);
    assert_eq!(code, Some(0), "{printed}");
    let (code, printed, _) = escale(&["check", text(&folder.path().join("escale.bin"))]);
    assert_eq!(
        (code, printed.contains("1 facet,")),
        (Some(0), true),
        "{printed}"
    );
}

#[test]
fn check_reports_every_error_with_path_and_hint() {
    let folder = TempDir::new().unwrap();
    let mut wrong = config();
    wrong["offers"][0]["topics"] = json!({ "trip.citty": 1 });
    wrong["offers"][1]["placements"] = json!(["home-heroo"]);
    let json = file(&folder, "escale.json", &wrong.to_string());
    for command in ["check", "build"] {
        let (code, _, errors) = escale(&[command, text(&json)]);
        assert_eq!(code, Some(2));
        assert!(
            errors.contains("/offers/0/topics/trip.citty")
                && errors.contains("/offers/1/placements/0"),
            "{errors}"
        );
        assert!(
            errors.contains("trip.city") && errors.contains("home-hero"),
            "{errors}"
        );
    }
    let (code, _, errors) = escale(&[
        "serve",
        "--site",
        "demo",
        "--config",
        text(&json),
        "--db",
        text(&folder.path().join("x.db")),
    ]);
    assert_eq!(
        (code, errors.contains("/offers/0/topics/trip.citty")),
        (Some(2), true)
    );
    assert!(!folder.path().join("x.db").exists());
}

#[test]
fn check_runs_condition_cases_and_counts_them() {
    let folder = TempDir::new().unwrap();
    let case = |expected: bool| json!({ "name": "n", "condition": { "a": 1 }, "attributes": { "a": 1 }, "expected": expected });
    let good = file(
        &folder,
        "good.json",
        &json!({ "cases": [case(true)] }).to_string(),
    );
    let bad = file(
        &folder,
        "bad.json",
        &json!({ "cases": [case(true), case(false)] }).to_string(),
    );
    let (code, printed, _) = escale(&["check", "--conditions", text(&good)]);
    assert_eq!((code, printed.as_str()), (Some(0), "1 passed, 0 failed\n"));
    let (code, printed, _) = escale(&["check", "--conditions", text(&bad)]);
    assert_eq!(
        (code, printed.lines().last()),
        (Some(1), Some("1 passed, 1 failed"))
    );
    let (code, _, why) = escale(&[
        "check",
        "--conditions",
        text(&folder.path().join("absent.json")),
    ]);
    assert_eq!((code, why.contains("absent.json")), (Some(2), true));
}

#[test]
fn check_tells_stories_and_accounts_for_those_that_did_not_come_true() {
    let folder = TempDir::new().unwrap();
    let json = file(&folder, "escale.json", &config().to_string());
    let stories = |name: &str, all: &[serde_json::Value]| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        for (i, story) in all.iter().enumerate() {
            std::fs::write(path.join(format!("{i}.json")), story.to_string()).unwrap();
        }
        path
    };
    let story = |offer: &str| {
        json!({
            "name": format!("the dreamer sees {offer}"),
            "steps": [{ "at": "2026-11-21T10:00", "page": "/exotique/bali" }, { "page": "/exotique/zanzibar" }],
            "then": [{ "placement": "home-hero", "shows": { "offer": offer }, "in_draws": 20, "at_least": 0.6 }]
        })
    };
    let check = |path: &Path| escale(&["check", text(&json), "--stories", text(path)]);
    let (code, printed, _) = check(&stories("good", &[story("bali")]));
    assert_eq!(
        (code, printed.lines().last()),
        (Some(0), Some("1 passed, 0 failed")),
        "{printed}"
    );
    let (code, printed, _) = check(&stories("mixed", &[story("bali"), story("lisbonne")]));
    assert_eq!(
        (code, printed.lines().last()),
        (Some(1), Some("1 passed, 1 failed")),
        "{printed}"
    );
    assert!(
        printed.contains("passed: the dreamer sees bali") && printed.contains("`lisbonne` scores"),
        "{printed}"
    );
    let (code, _, errors) = check(&stories("bad", &[story("balli"), story("lisbone")]));
    assert_eq!(code, Some(2));
    assert!(
        errors.contains("0.json: /then/0/shows/offer")
            && errors.contains("Did you mean `lisbonne`?"),
        "{errors}"
    );
    assert!(
        check(&stories("empty", &[]))
            .2
            .contains("it holds no *.json file")
    );
}

#[test]
fn check_with_schema_writes_it() {
    for (argument, field) in [("--schema", "json_ld"), ("--schema=story", "steps")] {
        let (code, printed, _) = escale(&["check", argument]);
        let schema: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(
            (code, schema["properties"][field].is_object()),
            (Some(0), true),
            "{printed}"
        );
    }
}

#[test]
fn replay_shows_profiles_choices_and_speed_and_goes_on_after_bad_lines() {
    let folder = TempDir::new().unwrap();
    let json = file(&folder, "escale.json", &config().to_string());
    let log = file(
        &folder,
        "visits.ndjson",
        r#"{"visitor": "ann", "at": "2026-05-01T09:30:00Z", "event": "page_view", "topics": "trip.city"}
{"visitor": "ann", "at": "2026-05-01T09:31:00Z", "event": "quote_start", "fields": {"topics": "trip.city", "adults": 2}}
this is no JSON
{"visitor": "bob", "at": "yesterday", "event": "page_view"}
{"visitor": "bob", "at": 1777627800, "event": "page_view", "url": "/exotique/bali"}
{"visitor": "bob", "at": 1777627860, "event": "dance"}
{"visitor": "bob", "at": 1777627870, "event": "search", "fields": {"start_date": "soon"}}
"#,
    );
    let (code, printed, errors) = escale(&["replay", text(&log), "--config", text(&json)]);
    assert_eq!(code, Some(0), "{errors}");
    for expected in [
        "ann",
        "bob",
        "trip.city",
        "lisbonne",
        "bali",
        "events/s",
        "5 events of 2 visitors",
    ] {
        assert!(printed.contains(expected), "{expected} in {printed}");
    }
    for expected in [
        "line 3: ",
        "line 4: `yesterday`",
        "line 6: unknown event `dance`",
        "line 7: a field of `search`",
    ] {
        assert!(errors.contains(expected), "{expected} in {errors}");
    }
    let (code, _, why) = escale(&[
        "replay",
        text(&log),
        "--config",
        text(&json),
        "--placement",
        "nowhere",
    ]);
    assert_eq!((code, why.contains("home-hero")), (Some(2), true));
}

/// A few lines of each known log, in its own shape.
#[test]
fn replay_knows_the_formats_by_their_first_line() {
    let folder = TempDir::new().unwrap();
    for (name, content, expected) in [
        (
            "escale.csv",
            "visitor,at,event,topics,adults\nv,2026-01-02,page_view,trip.city,\nv,2026-01-03,search,trip.city,2\n",
            "Escale",
        ),
        (
            "t.csv",
            "visitor,session,ts,step,action,reference,destination,country,market,device,filters\nv,s,1541574837,1,clickout,1,\"Tokyo, Japan\",Japan,JP,desktop,\n",
            "Trivago",
        ),
        ("m.csv", "visitor,topics\nm1,17 2 2\nm2,99\n", "Msnbc"),
        (
            "f.csv",
            "visitor,ts,ts_end,city,poi,theme,photos\nf,1328499219,1328499219,Osaka,P,Park,1\nf,-5,0,Osaka,P,Park,1\n",
            "Flickr",
        ),
        (
            "w.jsonl",
            "{\"visitor\":\"w\",\"ts\":1431932708,\"method\":\"GET\",\"url\":\"/projects/x/?q=1\",\"status\":200,\"ua\":\"Mozilla\"}\n{\"visitor\":\"w\",\"ts\":1431932708,\"method\":\"GET\",\"url\":\"/a.png\",\"status\":200,\"ua\":\"Mozilla\"}\n",
            "Weblog",
        ),
        (
            "g.csv",
            "visitor,date,cat2,cat4,items,spend\nt,2000-12-02,11,1101,3,86\n",
            "Tafeng",
        ),
    ] {
        let (code, printed, errors) = escale(&["replay", text(&file(&folder, name, content))]);
        assert_eq!(code, Some(0), "{name}: {errors}");
        assert!(
            printed.contains(&format!("({expected} format)")),
            "{name}: {printed}"
        );
        assert!(!printed.contains("nothing known"), "{name}: {printed}");
    }
    let odd = file(&folder, "odd.csv", "a,b\n1,2\n");
    assert_eq!(escale(&["replay", text(&odd)]).0, Some(2));
}

#[test]
fn the_sample_of_the_repository_replays_without_a_bad_line() {
    for name in ["events.ndjson", "events.csv"] {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("samples")
            .join(name);
        let (code, printed, errors) = escale(&["replay", text(&sample)]);
        assert_eq!((code, errors.as_str()), (Some(0), ""));
        assert!(printed.contains(" 0 invalid"), "{printed}");
    }
}

#[test]
fn help_teaches() {
    let (code, printed, _) = escale(&["replay", "--help"]);
    assert_eq!(code, Some(0));
    assert!(printed.contains("\"visitor\": \"v1\"") && printed.contains("Examples:"));
    assert!(escale(&["--help"]).1.contains("Start here"));
}

#[test]
fn settings_come_from_arguments_then_the_environment_then_a_file() {
    let folder = TempDir::new().unwrap();
    let json = file(&folder, "escale.json", &config().to_string());
    let database = file(&folder, "data.db", "");
    let settings = format!(
        "site = \"of-the-file\"\nconfig = {:?}\ndb = {:?}\n",
        text(&json),
        text(&database)
    );
    let settings = file(&folder, "escale.toml", &settings);
    let reported = |arguments: &[&str], site: Option<&str>| {
        let mut run = Command::new(env!("CARGO_BIN_EXE_escale"));
        run.args(["report", "--format", "json"])
            .args(arguments)
            .env("ESCALE_SETTINGS", &settings);
        let output = site
            .iter()
            .fold(&mut run, |run, site| run.env("ESCALE_SITE", site))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()["site"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(reported(&[], None), "of-the-file");
    assert_eq!(
        reported(&[], Some("of-the-environment")),
        "of-the-environment"
    );
    assert_eq!(
        reported(&["--site", "of-the-arguments"], Some("of-the-environment")),
        "of-the-arguments"
    );
    let wrong = file(&folder, "wrong.toml", "sight = \"voyages\"");
    let (code, _, printed) = escale(&["serve", "--settings", text(&wrong)]);
    assert_eq!(
        (
            code,
            printed.contains("wrong.toml: `sight` is not a setting")
        ),
        (Some(2), true),
        "{printed}"
    );
}

#[test]
fn import_rejects_keep_rows_as_they_came_and_can_be_imported() {
    let folder = TempDir::new().unwrap();
    let json = file(&folder, "escale.json", &config().to_string());
    let csv = file(
        &folder,
        "till.csv",
        "\u{feff}client;file;at;value\r\n=C-1;F1;2026-08-01;1250,50\r\n-C-2;F2;2026-02-31;9,5\r\nC-3;F3;02/04/2026;9\r\n",
    );
    let import = |path: &Path, more: &[&str]| {
        let fixed = [
            "import",
            "bookings",
            text(path),
            "--config",
            text(&json),
            "--site",
            "s",
            "--dry-run",
        ];
        escale(&[&fixed[..], &["--map", "customer=Client,id=FILE"], more].concat())
    };
    let (code, printed, errors) = import(&csv, &[]);
    assert_eq!(code, Some(1), "{printed}{errors}");
    assert!(
        printed.starts_with("1 can be imported, 2 rejected"),
        "{printed}"
    );
    assert!(errors.contains("decimal comma"), "{errors}");
    let rejects = folder.path().join("till.rejects.csv");
    let written = std::fs::read_to_string(&rejects).unwrap();
    assert!(
        written.starts_with("client;file;at;value;reason\n'-C-2;F2;2026-02-31;9,5;"),
        "{written}"
    );
    assert!(
        written.contains("line 3: ") && written.contains("line 4: "),
        "{written}"
    );
    let (code, printed, _) = import(&rejects, &["--dates", "day-first", "--raw"]);
    assert_eq!(
        (code, printed.starts_with("1 can be imported, 1 rejected")),
        (Some(1), true),
        "{printed}"
    );
    let again = std::fs::read_to_string(folder.path().join("till.rejects.rejects.csv")).unwrap();
    assert!(
        again.starts_with("client;file;at;value;reason\n-C-2;F2;2026-02-31;9,5;"),
        "{again}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&rejects).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "customers' ids are for the owner alone");
    }
}

#[test]
fn decide_writes_the_columns_of_a_mailing_tool_and_counts_who_is_left() {
    let folder = TempDir::new().unwrap();
    let json = file(&folder, "escale.json", &config().to_string());
    let rows = "customer,id,at,channel,reaction,offer\n\
                c-1,m,2026-08-01T10:00:00Z,email,clicked,lisbonne\n\
                c-2,m,2026-08-01T10:00:00Z,email,sent,bali\n";
    let (rows, database) = (
        file(&folder, "reactions.csv", rows),
        folder.path().join("s.db"),
    );
    let shared = [
        "--config",
        text(&json),
        "--site",
        "s",
        "--db",
        text(&database),
    ];
    let (code, _, errors) = escale(&[&["import", "reactions", text(&rows)], &shared[..]].concat());
    assert_eq!(code, Some(0), "{errors}");
    let decide = |rest: &[&str]| {
        let command = ["decide", "--when", "{}", "--placement", "home-hero"];
        let at = ["--at", "2026-08-01T12:00:00Z"];
        escale(&[&command, &at[..], rest, &shared[..]].concat())
    };
    let (code, printed, errors) = decide(&["--for", "brevo"]);
    assert_eq!(code, Some(0), "{errors}");
    let lines: Vec<&str> = printed.lines().collect();
    assert!(lines[0].starts_with("EXT_ID,ESCALE_OFFER,ESCALE_TITLE,"));
    assert_eq!(lines[1..], ["c-1,lisbonne,Lisbon,,,"]);
    assert!(errors.contains("1 customer with an offer"), "{errors}");
    assert!(
        errors.contains("1 customer without: nothing known"),
        "{errors}"
    );
    let (code, _, errors) = decide(&["--channel", "emial"]);
    assert!(
        code == Some(2) && errors.contains("did you mean `email`"),
        "{errors}"
    );
}

#[test]
fn command_that_only_reads_never_makes_a_database() {
    let folder = TempDir::new().unwrap();
    let json = file(&folder, "escale.json", &config().to_string());
    let database = folder.path().join("mistyped.db");
    let shared = [
        "--config",
        text(&json),
        "--site",
        "s",
        "--db",
        text(&database),
    ];
    for command in [&["report"][..], &["audience", "--when", "{}"]] {
        let (code, _, errors) = escale(&[command, &shared[..]].concat());
        assert_eq!(
            (code, errors.contains("there is no file")),
            (Some(2), true),
            "{errors}"
        );
        assert!(!database.exists());
    }
}

#[test]
fn address_that_cannot_be_used_is_printed_without_its_password() {
    let folder = TempDir::new().unwrap();
    let json = file(&folder, "escale.json", &config().to_string());
    for address in [
        "postgres://ana:s3cr3t@db.example:bad/v",
        "mysql://ana:s3cr3t@db.example/v",
        "postgres://ana:s3cr3t@127.0.0.1:1/v?schema=x",
        "postgres://ana:s3cr3t@127.0.0.1:1/v",
    ] {
        let (code, printed, errors) = escale(&[
            "report",
            "--config",
            text(&json),
            "--site",
            "s",
            "--db",
            address,
        ]);
        assert_eq!(code, Some(2), "{errors}");
        assert!(
            !errors.contains("s3cr3t") && !printed.contains("s3cr3t"),
            "{errors}"
        );
    }
}

/// Visitors who go from one topic to the other and back, in the format of `escale fit`.
fn log_of(visitors: u32) -> String {
    let mut log = "visitor,at,event,topics\n".to_owned();
    for visitor in 0..visitors {
        for step in 0..6 {
            let topic = ["city", "beach"][((visitor + step) % 2) as usize];
            let at = 1_777_600_000 + u64::from(visitor * 1000 + step * 60);
            log += &format!("v{visitor},{at},page_view,trip.{topic}\n");
        }
    }
    log
}

#[test]
fn log_of_few_visitors_teaches_nothing_and_the_command_says_so() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("model.json");
    let fit = |visitors: u32| {
        let log = file(&folder, "log.csv", &log_of(visitors));
        let (code, printed, errors) = escale(&["fit", text(&log), "-o", text(&output)]);
        assert_eq!(code, Some(0), "{errors}");
        let model: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&output).unwrap()).unwrap();
        (printed, model)
    };
    let (printed, model) = fit(49);
    assert!(printed.contains("Fewer than 50 visitors"), "{printed}");
    assert_eq!(
        (&model["base_rates"], model.get("affinity")),
        (&json!({}), None)
    );
    let (printed, model) = fit(400);
    assert!(model["affinity"]["trip"].is_object(), "{printed}");
    assert_eq!(fit(400).1, model);
}

#[test]
fn evaluation_ends_with_one_line_of_json_and_names_rows_that_it_cannot_read() {
    let folder = TempDir::new().unwrap();
    let log = log_of(60) + "v1,noon,page_view,trip.city\nlonely\n";
    let log = file(&folder, "log.csv", &log);
    let (code, printed, errors) = escale(&["evaluate", text(&log)]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(
        errors.contains("line 362") && errors.contains("`noon`"),
        "{errors}"
    );
    let figures: serde_json::Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    assert_eq!(figures["n"], json!(300));
    assert!(
        figures["mrr"].is_number() && figures["ece"].is_number(),
        "{figures}"
    );
}
