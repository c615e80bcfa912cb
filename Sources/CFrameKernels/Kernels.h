// The kernels at one level. Before: BYTES, the length of a vector, and AT(name), the name of a
// kernel at this level.

#define WORDS (BYTES / 4)
#define HALVES (BYTES / 2)

typedef int32_t AT(words) __attribute__((vector_size(BYTES)));
typedef uint32_t AT(wraps) __attribute__((vector_size(BYTES)));
typedef int16_t AT(halves) __attribute__((vector_size(BYTES)));
typedef float AT(floats) __attribute__((vector_size(BYTES)));

static inline AT(words) AT(load)(const int32_t *from) {
  AT(words) v;
  __builtin_memcpy(&v, from, BYTES);
  return v;
}

static inline AT(floats) AT(load_floats)(const float *from) {
  AT(floats) v;
  __builtin_memcpy(&v, from, BYTES);
  return v;
}

static inline void AT(store)(void *to, AT(words) v) { __builtin_memcpy(to, &v, BYTES); }

// Sum and difference that wrap.
static inline AT(words) AT(sum)(AT(words) a, AT(words) b) {
  return (AT(words))((AT(wraps))a + (AT(wraps))b);
}

static inline AT(words) AT(difference)(AT(words) a, AT(words) b) {
  return (AT(words))((AT(wraps))a - (AT(wraps))b);
}

// Low half times low half plus high half times high half, word by word.
static inline AT(words) AT(products)(AT(words) a, AT(words) b) {
#if defined(__SSE2__) && BYTES == 32
  return (AT(words))__builtin_ia32_pmaddwd256((AT(halves))a, (AT(halves))b);
#elif defined(__SSE2__)
  return (AT(words))__builtin_ia32_pmaddwd128((AT(halves))a, (AT(halves))b);
#else
  AT(words) low_a = (AT(words))((AT(wraps))a << 16) >> 16;
  AT(words) low_b = (AT(words))((AT(wraps))b << 16) >> 16;
  return AT(sum)(low_a * low_b, (a >> 16) * (b >> 16));
#endif
}

// `a` where the mask is -1, `b` where it is 0.
static inline AT(floats) AT(choose)(AT(words) mask, AT(floats) a, AT(floats) b) {
  return (AT(floats))(((AT(words))a & mask) | ((AT(words))b & ~mask));
}

static inline int AT(any)(AT(words) v) { return __builtin_reduce_or(v) != 0; }

static inline frame_extremes AT(reduce)(
  AT(halves) low, AT(halves) high, const int16_t *rest, int32_t count) {
  frame_extremes e = {__builtin_reduce_min(low), __builtin_reduce_max(high)};
  for (int32_t i = 0; i < count; i++) {
    if (rest[i] < e.low) e.low = rest[i];
    if (rest[i] > e.high) e.high = rest[i];
  }
  return e;
}

static frame_extremes AT(find_extremes)(const int16_t *samples, int32_t count) {
  if (count <= 0) return (frame_extremes){0, 0};
  AT(halves) low = (AT(halves)){} + samples[0], high = low;
  int32_t i = 0;
  for (; i + HALVES <= count; i += HALVES) {
    AT(halves) x;
    __builtin_memcpy(&x, samples + i, BYTES);
    low = __builtin_elementwise_min(low, x);
    high = __builtin_elementwise_max(high, x);
  }
  return AT(reduce)(low, high, samples + i, count - i);
}

