//! A decoder under test, and the choice of one: a program holds several, so that what they share is
//! built once.

use std::path::Path;
use std::sync::OnceLock;

use crate::memory;

/// Which decoder is to be tried out.
const CHOICE: &str = "ESCALE_FUZZ";
/// Set: its seeds are written into this folder, and that is all. Without a choice: the names are
/// printed.
const SEEDS: &str = "ESCALE_FUZZ_SEEDS";

static CHOSEN: OnceLock<&Target> = OnceLock::new();

/// One decoder.
pub struct Target {
    /// As `make fuzz` and the folders of findings know it.
    pub name: &'static str,
    /// Inputs are at most so long: as long as what it takes usually is, or a little longer.
    pub most_bytes: usize,
    /// Divisor of the number of inputs: this target gets one of so many. A target that takes a
    /// hundred times as long gets fewer.
    pub share: u32,
    /// The memory that it may take.
    pub memory: usize,
    /// Good inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Tries one input; panics where a property does not hold.
    pub take: fn(&[u8]),
}

/// Chooses a decoder by the environment. Without one: prints `name most_bytes share` of each, or
/// writes the chosen one's seeds.
pub fn choose(targets: &'static [Target]) {
    let Ok(name) = std::env::var(CHOICE) else {
        targets
            .iter()
            .for_each(|target| println!("{} {} {}", target.name, target.most_bytes, target.share));
        std::process::exit(0);
    };
    let Some(target) = targets.iter().find(|target| target.name == name) else {
        eprintln!(
            "{CHOICE}={name}: there is no such decoder in this program. Run it without to see which there are"
        );
        std::process::exit(2);
    };
    if let Ok(folder) = std::env::var(SEEDS) {
        std::process::exit(i32::from(write_seeds(target, Path::new(&folder)).is_err()));
    }
    CHOSEN.get_or_init(|| target);
    memory::lift_where_a_panic_is_reported();
}

/// Gives the chosen decoder one input.
pub fn take(bytes: &[u8]) {
    if let Some(target) = CHOSEN.get() {
        target.try_out(bytes);
    }
}

impl Target {
    /// Gives it one input, with the memory that it may take.
    pub fn try_out(&self, bytes: &[u8]) {
        memory::within(self.memory, || (self.take)(bytes));
    }
}

fn write_seeds(target: &Target, folder: &Path) -> std::io::Result<()> {
    let written = std::fs::create_dir_all(folder).and_then(|()| {
        let mut seeds = (target.seeds)().into_iter().enumerate();
        seeds.try_for_each(|(at, seed)| std::fs::write(folder.join(format!("seed-{at:03}")), seed))
    });
    written.inspect_err(|error| eprintln!("{}: {error}", folder.display()))
}
