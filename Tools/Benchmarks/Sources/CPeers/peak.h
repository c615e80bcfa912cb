// What the peers in C share: the median by the bits of its pattern, and the parabola.
#ifndef PEAKGATE_PEAK_H
#define PEAKGATE_PEAK_H

#include "CPeers.h"

#include <math.h>
#include <string.h>

static inline float peak_median(
  const float *values, int32_t count, int32_t left, int32_t right, uint32_t *room) {
  if (left < 0) left = 0;
  if (right > count) right = count;
  int32_t kept = left;
  memcpy(room, values, (size_t)left * 4);
  memcpy(room + kept, values + right, (size_t)(count - right) * 4);
  kept += count - right;
  uint32_t found = 0;
  for (uint32_t bit = 1u << 30; bit >= 1u << 16; bit >>= 1) {
    uint32_t trial = found | bit;
    int32_t below = 0;
    for (int32_t i = 0; i < kept; i++) below += (int32_t)room[i] < (int32_t)trial;
    if (below <= kept / 2) found = trial;
  }
  float median;
  memcpy(&median, &found, 4);
  return median;
}

// `at` is where `power` has the peak, `place` where that is at full rate.
static inline peer_estimate peak_estimate(
  const peer_filter *f, const float *power, int32_t at, int32_t place, int32_t count,
  float median) {
  peer_estimate e = {f->half + place, 0, sqrt(median / (1.3862943611198906 * f->noise_gain))};
  double shift = 0, top = log((double)power[at]);
  if (at > 0 && at < count - 1) {
    double a = log((double)power[at - 1]), c = log((double)power[at + 1]);
    shift = 0.5 * (a - c) / (a - 2 * top + c);
    top -= 0.25 * (a - c) * shift;
  }
  e.place += shift;
  e.amplitude = exp(top / 2) * f->amplitude_per_output;
  return e;
}

#endif
