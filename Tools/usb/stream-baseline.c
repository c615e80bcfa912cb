// The least that a program must do to stream from a console over libusb: what `peakgate link` is measured against.
// Opens the console, identifies, starts A-lines, keeps transfers in flight on both pipes that come in (a console
// whose safety status nobody takes is not in use), counts the stream's bytes; looks into nothing.
//
//   cc -O2 stream-baseline.c -lusb-1.0 -o stream-baseline; ./stream-baseline SECONDS TRANSFERS BYTES
//
// Prints: seconds bytes cpu_seconds. Exit codes: 0 done, 1 the console failed, 2 usage.
#include <libusb-1.0/libusb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { STREAM = 0x81, SAFETY = 0x82, STATUSES = 8 };
static uint64_t received;
static int in_flight, is_stopping, has_failed;

static void on_arrival(struct libusb_transfer *t) {
  if (t->endpoint == STREAM) received += (uint64_t)t->actual_length;
  if (t->status != LIBUSB_TRANSFER_COMPLETED && !is_stopping) has_failed = 1;
  if (is_stopping || has_failed || libusb_submit_transfer(t) < 0) in_flight--;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double processor(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
         (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

static void put(uint8_t *at, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; i++) at[i] = (uint8_t)(value >> (8 * i));
}

// CRC-32/AUTOSAR, bit by bit.
static uint32_t checksum(const uint8_t *bytes, int count) {
  uint32_t crc = 0xFFFFFFFF;
  for (int i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xC8DF352F : crc >> 1;
  }
  return ~crc;
}

static int command(libusb_device_handle *h, uint8_t id, uint32_t sequence, uint32_t nonce,
                   const uint8_t *fields, int count) {
  uint8_t pdu[64];
  int sent, length = 12 + count + 4;
  put(pdu, 0x4750, 2);
  pdu[2] = id;
  pdu[3] = (uint8_t)length;
  put(pdu + 4, sequence, 4);
  put(pdu + 8, nonce, 4);
  memcpy(pdu + 12, fields, (size_t)count);
  put(pdu + 12 + count, checksum(pdu, 12 + count), 4);
  return libusb_bulk_transfer(h, 0x01, pdu, length, &sent, 1000);
}

int main(int argc, char **argv) {
  if (argc != 4) return fprintf(stderr, "usage: stream-baseline SECONDS TRANSFERS BYTES\n"), 2;
  const double seconds = atof(argv[1]);
  const int count = atoi(argv[2]), bytes = atoi(argv[3]);
  if (seconds <= 0 || count < 1 || count > 256 || bytes < 512) return 2;
  if (libusb_init(NULL) < 0) return fprintf(stderr, "no libusb\n"), 1;
  libusb_device_handle *h = libusb_open_device_with_vid_pid(NULL, 0x1209, 0x0001);
  if (!h || libusb_claim_interface(h, 0) < 0 || libusb_set_interface_alt_setting(h, 0, 0) < 0)
    return fprintf(stderr, "no console\n"), 1;

  uint8_t fields[16] = {0}, answer[512];
  int got = 0;
  put(fields, 1, 4), put(fields + 4, 1, 2);
  if (command(h, 0x01, 1, 0, fields, 6) < 0) return fprintf(stderr, "cannot send\n"), 1;
  if (libusb_bulk_transfer(h, STREAM, answer, sizeof answer, &got, 2000) < 0 || got < 12)
    return fprintf(stderr, "no answer\n"), 1;
  const uint32_t nonce = (uint32_t)answer[8] | (uint32_t)answer[9] << 8 |
                         (uint32_t)answer[10] << 16 | (uint32_t)answer[11] << 24;
  put(fields, 1000, 4), put(fields + 4, 64000000, 4), put(fields + 8, 1024, 2);
  put(fields + 10, 0, 2), put(fields + 12, 0, 4);
  if (command(h, 0x02, 2, nonce, fields, 16) < 0 || command(h, 0x03, 3, nonce, fields, 0) < 0)
    return fprintf(stderr, "cannot start\n"), 1;

  struct libusb_transfer *transfers[256 + STATUSES];
  const int all = count + STATUSES;
  for (int i = 0; i < all; i++) {
    transfers[i] = libusb_alloc_transfer(0);
    if (i < count)
      libusb_fill_bulk_transfer(transfers[i], h, STREAM, malloc((size_t)bytes), bytes, on_arrival, NULL, 0);
    else
      libusb_fill_interrupt_transfer(transfers[i], h, SAFETY, malloc(64), 64, on_arrival, NULL, 0);
    if (libusb_submit_transfer(transfers[i]) < 0) return fprintf(stderr, "cannot submit\n"), 1;
    in_flight++;
  }
  const double start = now(), cpu = processor();
  struct timeval tick = {0, 50000};
  while (now() - start < seconds && !has_failed)
    libusb_handle_events_timeout_completed(NULL, &tick, NULL);
  const double took = now() - start, used = processor() - cpu;
  const uint64_t total = received;
  is_stopping = 1;
  for (int i = 0; i < all; i++) libusb_cancel_transfer(transfers[i]);
  while (in_flight > 0) libusb_handle_events_timeout_completed(NULL, &tick, NULL);
  printf("%.6f %llu %.6f\n", took, (unsigned long long)total, used);
  libusb_set_interface_alt_setting(h, 0, 0);
  libusb_release_interface(h, 0);
  libusb_close(h);
  libusb_exit(NULL);
  return has_failed;
}
