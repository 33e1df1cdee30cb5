//! The report for spreadsheets: one table, a section a value of the first column. In: a report. Out: CSV. Never: a formula:
//! names that a spreadsheet would run begin with an apostrophe.

use super::{Arm, Estimate, Experiment, Report, Tally, Uplift, Worth};

const HEADER: [&str; 22] = [
    "section",
    "name",
    "placement",
    "family",
    "decisions",
    "exposures",
    "viewable_rate",
    "clicks",
    "click_rate",
    "quotes",
    "bookings",
    "revenue",
    "people",
    "personalised",
    "held_out",
    "estimate",
    "estimate_low",
    "estimate_high",
    "relative",
    "relative_low",
    "relative_high",
    "arm",
];

/// All of it.
pub fn text(report: &Report) -> String {
    let mut rows = vec![HEADER.map(str::to_owned).to_vec()];
    rows.push(tallied(["total", "", "", ""], &report.total));
    for day in &report.days {
        rows.push(tallied(["day", &day.day, "", ""], &day.tally));
    }
    for (section, of) in [
        ("placement", &report.placements),
        ("family", &report.families),
        ("stage", &report.stages),
        ("value_class", &report.value_classes),
        ("arm", &report.arms),
    ] {
        rows.extend(
            of.iter()
                .map(|row| tallied([section, &row.name, "", ""], &row.tally)),
        );
    }
    for row in &report.offers {
        let mut cells = tallied(
            ["offer", &row.offer, &row.placement, &row.family],
            &row.tally,
        );
        worth(&mut cells, &row.worth);
        rows.push(cells);
    }
    people(&mut rows, report);
    rows.extend(report.uplift.iter().map(|row| uplift("uplift", row)));
    report
        .experiments
        .iter()
        .for_each(|one| experiment(&mut rows, one));
    written(&rows)
}

/// People by arm, then each arm but the first beside the first, which stands in the columns of those held out.
fn experiment(rows: &mut Vec<Vec<String>>, of: &Experiment) {
    let in_arm = |mut cells: Vec<String>, arm: &str| {
        cells[21] = safe(arm);
        cells
    };
    rows.extend(
        of.arms
            .iter()
            .map(|arm| in_arm(did(["experiment", &of.name, "", ""], &arm.did), &arm.name)),
    );
    let mut cells = blank(["experiment", &of.name, "", ""]);
    cells[12] = of.left_out.to_string();
    rows.push(in_arm(cells, "left_out"));
    for arm in &of.arms {
        let beside = arm
            .beside_first
            .iter()
            .map(|row| in_arm(uplift(&format!("experiment {}", of.name), row), &arm.name));
        rows.extend(beside);
    }
}

fn uplift(section: &str, row: &Uplift) -> Vec<String> {
    let mut cells = blank([section, row.outcome, "", ""]);
    (cells[13], cells[14]) = (number(row.personalised), number(row.held_out));
    estimate(&mut cells, 15, &row.difference);
    estimate(&mut cells, 18, &row.relative);
    cells
}

fn did(names: [&str; 4], arm: &Arm) -> Vec<String> {
    let mut cells = blank(names);
    cells[9] = arm.quoted.to_string();
    cells[10] = arm.booked.to_string();
    cells[11] = arm.revenue.to_string();
    cells[12] = arm.people.to_string();
    cells
}

fn people(rows: &mut Vec<Vec<String>>, report: &Report) {
    let people = &report.people;
    for (name, arm) in [
        ("personalised", &people.personalised),
        ("held_out", &people.held_out),
    ] {
        rows.push(did(["people", name, "", ""], arm));
    }
    let mut cells = blank(["people", "left_out", "", ""]);
    cells[12] = people.left_out.to_string();
    rows.push(cells);
}

fn blank(names: [&str; 4]) -> Vec<String> {
    let mut cells = vec![String::new(); HEADER.len()];
    cells
        .iter_mut()
        .zip(names)
        .for_each(|(cell, name)| *cell = safe(name));
    cells
}

fn safe(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{name}")
    } else {
        name.to_owned()
    }
}

fn tallied(names: [&str; 4], tally: &Tally) -> Vec<String> {
    let mut cells = blank(names);
    let values = [
        tally.decisions.to_string(),
        tally.exposures.to_string(),
        number(tally.viewable_rate),
        tally.clicks.to_string(),
        number(tally.click_rate),
        tally.quotes.to_string(),
        tally.bookings.to_string(),
        tally.revenue.to_string(),
    ];
    cells[4..]
        .iter_mut()
        .zip(values)
        .for_each(|(cell, value)| *cell = value);
    cells
}

/// The click rate if everyone were shown it; the others are in the JSON.
fn worth(cells: &mut [String], worth: &Worth) {
    cells[12] = worth.visitors.to_string();
    estimate(cells, 15, &worth.click_rate);
}

fn estimate(cells: &mut [String], from: usize, estimate: &Estimate) {
    let values = [estimate.value, estimate.low, estimate.high].map(number);
    cells[from..]
        .iter_mut()
        .zip(values)
        .for_each(|(cell, value)| *cell = value);
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.6}"))
}

fn written(rows: &[Vec<String>]) -> String {
    let mut file = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // Into memory: nothing that could fail.
        let _ = file.write_record(row);
    }
    String::from_utf8(file.into_inner().unwrap_or_default()).unwrap_or_default()
}
