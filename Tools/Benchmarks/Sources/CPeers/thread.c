#define _GNU_SOURCE
#include "CPeers.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { DEPTH = 64, MOST_FRAMES = 1 << 20 };

struct peer_thread {
  pthread_t thread;
  int wake, done, asks_priority;
  atomic_int is_real_time, is_stopping;
  int32_t samples;
  peer_work work;
  void *context;
  _Atomic int64_t head, tail;
  int16_t *slots;
  int64_t handed[DEPTH], *delays;
  int64_t count;
};

int64_t peer_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

void peer_sleep_until(int64_t instant) {
  struct timespec t = {instant / 1000000000, instant % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0) {
  }
}

static void *run(void *argument) {
  peer_thread *t = argument;
  if (t->asks_priority) {
    struct sched_param parameters = {.sched_priority = 20};
    if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0)
      atomic_store(&t->is_real_time, 1);
  }
  uint64_t count;
  while (!atomic_load(&t->is_stopping)) {
    if (read(t->wake, &count, 8) < 0) break;
    int some = 0;
    int64_t at = atomic_load_explicit(&t->tail, memory_order_relaxed);
    while (at < atomic_load_explicit(&t->head, memory_order_acquire)) {
      t->work(t->context, t->slots + (at % DEPTH) * t->samples);
      int64_t delay = peer_now() - t->handed[at % DEPTH];
      if (t->count < MOST_FRAMES) t->delays[t->count++] = delay;
      atomic_store_explicit(&t->tail, ++at, memory_order_release);
      some = 1;
    }
    count = 1;
    if (some && write(t->done, &count, 8) < 0) break;
  }
  return NULL;
}

peer_thread *peer_thread_start(
  int32_t asks_priority, int32_t samples, peer_work work, void *context) {
  peer_thread *t = calloc(1, sizeof *t);
  t->wake = eventfd(0, EFD_CLOEXEC);
  t->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  t->asks_priority = asks_priority;
  t->samples = samples;
  t->work = work;
  t->context = context;
  t->slots = calloc(DEPTH * (size_t)samples, 2);
  t->delays = malloc(sizeof(int64_t) * MOST_FRAMES);
  memset(t->delays, 0, sizeof(int64_t) * MOST_FRAMES);
  pthread_create(&t->thread, NULL, run, t);
  return t;
}

int32_t peer_thread_is_real_time(const peer_thread *t) { return atomic_load(&t->is_real_time); }

void peer_thread_push(peer_thread *t, const int16_t *frame) {
  int64_t at = atomic_load_explicit(&t->head, memory_order_relaxed);
  if (at - atomic_load_explicit(&t->tail, memory_order_acquire) >= DEPTH) return;
  memcpy(t->slots + (at % DEPTH) * t->samples, frame, 2 * (size_t)t->samples);
  t->handed[at % DEPTH] = peer_now();
  atomic_store_explicit(&t->head, at + 1, memory_order_release);
  uint64_t one = 1;
  (void)!write(t->wake, &one, 8);
  // As the control loop does: it waits for the result, five milliseconds at most.
  struct pollfd poller = {.fd = t->done, .events = POLLIN};
  if (poll(&poller, 1, 5) > 0) (void)!read(t->done, &one, 8);
}

const int64_t *peer_thread_stop(peer_thread *t, int64_t *count) {
  atomic_store(&t->is_stopping, 1);
  uint64_t one = 1;
  (void)!write(t->wake, &one, 8);
  pthread_join(t->thread, NULL);
  close(t->wake);
  close(t->done);
  *count = t->count;
  return t->delays;
}

static atomic_int keeps_busy;
static pthread_t busy[64];
static int32_t busy_count;

static void *spin(void *argument) {
  (void)argument;
  while (atomic_load_explicit(&keeps_busy, memory_order_relaxed)) {
  }
  return NULL;
}

void peer_busy_start(int32_t threads) {
  atomic_store(&keeps_busy, 1);
  busy_count = threads < 64 ? threads : 64;
  for (int32_t i = 0; i < busy_count; i++) pthread_create(&busy[i], NULL, spin, NULL);
}

void peer_busy_stop(void) {
  atomic_store(&keeps_busy, 0);
  for (int32_t i = 0; i < busy_count; i++) pthread_join(busy[i], NULL);
  busy_count = 0;
}
