// What the tracker is measured beside: other people's libraries, and C written for this.
#ifndef PEAKGATE_CPEERS_H
#define PEAKGATE_CPEERS_H

#include <stdint.h>

// What a peer finds in a frame: place of the peak in samples, its envelope, noise per sample.
typedef struct {
  double place, amplitude, noise;
} peer_estimate;

// Taps of the matched filter, 2 * half + 1 of each, and the variance of its output for white noise.
typedef struct {
  int32_t half;
  const float *real, *imaginary;
  double noise_gain, amplitude_per_output;
} peer_filter;

// FFTW in single precision: one real transform of `samples` there and back; nothing else.
typedef struct peer_fftw peer_fftw;
peer_fftw *peer_fftw_make(int32_t samples);
void peer_fftw_run(peer_fftw *fftw, const int16_t *frame);

// liquid-dsp: its complex FIR filter over every sample, then the envelope's greatest.
typedef struct peer_liquid peer_liquid;
peer_liquid *peer_liquid_make(const peer_filter *filter);
double peer_liquid_run(peer_liquid *liquid, const int16_t *frame, int32_t samples);

// Plain C loops at full rate, as a compiler makes of them what it can: filter, envelope, peak by a
// parabola of logarithms, noise by the median.
typedef struct peer_plain peer_plain;
peer_plain *peer_plain_make(const peer_filter *filter, int32_t samples);
peer_estimate peer_plain_run(peer_plain *plain, const int16_t *frame);

// By hand: a quarter of the rate in whole numbers, then the full rate at the peak; noise by the
// median. 0: AVX2. 1: AVX-512 with VNNI.
typedef struct peer_best peer_best;
int32_t peer_best_levels(void);
peer_best *peer_best_make(const peer_filter *filter, int32_t samples);
peer_estimate peer_best_run(peer_best *best, int32_t level, const int16_t *frame);

// A pthread that waits on an eventfd and works on what is in its ring: the tracker's queue in C.
typedef struct peer_thread peer_thread;
typedef void (*peer_work)(void *context, const int16_t *frame);
peer_thread *peer_thread_start(
  int32_t asks_priority, int32_t samples, peer_work work, void *context);
int32_t peer_thread_is_real_time(const peer_thread *thread);
void peer_thread_push(peer_thread *thread, const int16_t *frame);
// Ends it; then `count` delays from push to the end of the work, in ns, in the order of frames.
const int64_t *peer_thread_stop(peer_thread *thread, int64_t *count);

// Threads that do nothing but keep processors busy.
void peer_busy_start(int32_t threads);
void peer_busy_stop(void);

// Sleeps until an instant of the monotonic clock, ns.
int64_t peer_now(void);
void peer_sleep_until(int64_t instant);

#endif
