#ifndef C_ALLOCATION_COUNTER_H
#define C_ALLOCATION_COUNTER_H

#include <stdint.h>

/// Counts the allocations and locks of one thread, by its kernel id, from now on; 0 watches nobody.
void allocation_counter_watch(int32_t thread);

/// Allocations of the watched thread since `allocation_counter_watch`.
uint64_t allocation_counter_count(void);

/// Mutexes and read-write locks that the watched thread took, or tried to, and futexes that it called
/// by `syscall`, as Dispatch and Swift do, meanwhile.
uint64_t allocation_counter_locks(void);

/// Whether anything is counted: not under a sanitizer, which is the allocator itself.
int allocation_counter_counts(void);

/// The kernel's id of the calling thread.
int32_t allocation_counter_thread(void);

#endif
