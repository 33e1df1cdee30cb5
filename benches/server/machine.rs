//! Description of the machine that ran a benchmark. Out: its hardware, its load, and a file in
//! `benches/results`.

use std::path::Path;

use serde_json::{Value, json};

use crate::arguments::Arguments;

/// The averages of the last one, five and fifteen minutes: what else ran shows in them, and so does the bench itself.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace()
        .take(3)
        .collect::<Vec<_>>()
        .join(" ")
}

fn described() -> Value {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("unknown");
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory
        .lines()
        .next()
        .unwrap_or("")
        .split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse::<u64>().ok());
    json!({
        "cpu": model.trim_start_matches(['\t', ' ', ':']),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory_gib": memory.unwrap_or(0) >> 20,
        "kernel": std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim(),
    })
}

/// Writes `benches/results/server-{name}.json`.
pub fn keep(name: &str, arguments: &Arguments, load_before: &str, figures: &Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/results");
    std::fs::create_dir_all(&folder).unwrap();
    let whole = json!({
        "command": arguments.command(),
        "machine": described(),
        "load_before": load_before,
        "load_after": load(),
        "figures": figures,
    });
    let text = serde_json::to_string_pretty(&whole).unwrap() + "\n";
    std::fs::write(folder.join(format!("server-{name}.json")), text).unwrap();
}
