// Stands in for the allocator and the locks of the C library in this program: every call is passed
// on, and those of one watched thread are counted. Futexes that the C library takes without these
// calls are seen by strace only.
#define _GNU_SOURCE
#include "CPeers.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Atomic int32_t watched;
static _Atomic uint64_t allocations, locks;
static __thread int32_t own __attribute__((tls_model("initial-exec")));

static long kernel_call(long number) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number) : "rcx", "r11", "memory");
  return result;
}

static inline int is_watched(void) {
  int32_t thread = atomic_load_explicit(&watched, memory_order_relaxed);
  if (thread == 0) return 0;
  if (own == 0) own = (int32_t)kernel_call(SYS_gettid);
  return thread == own;
}

void peer_watch(int32_t thread) {
  atomic_store(&watched, 0);
  atomic_store(&allocations, 0);
  atomic_store(&locks, 0);
  atomic_store(&watched, thread);
}

uint64_t peer_allocations(void) { return atomic_load(&allocations); }
uint64_t peer_locks(void) { return atomic_load(&locks); }

static inline void note_allocation(void) {
  if (is_watched()) atomic_fetch_add(&allocations, 1);
}

void *malloc(size_t size) {
  note_allocation();
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  note_allocation();
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  note_allocation();
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  note_allocation();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **place, size_t alignment, size_t size) {
  void *memory = memalign(alignment, size);
  if (memory == NULL) return ENOMEM;
  *place = memory;
  return 0;
}

typedef int (*lock_call)(pthread_mutex_t *);

int pthread_mutex_lock(pthread_mutex_t *mutex) {
  static _Atomic(lock_call) real;
  lock_call call = atomic_load_explicit(&real, memory_order_relaxed);
  if (call == NULL) {
    call = (lock_call)dlsym(RTLD_NEXT, "pthread_mutex_lock");
    atomic_store(&real, call);
  }
  if (is_watched()) atomic_fetch_add(&locks, 1);
  return call(mutex);
}

// Dispatch and Swift wait on futexes by this call.
long syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long);
  register long d __asm__("r10") = va_arg(list, long);
  register long e __asm__("r8") = va_arg(list, long);
  register long f __asm__("r9") = va_arg(list, long);
  va_end(list);
  if (number == SYS_futex && is_watched()) atomic_fetch_add(&locks, 1);
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(d), "r"(e), "r"(f)
                   : "rcx", "r11", "memory");
  if (result < 0 && result > -4096) {
    errno = (int)-result;
    return -1;
  }
  return result;
}
