//! Fuzzing of everything that comes from outside: one function for each decoder. In: any bytes.
//! Out: nothing, or a panic where a property does not hold. Never: a clock, chance, a file that is
//! written; the same bytes do the same every time.

#![forbid(unsafe_code)]

pub mod decoders;
pub mod memory;
pub mod seeds;
pub mod site;
pub mod target;
pub mod tour;
