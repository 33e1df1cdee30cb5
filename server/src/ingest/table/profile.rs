//! Exports of known tools. In: a tool and a kind of records. Out: the tool's columns for each field.
//! Never: a column that a flag of the command cannot replace.

use crate::ingest::Subject;

/// Tool that wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    Brevo,
    Mailchimp,
    Hubspot,
    Salesforce,
}

/// Field, and its columns, the best first. Case, accents and spaces of a column do not count.
type Field = (&'static str, &'static [&'static str]);

/// Columns of a customer's own number, which every tool may carry.
const OWN_IDS: [&str; 4] = ["Customer ID", "Customer number", "External ID", "EXT_ID"];

impl Profile {
    /// Columns of a field, the best first.
    pub fn columns(self, subject: Subject, field: &str) -> Vec<&'static str> {
        let own: &[&str] = if field == "customer" { &OWN_IDS } else { &[] };
        let of_tool = self.fields(subject).iter().find(|(name, _)| *name == field);
        own.iter()
            .chain(of_tool.map_or(&[][..], |(_, columns)| columns))
            .copied()
            .collect()
    }

    /// Value of a field in every row, where no column has it.
    pub fn value(self, subject: Subject, field: &str) -> Option<&'static str> {
        match (self, subject, field) {
            (Self::Brevo | Self::Mailchimp, Subject::Reactions, "channel") => Some("email"),
            (Self::Brevo | Self::Mailchimp, Subject::Consents, "purpose") => Some("newsletter"),
            (Self::Brevo | Self::Mailchimp, Subject::Consents, "channel") => Some("email"),
            _ => None,
        }
    }

    fn fields(self, subject: Subject) -> &'static [Field] {
        match (self, subject) {
            (Self::Brevo, Subject::Reactions) => BREVO_REACTIONS,
            (Self::Brevo, Subject::Consents) => BREVO_CONSENTS,
            (Self::Mailchimp, Subject::Reactions) => MAILCHIMP_REACTIONS,
            (Self::Mailchimp, Subject::Consents) => MAILCHIMP_CONSENTS,
            (Self::Brevo | Self::Mailchimp, _) => &[],
            (Self::Hubspot, Subject::Bookings) => HUBSPOT_BOOKINGS,
            (Self::Hubspot, Subject::Reactions) => HUBSPOT_REACTIONS,
            (Self::Hubspot, _) => HUBSPOT_CONTACTS,
            (Self::Salesforce, Subject::Bookings) => SALESFORCE_BOOKINGS,
            (Self::Salesforce, Subject::Reactions) => SALESFORCE_REACTIONS,
            (Self::Salesforce, _) => SALESFORCE_CONTACTS,
        }
    }
}

const BREVO_REACTIONS: &[Field] = &[
    (
        "customer",
        &["CONTACT ID", "Contact_ID", "EMAIL", "Email_ID", "Recipient"],
    ),
    (
        "id",
        &[
            "Message ID",
            "mid",
            "Campaign ID",
            "Campaign_ID",
            "Campaign Name",
        ],
    ),
    (
        "at",
        &["Date", "ts", "Event date", "Send_Date", "Sent date"],
    ),
    ("reaction", &["Event", "st_text", "Status", "Action"]),
    ("family", &["Tag", "Tags"]),
];
const BREVO_CONSENTS: &[Field] = &[
    ("customer", &["CONTACT ID", "EMAIL"]),
    ("id", &["CONTACT ID", "EMAIL"]),
    ("at", &["ADDED_TIME", "Opt-in date", "MODIFIED_TIME"]),
    ("granted", &["OPT_IN", "Opted in", "Email subscribed"]),
];
const MAILCHIMP_REACTIONS: &[Field] = &[
    ("customer", &["EUID", "LEID", "Email Address", "Email"]),
    (
        "id",
        &["Campaign ID", "Unique ID", "Campaign Title", "Title"],
    ),
    (
        "at",
        &["Timestamp", "Date", "Send Date", "Last Open", "Last Click"],
    ),
    ("reaction", &["Action", "Activity", "Status"]),
];
const MAILCHIMP_CONSENTS: &[Field] = &[
    ("customer", &["EUID", "LEID", "Email Address"]),
    ("id", &["EUID", "LEID", "Email Address"]),
    ("at", &["UNSUB_TIME", "CONFIRM_TIME", "OPTIN_TIME"]),
];
const HUBSPOT_BOOKINGS: &[Field] = &[
    (
        "customer",
        &[
            "Associated Contact IDs",
            "Associated Contact ID",
            "Contact ID",
        ],
    ),
    ("id", &["Deal ID", "Record ID"]),
    ("at", &["Close Date", "Create Date"]),
    ("value", &["Amount in company currency", "Amount"]),
];
const HUBSPOT_REACTIONS: &[Field] = &[
    ("customer", &["Contact ID", "Record ID", "Recipient"]),
    ("id", &["Email Campaign ID", "Campaign ID", "Email Name"]),
    ("at", &["Created", "Event date", "Date"]),
    ("reaction", &["Type", "Event type"]),
];
const HUBSPOT_CONTACTS: &[Field] = &[
    ("customer", &["Record ID", "Contact ID"]),
    ("id", &["Record ID", "Contact ID"]),
    ("at", &["Last Modified Date", "Create Date"]),
];
const SALESFORCE_BOOKINGS: &[Field] = &[
    (
        "customer",
        &["Contact ID", "ContactId", "Account ID", "AccountId"],
    ),
    ("id", &["Opportunity ID", "OpportunityId", "Id"]),
    (
        "at",
        &["Close Date", "CloseDate", "Created Date", "CreatedDate"],
    ),
    ("value", &["Amount"]),
];
const SALESFORCE_REACTIONS: &[Field] = &[
    (
        "customer",
        &[
            "Subscriber Key",
            "SubscriberKey",
            "Contact Key",
            "Contact ID",
        ],
    ),
    ("id", &["Job ID", "JobID", "SendID", "Send ID"]),
    ("at", &["Event Date", "EventDate"]),
    ("reaction", &["Event Type", "EventType"]),
];
const SALESFORCE_CONTACTS: &[Field] = &[
    (
        "customer",
        &["Contact ID", "Individual ID", "Account ID", "Id"],
    ),
    ("id", &["Id", "Record ID", "Contact ID"]),
    (
        "at",
        &[
            "Effective From",
            "Last Modified Date",
            "LastModifiedDate",
            "Created Date",
            "CreatedDate",
        ],
    ),
];
