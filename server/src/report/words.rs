//! The report for the terminal. In: a report. Out: tables. Never: a number without what it is of.

use super::{Estimate, Experiment, ExperimentArm, Report, Row, Tally, Unsupported, Uplift};
use crate::base::table::{grouped, lines};

/// All of it.
pub fn text(report: &Report) -> String {
    let mut parts = vec![format!(
        "{} from {} to {}",
        report.site, report.from, report.to
    )];
    if report.total.decisions == 0
        && report.people.personalised.people + report.people.held_out.people == 0
    {
        parts.push("nothing was handed in for these days".into());
        return parts.join("\n\n");
    }
    parts.push(uplift(report));
    parts.push(offers(report));
    for (title, rows) in [
        ("placement", &report.placements),
        ("family", &report.families),
        ("stage", &report.stages),
        ("value class", &report.value_classes),
        ("arm", &report.arms),
    ] {
        parts.push(table(title, rows));
    }
    parts.extend(report.experiments.iter().map(experiment));
    parts.push(notes(report));
    parts.join("\n\n")
}

fn uplift(report: &Report) -> String {
    let rows: Vec<Vec<String>> = report.uplift.iter().map(uplift_row).collect();
    let people = &report.people;
    let head = format!(
        "{} people personalised, {} held out, {} seen in both and left out",
        count(people.personalised.people),
        count(people.held_out.people),
        count(people.left_out)
    );
    let titles = [
        "per person",
        " personalised",
        " held out",
        " difference",
        " 95 % from",
        " to",
        " relative",
        "verdict",
    ];
    format!("{head}\n\n{}", lines(&titles, &rows))
}

fn uplift_row(row: &Uplift) -> Vec<String> {
    let is_money = row.outcome == "revenue";
    let text = |value: Option<f64>| {
        if is_money {
            money(value)
        } else {
            percent(value)
        }
    };
    let Estimate { value, low, high } = row.difference;
    let cells = [row.personalised, row.held_out, value, low, high].map(text);
    let rest = [percent(row.relative.value), row.verdict.replace('_', " ")];
    [row.outcome.to_owned()]
        .into_iter()
        .chain(cells)
        .chain(rest)
        .collect()
}

/// Its arms, and each but the first beside the first.
fn experiment(of: &Experiment) -> String {
    let head = format!(
        "experiment {}: {} seen in two arms and left out",
        of.name,
        count(of.left_out)
    );
    let arm = |arm: &ExperimentArm| {
        let did = &arm.did;
        vec![
            arm.name.clone(),
            count(did.people),
            count(did.quoted),
            count(did.booked),
            money(Some(did.revenue)),
        ]
    };
    let arms: Vec<Vec<String>> = of.arms.iter().map(arm).collect();
    let mut parts = vec![
        head,
        lines(&["arm", " people", " quoted", " booked", " revenue"], &arms),
    ];
    let first = of.arms.first().map_or("", |arm| &arm.name);
    for arm in of.arms.iter().filter(|arm| !arm.beside_first.is_empty()) {
        let rows: Vec<Vec<String>> = arm.beside_first.iter().map(uplift_row).collect();
        let (this, other) = (format!(" {}", arm.name), format!(" {first}"));
        let titles = [
            "per person",
            &this,
            &other,
            " difference",
            " 95 % from",
            " to",
            " relative",
            "verdict",
        ];
        parts.push(lines(&titles, &rows));
    }
    parts.join("\n\n")
}

fn offers(report: &Report) -> String {
    let row = |row: &super::OfferRow| {
        let Estimate { value, low, high } = row.worth.click_rate;
        let names = [row.offer.clone(), row.placement.clone()];
        let worth = [value, low, high].map(percent);
        names
            .into_iter()
            .chain(tallied(&row.tally))
            .chain(worth)
            .collect()
    };
    let rows: Vec<Vec<String>> = report.offers.iter().map(row).collect();
    let table = lines(
        &[
            &["offer", "placement"],
            &TALLIED[..],
            &[" to all", " 95 % from", " to"],
        ]
        .concat(),
        &rows,
    );
    match unsupported(report) {
        Some(reason) => format!("{table}\n{reason}"),
        None => table,
    }
}

/// Says why the first offer without an estimate has none.
fn unsupported(report: &Report) -> Option<String> {
    let reason = report.offers.iter().find_map(|row| row.worth.unsupported)?;
    Some(match reason {
        Unsupported::NoExploration => {
            "\"to all\" needs exploration: without it some visitors never see an offer (policy.exploration)".into()
        }
        Unsupported::FewExposures { exposures, needed } => format!(
            "\"to all\" needs {} exposures in the placement ({} so far): those who see an offer least often may be missing",
            grouped(needed),
            grouped(exposures)
        ),
    })
}

const TALLIED: [&str; 7] = [
    " exposures",
    " viewable",
    " clicks",
    " rate",
    " quotes",
    " bookings",
    " revenue",
];

fn tallied(tally: &Tally) -> [String; 7] {
    [
        count(tally.exposures),
        percent(tally.viewable_rate),
        count(tally.clicks),
        percent(tally.click_rate),
        count(tally.quotes),
        count(tally.bookings),
        money(Some(tally.revenue)),
    ]
}

fn table(title: &str, rows: &[Row]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            [row.name.clone()]
                .into_iter()
                .chain(tallied(&row.tally))
                .collect()
        })
        .collect();
    lines(&[&[title], &TALLIED[..]].concat(), &rows)
}

fn notes(report: &Report) -> String {
    format!(
        "Quotes and bookings: within {} days after a click. Viewable: of the decisions that were seen or clicked; one that never came\n\
         into view leaves no trace. People: first seen in these days, with all they have done since. To all: the click rate if an\n\
         offer were shown to every visitor of the placement, from the recorded propensities; its interval is by visitor.",
        report.attribution_days
    )
}

fn count(n: i64) -> String {
    if n < 0 {
        n.to_string()
    } else {
        grouped(n.unsigned_abs())
    }
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{:.2} %", value * 100.0))
}

fn money(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"))
}
