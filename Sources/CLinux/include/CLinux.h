// The few Linux calls that Swift's Glibc module does not show.
#ifndef PEAKGATE_CLINUX_H
#define PEAKGATE_CLINUX_H

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// An event counter that closes on exec; -1 and errno when the process may open no more.
static inline int clinux_eventfd(int isNonblocking) {
  return eventfd(0, EFD_CLOEXEC | (isNonblocking ? EFD_NONBLOCK : 0));
}

// Favours the calling thread, and those that it makes, over ordinary ones; 0 when that was granted.
// Unlike real-time priority it is safe for a thread that may spin.
static inline int clinux_favour_thread(void) { return setpriority(PRIO_PROCESS, 0, -15); }

// Brings the whole program as it is into memory and keeps it there; 0 when granted. Not what comes later:
// to lock the stacks of new threads costs more than it gains.
static inline int clinux_lock_memory(void) { return mlockall(MCL_CURRENT); }

// The kernel's id of the calling thread.
static inline int clinux_thread_id(void) { return (int)syscall(SYS_gettid); }

#endif
