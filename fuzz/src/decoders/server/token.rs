//! A token, as anyone may send it: it vouches for nobody whom this site's back end has not signed.

use std::sync::LazyLock;

use escale_server::base::ids::Site;
use escale_server::decoders::Tokens;

use crate::target::Target;

pub const TARGET: Target = Target {
    name: "token",
    most_bytes: 1024,
    share: 4,
    memory: 1 << 20,
    seeds,
    take,
};

const SECRET: &[u8] = b"a secret of this test, 32 bytes..";
const SIGNED: [&str; 2] = ["c-1", "Ana Silva, 7"];
/// Seconds since 1970 in an hour: a token is valid for a day at most.
fn expires_s() -> u64 {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed();
    now.map_or(0, |since| since.as_secs()) + 3_600
}
// The example key of RFC 8037, appendix A.
const PUBLIC: &[u8] = b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";

static TOKENS: LazyLock<[Tokens; 2]> = LazyLock::new(|| {
    let site = Site::new("demo");
    let (shared, public) = (Tokens::shared(&site, SECRET), Tokens::public(&site, PUBLIC));
    [shared, public].map(|tokens| tokens.unwrap_or_else(|error| panic!("{error}")))
});

fn seeds() -> Vec<Vec<u8>> {
    let signed = SIGNED
        .iter()
        .filter_map(|customer| TOKENS[0].sign(customer, expires_s()));
    let unsigned = signed.clone().map(|token| {
        token.replace(
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9",
            "eyJhbGciOiJub25lIn0",
        )
    });
    signed.chain(unsigned).map(String::into_bytes).collect()
}

fn take(bytes: &[u8]) {
    let Ok(token) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(vouched) = TOKENS[0].customer(token) {
        assert!(
            SIGNED.contains(&vouched.customer.as_str()) && vouched.also.is_empty(),
            "nobody signed this"
        );
    }
    assert!(
        TOKENS[1].customer(token).is_err(),
        "nothing was ever signed with that key"
    );
}
