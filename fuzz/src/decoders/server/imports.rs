//! Imports of a back end as JSON, NDJSON or CSV. The first byte chooses the format and the kind.
//! Each item is accepted, or rejected with the reason.

use std::sync::LazyLock;

use escale::Event;
use escale_server::base::ids::Site;
use escale_server::decoders::{
    Batches, Columns, Consent, Conventions, Input, Item, Items, Mapping, Reader, Subject, Table,
    TableOptions, json, judge, ndjson, read_imports,
};
use escale_server::store::{ImportedEvent, IngestOutcome};

use crate::site::{NOW_MS, config};
use crate::target::Target;

pub const TARGET: Target = Target {
    name: "imports",
    most_bytes: 2048,
    share: 20,
    memory: 8 << 20,
    seeds,
    take,
};

static SITE: LazyLock<Site> = LazyLock::new(|| Site::new("demo"));
const SUBJECTS: [Subject; 4] = [
    Subject::Reactions,
    Subject::Bookings,
    Subject::Facts,
    Subject::Consents,
];

/// One of each, in each form.
fn seeds() -> Vec<Vec<u8>> {
    let one = [
        r#"{"customer": "c1", "id": "r1", "at": "2026-11-20T10:00:00Z", "channel": "email", "reaction": "opened", "family": "city"}"#,
        r#"{"customer": "c1", "id": "B1", "at": "2026-11-20", "destination": "lisbonne", "start_date": "2027-04-02", "end_date": "2027-04-05", "adults": 2, "value": 489.5, "topics": "trip.city", "channel": "shop"}"#,
        r#"{"customer": "c1", "id": "f1", "at": 1795000000, "fact": "trip", "value": "city", "source": "form"}"#,
        r#"{"customer": "c1", "id": "k1", "at": 1795000000000, "granted": true, "purpose": "news", "channel": "sms", "version": "2", "source": "shop"}"#,
    ];
    let csv = [
        "customer,id,at,channel,reaction\nc1,r1,2026-11-20T10:00:00Z,email,clicked\n\"c 2\",r2,2026-11-20,sms,unsubscribed\n",
        "customer,id,at,cancelled,value\nc1,B1,2026-11-20,no,12.5\n",
        "customer,id,at,fact,value,source\nc1,f1,2026-11-20,trip,city,form\n",
        "customer,id,at,granted,purpose\nc1,k1,2026-11-20,yes,news\nc1,k2\n",
    ];
    let mut seeds = Vec::new();
    for (subject, (one, csv)) in one.into_iter().zip(csv).enumerate() {
        let forms = [
            one.to_owned(),
            format!("[{one}, {one}]"),
            format!("{one}\n\n{one}\n"),
            csv.to_owned(),
        ];
        for (form, text) in [0, 0, 1, 2].into_iter().zip(forms) {
            let mut seed = vec![b'0' + (subject * 3 + form) as u8];
            seed.extend(text.bytes());
            seeds.push(seed);
        }
    }
    seeds
}

fn take(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else {
        return;
    };
    let which = usize::from(first.wrapping_sub(b'0')) % 12;
    let subject = SUBJECTS[which / 3];
    let Some(items) = items(which % 3, subject, body) else {
        return;
    };
    let (count, reader) = (
        items.len(),
        Reader {
            site: &SITE,
            config: config(),
            now_ms: NOW_MS,
            conventions: &Conventions::default(),
        },
    );
    let (groups, rejected) = read_imports(reader, subject, items);
    let taken: usize = groups.iter().map(|(_, events)| events.len()).sum();
    assert_eq!(taken + rejected.len(), count, "each is taken or refused");
    assert!(
        rejected
            .iter()
            .all(|rejected| rejected.item < count && !rejected.reason.is_empty()),
        "a refusal has a reason"
    );
    groups
        .iter()
        .flat_map(|(_, events)| events)
        .for_each(|imported| check(subject, imported));
}

fn items(form: usize, subject: Subject, body: &[u8]) -> Option<Vec<Item>> {
    let items = match form {
        0 => json(body).ok()?,
        1 => ndjson(body),
        _ => {
            let table = Table::open(Input::Bytes(body.to_vec()), &TableOptions::default()).ok()?;
            let columns = Columns::find(&table.header, subject, Mapping::default()).ok()?;
            let mut batches = Batches::of(&table, &columns).ok()?;
            Items::Many(
                batches
                    .next_batch()
                    .into_iter()
                    .map(|line| line.item)
                    .collect(),
            )
        }
    };
    match items {
        Items::One(object) => Some(vec![Ok(object)]),
        Items::Many(items) => Some(items),
    }
}

fn check(subject: Subject, imported: &ImportedEvent) {
    let mut rest = imported.event.as_slice();
    let event = Event::decode_next(&mut rest);
    assert!(rest.is_empty(), "an imported event is one event");
    if subject == Subject::Consents {
        let consent = Consent::decode(&imported.event).map(|consent| consent.encode());
        assert_eq!(
            consent.as_ref(),
            Some(&imported.event),
            "a consent survives its bytes"
        );
        assert_eq!(event, Some(None), "a consent is no event");
    } else {
        let Some(Some(event)) = event else {
            panic!("what is kept can be read")
        };
        let mut own = Vec::new();
        event.encode(&mut own);
        assert_eq!(own, imported.event, "an event survives its bytes");
    }
    let again = judge(Some((imported.at_s, &imported.event)), imported);
    assert_eq!(
        again,
        IngestOutcome::Unchanged,
        "reported again it changes nothing"
    );
}
