// Stands in for the allocator and the locks of the C library in the test program: every call is
// passed on, and those of one watched thread are counted. Swift, Dispatch and Foundation all come
// through here.
#define _GNU_SOURCE
#include "CAllocationCounter.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern int __pthread_mutex_lock(pthread_mutex_t *);
extern int __pthread_mutex_trylock(pthread_mutex_t *);
extern int __pthread_rwlock_rdlock(pthread_rwlock_t *);
extern int __pthread_rwlock_wrlock(pthread_rwlock_t *);

static _Atomic int32_t watched;
static _Atomic uint64_t count;
static _Atomic uint64_t locks;
static __thread int32_t own __attribute__((tls_model("initial-exec")));

int32_t allocation_counter_thread(void) {
  if (own == 0) own = (int32_t)syscall(SYS_gettid);
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

int pthread_mutex_lock(pthread_mutex_t *mutex) {
  note_lock();
  return __pthread_mutex_lock(mutex);
}

int pthread_mutex_trylock(pthread_mutex_t *mutex) {
  note_lock();
  return __pthread_mutex_trylock(mutex);
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock) {
  note_lock();
  return __pthread_rwlock_rdlock(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock) {
  note_lock();
  return __pthread_rwlock_wrlock(lock);
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
