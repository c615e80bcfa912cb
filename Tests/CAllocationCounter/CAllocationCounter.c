// Stands in for the allocator and the locks of the C library in the program that it is linked into:
// every call is passed on, and those of one watched thread are counted. Swift, Dispatch and
// Foundation all come through here. Futexes that the C library takes without these calls are seen
// by strace only.
#define _GNU_SOURCE
#include "CAllocationCounter.h"

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
static _Atomic uint64_t count;
static _Atomic uint64_t locks;
static __thread int32_t own __attribute__((tls_model("initial-exec")));

int32_t allocation_counter_thread(void) {
  if (own == 0) own = gettid();
  return own;
}

void allocation_counter_watch(int32_t thread) {
  atomic_store(&watched, 0);
  atomic_store(&count, 0);
  atomic_store(&locks, 0);
  atomic_store(&watched, thread);
}

uint64_t allocation_counter_count(void) { return atomic_load(&count); }

uint64_t allocation_counter_locks(void) { return atomic_load(&locks); }

// A sanitizer is the allocator itself, and is not ready when the first calls come.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define LEAVE_THE_ALLOCATOR
#endif
#endif

#ifdef LEAVE_THE_ALLOCATOR
int allocation_counter_counts(void) { return 0; }
#else
int allocation_counter_counts(void) { return 1; }

static inline int is_watched(void) {
  int32_t thread = atomic_load_explicit(&watched, memory_order_relaxed);
  return thread != 0 && thread == allocation_counter_thread();
}

static inline void note(void) {
  if (is_watched()) atomic_fetch_add(&count, 1);
}

static inline void note_lock(void) {
  if (is_watched()) atomic_fetch_add(&locks, 1);
}

// The C library's own function of that name, looked up once.
static void *real(_Atomic(void *) *known, const char *name) {
  void *call = atomic_load_explicit(known, memory_order_relaxed);
  if (call == NULL) {
    call = dlsym(RTLD_NEXT, name);
    atomic_store(known, call);
  }
  return call;
}

#define COUNT_LOCK(name, type)                           \
  int name(type *lock) {                                 \
    static _Atomic(void *) known;                        \
    note_lock();                                         \
    return ((int (*)(type *))real(&known, #name))(lock); \
  }
COUNT_LOCK(pthread_mutex_lock, pthread_mutex_t)
COUNT_LOCK(pthread_mutex_trylock, pthread_mutex_t)
COUNT_LOCK(pthread_rwlock_rdlock, pthread_rwlock_t)
COUNT_LOCK(pthread_rwlock_wrlock, pthread_rwlock_t)

// Dispatch and Swift wait on futexes by this call.
long syscall(long number, ...) {
  static _Atomic(void *) known;
  if (number == SYS_futex) note_lock();
  // As the C library does: six are passed on, however many there are.
  long a[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
  va_end(list);
  long (*call)(long, ...) = (long (*)(long, ...))real(&known, "syscall");
  return call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

void *malloc(size_t size) {
  note();
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  note();
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  note();
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **place, size_t alignment, size_t size) {
  note();
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *memory = __libc_memalign(alignment, size);
  if (memory == NULL) return ENOMEM;
  *place = memory;
  return 0;
}
#endif