static frame_extremes AT(split)(
  const int16_t *samples, int32_t count, int32_t *even, int32_t *odd) {
  if (count <= 0) return (frame_extremes){0, 0};
  AT(halves) low = (AT(halves)){} + samples[0], high = low;
  int32_t i = 0;
  for (; i + 2 * HALVES <= count; i += 2 * HALVES) {
    AT(words) a, b;
    __builtin_memcpy(&a, samples + i, BYTES);
    __builtin_memcpy(&b, samples + i + HALVES, BYTES);
    low = __builtin_elementwise_min(low, (AT(halves))a);
    high = __builtin_elementwise_max(high, (AT(halves))a);
    low = __builtin_elementwise_min(low, (AT(halves))b);
    high = __builtin_elementwise_max(high, (AT(halves))b);
#if BYTES == 32
    AT(store)(even + i / 4, __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14));
    AT(store)(odd + i / 4, __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15));
#else
    AT(store)(even + i / 4, __builtin_shufflevector(a, b, 0, 2, 4, 6));
    AT(store)(odd + i / 4, __builtin_shufflevector(a, b, 1, 3, 5, 7));
#endif
  }
  frame_extremes extremes = AT(reduce)(low, high, samples + i, count - i);
  for (; i < count; i += 4) {
    int16_t x[4] = {0, 0, 0, 0};
    for (int32_t k = 0; k < 4 && i + k < count; k++) x[k] = samples[i + k];
    even[i / 4] = (int32_t)((uint32_t)(uint16_t)x[0] | (uint32_t)(uint16_t)x[1] << 16);
    odd[i / 4] = (int32_t)((uint32_t)(uint16_t)x[2] | (uint32_t)(uint16_t)x[3] << 16);
  }
  return extremes;
}

static int32_t AT(next_at_least)(const float *values, int32_t from, int32_t to, float least) {
  enum { DEEP = 4 };
  int32_t m = from;
  for (; m + DEEP * WORDS <= to; m += DEEP * WORDS) {
    AT(words) found = {};
#pragma clang loop unroll(full)
    for (int u = 0; u < DEEP; u++) {
      found |= (AT(words))(AT(load_floats)(values + m + u * WORDS) >= least);
    }
    if (AT(any)(found)) break;
  }
  for (; m < to; m++) {
    if (values[m] >= least) return m;
  }
  return to;
}

static int32_t AT(envelope)(
  const int32_t *even, const int32_t *odd, const int32_t *taps, int32_t tap_groups,
  int32_t outputs, float scale, float *envelope) {
  enum { DEEP = 4 };  // Vectors of outputs that share each tap: their sums fill the registers.
  AT(floats) greatest = (AT(floats)){};
  for (int32_t m = 0; m < outputs; m += DEEP * WORDS) {
    AT(words) re[DEEP] = {}, im[DEEP] = {};
    for (int32_t j = 0; j < tap_groups; j++) {
      const int32_t *tap = taps + j * 4 * FRAME_TAP_COPIES;
      AT(words) re_even = AT(load)(tap), re_odd = AT(load)(tap + FRAME_TAP_COPIES);
      AT(words) im_even = AT(load)(tap + 2 * FRAME_TAP_COPIES);
      AT(words) im_odd = AT(load)(tap + 3 * FRAME_TAP_COPIES);
#pragma clang loop unroll(full)
      for (int u = 0; u < DEEP; u++) {
        AT(words) x = AT(load)(even + m + j + u * WORDS);
        AT(words) y = AT(load)(odd + m + j + u * WORDS);
        re[u] = AT(sum)(re[u], AT(products)(x, re_even));
        im[u] = AT(sum)(im[u], AT(products)(x, im_even));
        re[u] = AT(sum)(re[u], AT(products)(y, re_odd));
        im[u] = AT(sum)(im[u], AT(products)(y, im_odd));
      }
    }
#pragma clang loop unroll(full)
    for (int u = 0; u < DEEP; u++) {
      AT(floats) a = __builtin_convertvector(re[u], AT(floats));
      AT(floats) b = __builtin_convertvector(im[u], AT(floats));
      AT(floats) square = a * a;
      square = square + b * b;
      square = square * scale;
      AT(store)(envelope + m + u * WORDS, (AT(words))square);
    }
  }
  for (int32_t m = outputs; m < outputs + WORDS; m++) envelope[m] = 0;
  for (int32_t m = 0; m < outputs; m += WORDS) {
    AT(floats) v = AT(load_floats)(envelope + m);
    greatest = AT(choose)((AT(words))(v > greatest), v, greatest);
  }
  float most = 0;
  for (int k = 0; k < WORDS; k++) most = greatest[k] > most ? greatest[k] : most;
  return AT(next_at_least)(envelope, 0, outputs, most);
}

