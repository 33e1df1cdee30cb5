//! The demo site, as everything here knows it: its config, its clock, an engine that knows nobody.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use escale::{Config, Engine, Profile, compile};

/// 2026-11-21T12:00:00Z in milliseconds since 1970.
pub const NOW_MS: f64 = 1_795_262_400_000.0;
/// Hash of the visitor whose random draws decide.
pub const VISITOR: u64 = 0xfedc_ba98_7654_3210;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = Engine::new(config_of(&text("www/demo/escale.json")));
    engine.set_visitor(VISITOR);
    engine
});

/// A file of the repository.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// Its text.
pub fn text(name: &str) -> String {
    let path = path(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A config that is known to be good.
pub fn config_of(json: &str) -> Config {
    let compiled = compile(json).unwrap_or_else(|errors| panic!("{errors:#?}"));
    Config::from_bytes(compiled.bytes).unwrap_or_else(|error| panic!("{error:?}"))
}

/// The demo's config.
pub fn config() -> &'static Config {
    ENGINE.config()
}

/// An engine of the demo's that knows nobody.
fn engine() -> Engine {
    ENGINE.clone()
}

/// Lends an engine of the demo's that knows nobody: the same one again and again, because a new one
/// for each input would be most of the work. The page at hand is the last borrower's: who asks for
/// it names one first.
pub fn with_engine<T>(use_it: impl FnOnce(&mut Engine) -> T) -> T {
    thread_local!(static LENT: RefCell<Engine> = RefCell::new(engine()));
    LENT.with_borrow_mut(|engine| {
        engine.take(Profile::default());
        use_it(engine)
    })
}
