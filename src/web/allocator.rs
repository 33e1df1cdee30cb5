//! The runtime's allocator: a free list, a tenth of the default one's size. A page allocates a few
//! short lists at a time; the full module, which parses JSON, keeps the default.

use lol_alloc::{FreeListAllocator, LockedAllocator};

#[global_allocator]
static ALLOCATOR: LockedAllocator<FreeListAllocator> =
    LockedAllocator::new(FreeListAllocator::new());