static float AT(median)(
  const float *values, int32_t count, int32_t left, int32_t right, int16_t *room) {
  // Non-negative floats order as their bit patterns do, and the upper half of the pattern is
  // precise to 0.8 %.
  int32_t kept = 0;
  const int32_t *bits = (const int32_t *)(const void *)values;
  for (int32_t i = 0; i < left; i++) room[i] = (int16_t)(bits[i] >> 16);
  kept = left;
  for (int32_t i = right; i < count; i++) room[kept++] = (int16_t)(bits[i] >> 16);
  if (kept <= 0) return 0;
  for (int32_t i = 0; i < HALVES; i++) room[kept + i] = INT16_MAX;  // Never counted as below.
  // Bit by bit from the top: how many lie below tells whether the median has the bit.
  int32_t found = 0, rank = kept / 2;
  for (int32_t bit = 1 << 14; bit >= 1; bit >>= 1) {
    AT(halves) trial = (AT(halves)){} + (int16_t)(found | bit), below = {}, more = {};
    int32_t i = 0;
    for (; i + HALVES < kept; i += 2 * HALVES) {
      AT(halves) a, b;
      __builtin_memcpy(&a, room + i, BYTES);
      __builtin_memcpy(&b, room + i + HALVES, BYTES);
      below -= (AT(halves))(a < trial);
      more -= (AT(halves))(b < trial);
    }
    if (i < kept) {
      AT(halves) a;
      __builtin_memcpy(&a, room + i, BYTES);
      below -= (AT(halves))(a < trial);
    }
    below += more;
    AT(words) ones = (AT(words)){} + 0x00010001;
    if (__builtin_reduce_add(AT(products)((AT(words))below, ones)) <= rank) found |= bit;
  }
  if (found == 0) return 0;
  union {
    int32_t bits;
    float value;
  } median = {.bits = found << 16 | 0x8000};
  return median.value;
}

static void AT(groups)(
  const int32_t *even, const int32_t *odd, int32_t groups, int32_t *sums, float *power) {
  const AT(words) ones = (AT(words)){} + 0x00010001;
  for (int32_t block = 0; block < groups; block += FRAME_BLOCK) {
    int32_t end = block + FRAME_BLOCK < groups ? block + FRAME_BLOCK : groups;
    for (int32_t m = block; m < end; m += WORDS) {
      AT(words) sum = AT(products)(AT(load)(even + m), ones);
      AT(store)(sums + m, sum + AT(products)(AT(load)(odd + m), ones));
    }
    int32_t total = 0, samples = 4 * (end - block);
    for (int32_t m = block; m < end; m++) total += sums[m];
    // The whole part of the mean is taken off every sample, the rest off the power.
    int32_t whole = total / samples;
    float rest = (float)(total - whole * samples) / (float)samples;
    float twice = 2 * rest, square = 4 * rest;
    square = square * rest;
    const AT(halves) mean = (AT(halves)){} + (int16_t)whole;
    for (int32_t m = block; m < end; m += WORDS) {
      AT(words) a = (AT(words))__builtin_elementwise_sub_sat((AT(halves))AT(load)(even + m), mean);
      AT(words) b = (AT(words))__builtin_elementwise_sub_sat((AT(halves))AT(load)(odd + m), mean);
      AT(words) sum = AT(load)(sums + m) - 4 * whole;
      AT(floats) p = __builtin_convertvector(AT(products)(a, a), AT(floats));
      p = p + __builtin_convertvector(AT(products)(b, b), AT(floats));
      AT(floats) cross = __builtin_convertvector(sum, AT(floats)) * twice;
      p = p - cross;
      p = p + square;
      AT(store)(power + m, (AT(words))p);
    }
  }
}

