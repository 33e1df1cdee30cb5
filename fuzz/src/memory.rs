//! No decoder may take more memory than it was given, whatever lengths its input claims.

use std::alloc::System;

use cap::Cap;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// Memory that a decoder may allocate at most, in bytes, in addition to what is already in use.
pub const MOST_BYTES: usize = 64 << 20;

/// Runs with so much memory and no more; who asks for more ends the process, as where there is
/// none.
pub fn within(bytes: usize, run: impl FnOnce()) {
    bound(MEMORY.allocated().saturating_add(bytes));
    run();
    bound(usize::MAX);
}

fn bound(bytes: usize) {
    assert!(
        MEMORY.set_limit(bytes).is_ok(),
        "more is in use than may be"
    );
}

/// Lifts the limit when a panic is reported: the backtrace allocates memory of its own.
pub fn lift_where_a_panic_is_reported() {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        bound(usize::MAX);
        previous(panic);
    }));
}
