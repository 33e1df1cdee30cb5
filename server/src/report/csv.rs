//! The report for spreadsheets: one table, a section a value of the first column. In: a report. Out: CSV. Never: a formula:
//! names that a spreadsheet would run begin with an apostrophe.

use serde::Serialize;

use crate::base::spreadsheet::without_formula;

use super::{Arm, Estimate, Experiment, Report, Tally, Uplift, Worth};

/// One line of the table. The fields are its columns, in order; what a section lacks stays empty.
#[derive(Default, Serialize)]
struct Line {
    section: String,
    name: String,
    placement: String,
    family: String,
    decisions: String,
    exposures: String,
    viewable_rate: String,
    clicks: String,
    click_rate: String,
    quotes: String,
    bookings: String,
    revenue: String,
    people: String,
    personalised: String,
    held_out: String,
    estimate: String,
    estimate_low: String,
    estimate_high: String,
    relative: String,
    relative_low: String,
    relative_high: String,
    arm: String,
}

impl Line {
    fn new(section: &str, name: &str) -> Self {
        Self {
            section: safe(section),
            name: safe(name),
            ..Self::default()
        }
    }

    fn with_tally(self, tally: &Tally) -> Self {
        Self {
            decisions: tally.decisions.to_string(),
            exposures: tally.exposures.to_string(),
            viewable_rate: number(tally.viewable_rate),
            clicks: tally.clicks.to_string(),
            click_rate: number(tally.click_rate),
            quotes: tally.quotes.to_string(),
            bookings: tally.bookings.to_string(),
            revenue: tally.revenue.to_string(),
            ..self
        }
    }

    fn with_people(self, arm: &Arm) -> Self {
        Self {
            quotes: arm.quoted.to_string(),
            bookings: arm.booked.to_string(),
            revenue: arm.revenue.to_string(),
            people: arm.people.to_string(),
            ..self
        }
    }

    /// Adds the click rate that an offer would have if everyone were shown it. The JSON has the other rates.
    fn with_worth(self, worth: &Worth) -> Self {
        Self {
            people: worth.visitors.to_string(),
            ..self.with_estimate(&worth.click_rate)
        }
    }

    fn with_estimate(self, estimate: &Estimate) -> Self {
        Self {
            estimate: number(estimate.value),
            estimate_low: number(estimate.low),
            estimate_high: number(estimate.high),
            ..self
        }
    }

    fn with_uplift(self, row: &Uplift) -> Self {
        Self {
            personalised: number(row.personalised),
            held_out: number(row.held_out),
            relative: number(row.relative.value),
            relative_low: number(row.relative.low),
            relative_high: number(row.relative.high),
            ..self.with_estimate(&row.difference)
        }
    }

    fn in_arm(self, arm: &str) -> Self {
        Self {
            arm: safe(arm),
            ..self
        }
    }
}

/// Returns the whole report as CSV.
pub fn text(report: &Report) -> String {
    let mut lines = vec![Line::new("total", "").with_tally(&report.total)];
    let days = report.days.iter();
    lines.extend(days.map(|day| Line::new("day", &day.day).with_tally(&day.tally)));
    for (section, of) in [
        ("placement", &report.placements),
        ("family", &report.families),
        ("stage", &report.stages),
        ("value_class", &report.value_classes),
        ("arm", &report.arms),
    ] {
        let rows = of.iter();
        lines.extend(rows.map(|row| Line::new(section, &row.name).with_tally(&row.tally)));
    }
    lines.extend(report.offers.iter().map(|row| {
        let line = Line {
            placement: safe(&row.placement),
            family: safe(&row.family),
            ..Line::new("offer", &row.offer)
        };
        line.with_tally(&row.tally).with_worth(&row.worth)
    }));
    lines.extend(people(report));
    let uplift = report.uplift.iter();
    lines.extend(uplift.map(|row| Line::new("uplift", row.outcome).with_uplift(row)));
    lines.extend(report.experiments.iter().flat_map(experiment));
    written(&lines)
}

/// Lines of an experiment: people by arm, then a comparison of each further arm with the first. The
/// first arm stands in the columns of the holdout.
fn experiment(of: &Experiment) -> Vec<Line> {
    let line = || Line::new("experiment", &of.name);
    let by_arm = |arm: &super::ExperimentArm| line().with_people(&arm.did).in_arm(&arm.name);
    let mut lines: Vec<Line> = of.arms.iter().map(by_arm).collect();
    let left_out = Line {
        people: of.left_out.to_string(),
        ..line().in_arm("left_out")
    };
    lines.push(left_out);
    let section = format!("experiment {}", of.name);
    for arm in &of.arms {
        let beside = arm.beside_first.iter();
        lines.extend(beside.map(|row| {
            Line::new(&section, row.outcome)
                .with_uplift(row)
                .in_arm(&arm.name)
        }));
    }
    lines
}

fn people(report: &Report) -> [Line; 3] {
    let people = &report.people;
    [
        Line::new("people", "personalised").with_people(&people.personalised),
        Line::new("people", "held_out").with_people(&people.held_out),
        Line {
            people: people.left_out.to_string(),
            ..Line::new("people", "left_out")
        },
    ]
}

fn safe(name: &str) -> String {
    without_formula(name).into_owned()
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.6}"))
}

fn written(lines: &[Line]) -> String {
    let mut file = csv::Writer::from_writer(Vec::new());
    for line in lines {
        // Into memory: nothing that could fail.
        let _ = file.serialize(line);
    }
    String::from_utf8(file.into_inner().unwrap_or_default()).unwrap_or_default()
}