static int32_t AT(count_at_most)(const float *values, int32_t from, int32_t to, float most) {
  AT(words) counts = {};
  int32_t m = from;
  for (; m + WORDS <= to; m += WORDS) {
    counts -= (AT(words))(AT(load_floats)(values + m) <= most);
  }
  int32_t count = __builtin_reduce_add(counts);
  for (; m < to; m++) count += values[m] <= most;
  return count;
}

static int32_t AT(centre_sums)(
  int32_t *sums, int32_t groups, const float *envelope, int32_t delay, int32_t first,
  int32_t last, float quiet, int32_t limit) {
  AT(words) beyond = {};
  int32_t more = 0;
  for (int32_t block = 0; block < groups; block += FRAME_BLOCK) {
    int32_t end = block + FRAME_BLOCK < groups ? block + FRAME_BLOCK : groups;
    int32_t from = block > first ? block : first, to = end < last ? end : last;
    AT(words) totals = {}, counts = {};
    int32_t m = from;
    for (; m + WORDS <= to; m += WORDS) {
      AT(words) is_quiet = (AT(words))(AT(load_floats)(envelope + m - delay) <= quiet);
      totals += AT(load)(sums + m) & is_quiet;
      counts -= is_quiet;
    }
    int32_t total = __builtin_reduce_add(totals), count = __builtin_reduce_add(counts);
    for (; m < to; m++) {
      if (envelope[m - delay] > quiet) continue;
      total += sums[m];
      count++;
    }
    int32_t mean = count > 0 ? (int32_t)((float)(16 * total) / (float)count) : 0;
    for (m = block; m < end; m += WORDS) {
      AT(store)(sums + m, AT(load)(sums + m) * 16 - mean);
    }
    for (m = from; m + WORDS <= to; m += WORDS) {
      AT(words) sum = AT(load)(sums + m);
      AT(words) is_quiet = (AT(words))(AT(load_floats)(envelope + m - delay) <= quiet);
      beyond -= (AT(words))((sum > limit) | (sum < -limit)) & is_quiet;
    }
    for (; m < to; m++) {
      if (envelope[m - delay] <= quiet && (sums[m] > limit || sums[m] < -limit)) more++;
    }
  }
  return __builtin_reduce_add(beyond) + more;
}

static void AT(running_sums)(const int32_t *sums, int32_t groups, int32_t *running) {
  uint32_t sum = 0;  // Wraps: only differences are looked at.
  running[0] = 0;
  for (int32_t m = 0; m < groups; m++) {
    sum += (uint32_t)sums[m];
    running[m + 1] = (int32_t)sum;
  }
}

static int32_t AT(next_beyond)(
  const int32_t *running, int32_t width, int32_t from, int32_t to, int32_t limit) {
  enum { DEEP = 4 };  // Vectors between two looks at what was found.
  int32_t m = from;
  for (; m + DEEP * WORDS <= to; m += DEEP * WORDS) {
    AT(words) found = {};
#pragma clang loop unroll(full)
    for (int u = 0; u < DEEP; u++) {
      const int32_t *at = running + m + u * WORDS + 1;
      AT(words) sum = AT(difference)(AT(load)(at), AT(load)(at - width));
      found |= (AT(words))(sum > limit) | (AT(words))(sum < -limit);
    }
    if (AT(any)(found)) break;
  }
  for (; m < to; m++) {
    int32_t sum = (int32_t)((uint32_t)running[m + 1] - (uint32_t)running[m + 1 - width]);
    if (sum > limit || sum < -limit) return m;
  }
  return to;
}

#undef WORDS
#undef HALVES
