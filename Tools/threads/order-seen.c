// Tells Thread Sanitizer what Swift's libraries order, which are not built with it.
//
// A `Mutex` that another thread holds is waited for in the library, by a futex; a continuation that was
// resumed before its task comes to wait hands its value over in the library, by an atomic. The sanitizer
// sees neither, and takes what they order for races. These functions stand before the library's own
// (LD_PRELOAD), call them, and tell. Tools/threads/race.swift shows what is missed without them.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *
#define ASYNC __attribute__((swiftasynccall))

#define MUTEX_LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define MUTEX_UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Weak: a program that a test starts inherits this, and may have neither the sanitizer nor tasks.
__attribute__((weak)) void __tsan_acquire(void *);
__attribute__((weak)) void __tsan_release(void *);
__attribute__((weak)) SWIFT void *swift_task_getCurrent(void);

static void order_after(void *what) {
  if (__tsan_acquire) __tsan_acquire(what);
}
static void order_before(void *what) {
  if (__tsan_release) __tsan_release(what);
}

static void *in_library(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) {
    fprintf(stderr, "order-seen: Swift's libraries have no %s any more\n", name);
    abort();
  }
  return found;
}

SWIFT void lock_slow(uint32_t thread, SELF mutex) __asm__(MUTEX_LOCK);
SWIFT void lock_slow(uint32_t thread, SELF mutex) {
  SWIFT void (*lock)(uint32_t, SELF) = in_library(MUTEX_LOCK);
  lock(thread, mutex);
  order_after(mutex);
}

SWIFT void unlock_slow(SELF mutex) __asm__(MUTEX_UNLOCK);
SWIFT void unlock_slow(SELF mutex) {
  SWIFT void (*unlock)(SELF) = in_library(MUTEX_UNLOCK);
  order_before(mutex);
  unlock(mutex);
}

// A continuation is the task that waits for it.
ASYNC void swift_continuation_await(void *context) {
  ASYNC void (*await)(void *) = in_library(__func__);
  order_after(swift_task_getCurrent());
  __attribute__((musttail)) return await(context);
}

SWIFT void swift_continuation_resume(void *task) {
  SWIFT void (*resume)(void *) = in_library(__func__);
  order_before(task);
  resume(task);
}

SWIFT void swift_continuation_throwingResume(void *task) {
  SWIFT void (*resume)(void *) = in_library(__func__);
  order_before(task);
  resume(task);
}

SWIFT void swift_continuation_throwingResumeWithError(void *task, void *error) {
  SWIFT void (*resume)(void *, void *) = in_library(__func__);
  order_before(task);
  resume(task, error);
}
