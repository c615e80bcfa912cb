// Every pass of the tracker over all samples of a frame, in integers where it counts: one source,
// compiled for each instruction-set level that this processor family knows.
//
// Results do not depend on the level, bit for bit: sums are integers, and the few operations on
// floats are single ones (never fused) on one element at a time.
//
// Samples are taken as *groups* of four: group m holds samples 4m ... 4m + 3, its first two as one
// word of `even` and its last two as one word of `odd`, the earlier sample in the low half.
// Buffers must reach FRAME_PADDING elements beyond what the counts say; what lies there is read
// and written but never decides. Nothing here allocates, locks or keeps state.
#ifndef PEAKGATE_CFRAMEKERNELS_H
#define PEAKGATE_CFRAMEKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Elements that a kernel may touch beyond the end of a buffer.
enum { FRAME_PADDING = 32 };
// Copies of every tap word, so that one load fills a vector of any level.
enum { FRAME_TAP_COPIES = 8 };
// Groups over which a mean is taken.
enum { FRAME_BLOCK = 64 };

typedef struct {
  int16_t low, high;
} frame_extremes;

// Level 0 is what the compiler was told to build for, 1 is x86-64-v3. The highest that this
// processor can run.
int32_t frame_highest_level(void);

// Smallest and largest of `count` samples; 0 and 0 if there are none.
frame_extremes frame_find_extremes(int32_t level, const int16_t *samples, int32_t count);

// Splits `count` samples into groups, the last filled up with zeros; returns their extremes.
frame_extremes frame_split(
  int32_t level, const int16_t *samples, int32_t count, int32_t *even, int32_t *odd);

// Squared magnitudes of `outputs` outputs of the complex filter, times `scale`; output m takes the
// groups m ... m + tap_groups - 1. `taps` holds four words a group (real even, real odd, imaginary
// even, imaginary odd), each FRAME_TAP_COPIES times, at a place that 32 divides. Sums of products wrap at 32 bits.
// Returns the index of the first of the greatest.
int32_t frame_envelope(
  int32_t level, const int32_t *even, const int32_t *odd, const int32_t *taps, int32_t tap_groups,
  int32_t outputs, float scale, float *envelope);

// Median of `count` non-negative numbers, to 0.4 %, without those from `left` to before `right`;
// `room` takes four times as many bytes, and as many for the padding.
float frame_median(
  int32_t level, const float *values, int32_t count, int32_t left, int32_t right, int8_t *room);

// How many of `count` values are at most `most`.
int32_t frame_count_at_most(int32_t level, const float *values, int32_t count, float most);

// For every group the sum of its samples.
void frame_sum_groups(
  int32_t level, const int32_t *even, const int32_t *odd, int32_t groups, int32_t *sums);

// How many groups, without those from `left` to before `right`, have a power about the mean of their
// block of at most `most`; counted block by block, until there are more than `enough`. Samples and
// their distance from the mean are taken to fit 16 bits.
int32_t frame_count_quiet(
  int32_t level, const int32_t *even, const int32_t *odd, const int32_t *sums, int32_t groups,
  int32_t left, int32_t right, float most, int32_t enough);

// Turns `sums` into sixteenths about the mean of the quiet groups of each block. Quiet are groups
// first ..< last whose envelope, `delay` groups earlier, is at most `quiet`. Returns how many quiet
// ones are then beyond +-limit.
int32_t frame_centre_sums(
  int32_t level, int32_t *sums, int32_t groups, const float *envelope, int32_t delay,
  int32_t first, int32_t last, float quiet, int32_t limit);

// Running sums: `running[m]` is the sum of those before m, and wraps.
void frame_running_sums(int32_t level, const int32_t *sums, int32_t groups, int32_t *running);

// The first m in from ..< to where running[m + 1] - running[m + 1 - width] is beyond +-limit, or
// `to`.
int32_t frame_next_beyond(
  int32_t level, const int32_t *running, int32_t width, int32_t from, int32_t to, int32_t limit);

// The first m in from ..< to where values[m] is at least `least`, or `to`.
int32_t frame_next_at_least(
  int32_t level, const float *values, int32_t from, int32_t to, float least);

#endif
