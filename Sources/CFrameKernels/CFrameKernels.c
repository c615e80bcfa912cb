#include "CFrameKernels.h"

// A fused multiplication and addition would give other bits on processors that have one.
#pragma STDC FP_CONTRACT OFF

#define BYTES 16
#define AT(name) name##_16
#include "Kernels.h"
#undef BYTES
#undef AT

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,lzcnt"))), apply_to = function)
#define BYTES 32
#define AT(name) name##_32
#include "Kernels.h"
#undef BYTES
#undef AT
#pragma clang attribute pop

int32_t frame_highest_level(void) {
  __builtin_cpu_init();
  // Everything that the kernels above are compiled for.
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi")
    && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("lzcnt");
}
#define CALL(name, ...) (level > 0 ? name##_32(__VA_ARGS__) : name##_16(__VA_ARGS__))
#else
int32_t frame_highest_level(void) { return 0; }
#define CALL(name, ...) ((void)level, name##_16(__VA_ARGS__))
#endif

frame_extremes frame_find_extremes(int32_t level, const int16_t *samples, int32_t count) {
  return CALL(find_extremes, samples, count);
}

frame_extremes frame_split(
  int32_t level, const int16_t *samples, int32_t count, int32_t *even, int32_t *odd) {
  return CALL(split, samples, count, even, odd);
}

int32_t frame_envelope(
  int32_t level, const int32_t *even, const int32_t *odd, const int32_t *taps, int32_t tap_groups,
  int32_t outputs, float scale, float *envelope) {
  return CALL(envelope, even, odd, taps, tap_groups, outputs, scale, envelope);
}

float frame_median(
  int32_t level, const float *values, int32_t count, int32_t left, int32_t right, int8_t *room) {
  return CALL(median, values, count, left, right, room);
}

int32_t frame_count_at_most(int32_t level, const float *values, int32_t count, float most) {
  return CALL(count_at_most, values, 0, count, most);
}

void frame_sum_groups(
  int32_t level, const int32_t *even, const int32_t *odd, int32_t groups, int32_t *sums) {
  CALL(sum_groups, even, odd, groups, sums);
}

int32_t frame_count_quiet(
  int32_t level, const int32_t *even, const int32_t *odd, const int32_t *sums, int32_t groups,
  int32_t left, int32_t right, float most, int32_t enough) {
  return CALL(count_quiet, even, odd, sums, groups, left, right, most, enough);
}

int32_t frame_centre_sums(
  int32_t level, int32_t *sums, int32_t groups, const float *envelope, int32_t delay,
  int32_t first, int32_t last, float quiet, int32_t limit) {
  return CALL(centre_sums, sums, groups, envelope, delay, first, last, quiet, limit);
}

void frame_running_sums(int32_t level, const int32_t *sums, int32_t groups, int32_t *running) {
  CALL(running_sums, sums, groups, running);
}

int32_t frame_next_beyond(
  int32_t level, const int32_t *running, int32_t width, int32_t from, int32_t to, int32_t limit) {
  return CALL(next_beyond, running, width, from, to, limit);
}

int32_t frame_next_at_least(
  int32_t level, const float *values, int32_t from, int32_t to, float least) {
  return CALL(next_at_least, values, from, to, least);
}
