//! A log for `escale replay`, NDJSON or CSV. The first byte says which; lines that cannot be read
//! cost only themselves.

use escale_server::decoders::{LogKind, read_log};

use crate::site;
use crate::target::Target;

pub const TARGET: Target = Target {
    name: "log",
    most_bytes: 2048,
    share: 20,
    memory: 8 << 20,
    seeds,
    take,
};

const KINDS: [LogKind; 6] = [
    LogKind::Escale,
    LogKind::Trivago,
    LogKind::Msnbc,
    LogKind::Flickr,
    LogKind::Weblog,
    LogKind::Tafeng,
];

/// The beginnings of the samples, and a line or two of each other format.
fn seeds() -> Vec<Vec<u8>> {
    let beginning = |name: &str| {
        site::text(name)
            .lines()
            .take(6)
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let logs = [
        ("0", beginning("server/samples/events.csv")),
        ("1", "visitor,session,ts,step,action,reference,destination,country\nv,s,1541037460,1,clickout item,109038,\"Rio, Brazil\",BR\n".into()),
        ("2", "visitor,topics\nv1,1 2 17\nv2,3\n".into()),
        ("3", "visitor,ts,ts_end,city,poi,theme,photos\nv,1346844688,1346848000,Toronto,7,Sport,3\n".into()),
        ("4", "visitor,ts,method,url,status\nv,1700000000,GET,/a?b=1,200\n".into()),
        ("5", "visitor,date,cat2,cat4,items,spend\nv,2000-11-01,100,1004,2,130\n".into()),
        ("6", beginning("server/samples/events.ndjson")),
        (":", "{\"visitor\": \"v\", \"ts\": \"2023-11-14T22:13:20Z\", \"method\": \"GET\", \"url\": \"/a\", \"status\": 200}\n".into()),
    ];
    logs.into_iter()
        .map(|(which, log)| [which.as_bytes(), log.as_bytes()].concat())
        .collect()
}

fn take(bytes: &[u8]) {
    let Some((first, log)) = bytes.split_first() else {
        return;
    };
    let which = usize::from(first.wrapping_sub(b'0')) % 12;
    let Ok(log) = read_log(log, which >= KINDS.len(), KINDS[which % KINDS.len()]) else {
        return;
    };
    let events: u64 = log
        .visitors
        .iter()
        .map(|visitor| visitor.events.len() as u64)
        .sum();
    assert_eq!(events, log.events, "each event is some visitor's");
    assert!(
        log.errors.iter().all(|error| !error.reason.is_empty()),
        "a fault has a reason"
    );
    let is_ordered = |visitor: &escale_server::decoders::Visitor| {
        visitor.events.is_sorted_by(|a, b| a.at_ms <= b.at_ms)
    };
    assert!(log.visitors.iter().all(is_ordered), "in order of time");
}
