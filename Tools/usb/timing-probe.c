// How far the guest's clocks part from the host's, and how late a 1 kHz loop wakes up.
//
//   timing-probe serve                         host: answers with its CLOCK_MONOTONIC and BOOTTIME,
//                                              on a port that it prints
//   timing-probe part HOST PORT SECONDS        guest: offset to the server's clocks, each second
//   timing-probe wake SECONDS other|fifo LOAD  lateness of a 1 ms clock_nanosleep loop, beside LOAD
//                                              threads that only count
//
// Each prints one line of key=value pairs last. Exit codes: 0 done, 1 a system call failed, 2 usage.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void check(int result, const char *what) {
  if (result < 0) {
    fprintf(stderr, "timing-probe: %s: %s\n", what, strerror(errno));
    exit(1);
  }
}

// A question carries a number, so that a late answer is not taken for the next one's.
struct answer { int64_t number, monotonic, boottime; };

__attribute__((noreturn)) static void serve(void) {
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, };
  socklen_t size = sizeof at;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(s, "socket");
  check(bind(s, (void *)&at, sizeof at), "bind");
  check(getsockname(s, (void *)&at, &size), "getsockname");
  printf("port=%d\n", ntohs(at.sin_port));
  fflush(stdout);
  for (;;) {
    struct answer a;
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    if (recvfrom(s, &a, sizeof a, 0, (void *)&from, &length) != sizeof a) continue;
    a.monotonic = now_ns(CLOCK_MONOTONIC);
    a.boottime = now_ns(CLOCK_BOOTTIME);
    sendto(s, &a, sizeof a, 0, (void *)&from, length);
  }
}

struct offset { int64_t at, round_trip, monotonic, boottime; };

// The best of 20 questions: the shortest round trip bounds the error of the offset by its half.
static struct offset measure(int s) {
  static int64_t number;
  struct offset best = {.round_trip = INT64_MAX};
  for (int i = 0; i < 20; i++) {
    struct answer a = {.number = ++number};
    int64_t sent = now_ns(CLOCK_MONOTONIC), boot = now_ns(CLOCK_BOOTTIME);
    if (send(s, &a, sizeof a, 0) != sizeof a) continue;
    do {
      if (recv(s, &a, sizeof a, 0) != sizeof a) a.number = -1;
    } while (a.number != number && a.number != -1);
    if (a.number != number) continue;
    int64_t received = now_ns(CLOCK_MONOTONIC), trip = received - sent;
    if (trip >= best.round_trip) continue;
    best = (struct offset){sent, trip, sent + trip / 2 - a.monotonic, boot + trip / 2 - a.boottime};
  }
  return best;
}

static int part(const char *host, const char *port, int seconds) {
  int s = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  struct timeval patience = {.tv_sec = 1};
  check(s, "socket");
  if (inet_pton(AF_INET, host, &at.sin_addr) != 1) return 2;
  check(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), "SO_RCVTIMEO");
  check(connect(s, (void *)&at, sizeof at), "connect");
  struct offset *all = calloc(seconds + 1, sizeof *all);
  int count = 0;
  for (int i = 0; i <= seconds; i++) {
    struct offset o = measure(s);
    if (o.round_trip == INT64_MAX) {
      fprintf(stderr, "timing-probe: no answer from %s:%s\n", host, port);
      return 1;
    }
    all[count++] = o;
    if (i < seconds) clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){.tv_sec = 1}, NULL);
  }
  // Any two measurements up to 10 s apart: what an interlock that allows so much in 10 s would see.
  int64_t monotonic = 0, boottime = 0, trip = 0;
  for (int i = 0; i < count; i++) {
    if (all[i].round_trip > trip) trip = all[i].round_trip;
    for (int j = i + 1; j < count && all[j].at - all[i].at <= 10500000000LL; j++) {
      int64_t m = llabs(all[j].monotonic - all[i].monotonic);
      int64_t b = llabs(all[j].boottime - all[i].boottime);
      if (m > monotonic) monotonic = m;
      if (b > boottime) boottime = b;
    }
  }
  printf("part seconds=%d worst_in_10s_us=%.1f boottime_worst_in_10s_us=%.1f whole_us=%.1f"
         " round_trip_max_us=%.1f\n", seconds, monotonic / 1e3, boottime / 1e3,
         (all[count - 1].monotonic - all[0].monotonic) / 1e3, trip / 1e3);
  return 0;
}

static void *count_up(void *unused) {
  for (volatile uint64_t n = 0;; n++) {}
  return unused;
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int wake(int seconds, const char *policy, int load) {
  int rounds = seconds * 1000, missed = 0;
  int64_t *late = calloc(rounds, sizeof *late);
  for (int i = 0; i < load; i++) {
    pthread_t thread;
    pthread_create(&thread, NULL, count_up, NULL);
  }
  mlockall(MCL_CURRENT);
  if (strcmp(policy, "fifo") == 0) {
    struct sched_param priority = {.sched_priority = 50};
    check(sched_setscheduler(0, SCHED_FIFO, &priority), "SCHED_FIFO");
  }
  int64_t next = now_ns(CLOCK_MONOTONIC) + 1000000;
  for (int i = 0; i < rounds; i++, next += 1000000) {
    struct timespec t = {next / 1000000000, next % 1000000000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    late[i] = now_ns(CLOCK_MONOTONIC) - next;
    missed += late[i] > 1000000;
  }
  qsort(late, rounds, sizeof *late, ascending);
  printf("wake policy=%s load=%d rounds=%d p50_us=%.0f p99_us=%.0f p999_us=%.0f max_us=%.0f"
         " over_1ms=%d\n", policy, load, rounds, late[rounds / 2] / 1e3, late[rounds / 100 * 99] / 1e3,
         late[rounds / 1000 * 999] / 1e3, late[rounds - 1] / 1e3, missed);
  return 0;
}

int main(int count, char **words) {
  if (count == 2 && strcmp(words[1], "serve") == 0) serve();
  if (count == 5 && strcmp(words[1], "part") == 0) return part(words[2], words[3], atoi(words[4]));
  if (count == 5 && strcmp(words[1], "wake") == 0)
    return wake(atoi(words[2]), words[3], atoi(words[4]));
  fprintf(stderr, "timing-probe: see the head of its source for what it takes\n");
  return 2;
}
