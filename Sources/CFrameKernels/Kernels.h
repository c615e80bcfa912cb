// The kernels at one level. Before: BYTES, the length of a vector, and AT(name), the name of a
// kernel at this level.

#define WORDS (BYTES / 4)
#define HALVES (BYTES / 2)

typedef int32_t AT(words) __attribute__((vector_size(BYTES)));
typedef uint32_t AT(wraps) __attribute__((vector_size(BYTES)));
typedef int16_t AT(halves) __attribute__((vector_size(BYTES)));
typedef int8_t AT(bytes) __attribute__((vector_size(BYTES)));
typedef int32_t AT(wide) __attribute__((vector_size(4 * BYTES)));
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

// Sum of bytes of which none is negative.
static inline int32_t AT(sum_bytes)(AT(bytes) v) {
#if defined(__SSE2__) && BYTES == 32
  return (int32_t)__builtin_reduce_add(__builtin_ia32_psadbw256(v, (AT(bytes)){}));
#elif defined(__SSE2__)
  return (int32_t)__builtin_reduce_add(__builtin_ia32_psadbw128(v, (AT(bytes)){}));
#else
  return __builtin_reduce_add(__builtin_convertvector(v, AT(wide)));
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
      // Aligned, so that each is an operand of its multiplication and fills no register.
      const AT(words) *tap = (const AT(words) *)(const void *)(taps + j * 4 * FRAME_TAP_COPIES);
      enum { STEP = FRAME_TAP_COPIES / WORDS };
      AT(words) re_even = tap[0], re_odd = tap[STEP], im_even = tap[2 * STEP], im_odd = tap[3 * STEP];
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
      if (m + DEEP * WORDS <= outputs) {
        greatest = AT(choose)((AT(words))(square > greatest), square, greatest);
      }
    }
  }
  // The last vectors hold more than was asked for.
  for (int32_t m = outputs; m < outputs + WORDS; m++) envelope[m] = 0;
  for (int32_t m = outputs - outputs % (DEEP * WORDS); m < outputs; m += WORDS) {
    AT(floats) v = AT(load_floats)(envelope + m);
    greatest = AT(choose)((AT(words))(v > greatest), v, greatest);
  }
  float most = 0;
  for (int k = 0; k < WORDS; k++) most = greatest[k] > most ? greatest[k] : most;
  return AT(next_at_least)(envelope, 0, outputs, most);
}

// The greatest byte, from 0 on, below which lie at most `rank` of `count` bytes, in fours of vectors;
// `before` is how many do. Bytes are held less 128, so that they order as signed ones.
//
// Two bits at a time, though that takes three counts for two: each round waits for the one before.
static inline int32_t AT(byte_of_rank)(
  const int8_t *at, int32_t count, int32_t rank, int32_t *before) {
  int32_t found = 0, below[4] = {0, 0, 0, 0};
#pragma clang loop unroll(full)
  for (int32_t shift = 6; shift >= 0; shift -= 2) {
    AT(bytes) trial[3];
    for (int32_t k = 0; k < 3; k++) {
      trial[k] = (AT(bytes)){} + (int8_t)(found + ((k + 1) << shift) + INT8_MIN);
    }
    below[1] = below[2] = below[3] = 0;
    for (int32_t i = 0; i < count;) {
      // A lane counts to 127.
      int32_t end = count - i > 124 * BYTES ? i + 124 * BYTES : count;
      AT(bytes) lanes[3] = {};
      for (; i < end; i += 4 * BYTES) {
        AT(bytes) v[4];
        __builtin_memcpy(&v, at + i, 4 * BYTES);
#pragma clang loop unroll(full)
        for (int k = 0; k < 3; k++) {
          AT(bytes) two = (AT(bytes))(v[0] < trial[k]) + (AT(bytes))(v[1] < trial[k]);
          lanes[k] -= two + ((AT(bytes))(v[2] < trial[k]) + (AT(bytes))(v[3] < trial[k]));
        }
      }
      for (int32_t k = 0; k < 3; k++) below[k + 1] += AT(sum_bytes)(lanes[k]);
    }
    int32_t quarter = (below[1] <= rank) + (below[2] <= rank) + (below[3] <= rank);
    found += quarter << shift;
    below[0] = below[quarter];
  }
  *before = below[0];
  return found;
}

// The upper byte of each key to `high`, the lower one to `low`, both less 128.
static inline void AT(keys)(const float *values, int32_t count, int8_t *high, int8_t *low) {
  for (int32_t i = 0; i < count; i += BYTES) {
    AT(wide) key;
    __builtin_memcpy(&key, values + i, 4 * BYTES);
    AT(bytes) upper = __builtin_convertvector(key >> 24, AT(bytes)) ^ INT8_MIN;
    AT(bytes) lower = __builtin_convertvector(key >> 16, AT(bytes)) ^ INT8_MIN;
    __builtin_memcpy(high + i, &upper, BYTES);
    __builtin_memcpy(low + i, &lower, BYTES);
  }
}

static float AT(median)(
  const float *values, int32_t count, int32_t left, int32_t right, int8_t *room) {
  // Non-negative floats order as their bit patterns do, and the upper half of the pattern, the key,
  // is precise to 0.8 %. Its two bytes are found one after the other.
  int32_t kept = left + count - right;
  if (kept <= 0) return 0;
  int32_t whole = (kept + 4 * BYTES - 1) / (4 * BYTES) * (4 * BYTES);
  int8_t *high = room, *low = room + whole + BYTES;
  AT(keys)(values, left, high, low);
  AT(keys)(values + right, count - right, high + left, low + left);
  // What fills up the last four vectors is never below.
  __builtin_memset(high + kept, INT8_MAX, (size_t)(whole - kept));
  int32_t rank = kept / 2, before, unused;
  int32_t upper = AT(byte_of_rank)(high, whole, rank, &before);
  // Of the lower bytes only those count whose upper byte is that of the median.
  for (int32_t i = 0; i < whole; i += BYTES) {
    AT(bytes) h, l;
    __builtin_memcpy(&h, high + i, BYTES);
    __builtin_memcpy(&l, low + i, BYTES);
    AT(bytes) same = (AT(bytes))(h == (AT(bytes)){} + (int8_t)(upper + INT8_MIN));
    l = (l & same) | (INT8_MAX & ~same);
    __builtin_memcpy(low + i, &l, BYTES);
  }
  int32_t lower = AT(byte_of_rank)(low, whole, rank - before, &unused);
  int32_t found = upper << 8 | lower;
  if (found == 0) return 0;
  union {
    int32_t bits;
    float value;
  } median = {.bits = found << 16 | 0x8000};
  return median.value;
}

static void AT(sum_groups)(
  const int32_t *even, const int32_t *odd, int32_t groups, int32_t *sums) {
  const AT(words) ones = (AT(words)){} + 0x00010001;
  for (int32_t m = 0; m < groups; m += WORDS) {
    AT(words) sum = AT(products)(AT(load)(even + m), ones);
    AT(store)(sums + m, sum + AT(products)(AT(load)(odd + m), ones));
  }
}

static inline int32_t AT(count_at_most)(
  const float *values, int32_t from, int32_t to, float most) {
  AT(words) counts = {};
  int32_t m = from;
  for (; m + WORDS <= to; m += WORDS) {
    counts -= (AT(words))(AT(load_floats)(values + m) <= most);
  }
  int32_t count = __builtin_reduce_add(counts);
  for (; m < to; m++) count += values[m] <= most;
  return count;
}

static int32_t AT(count_quiet)(
  const int32_t *even, const int32_t *odd, const int32_t *sums, int32_t groups, int32_t left,
  int32_t right, float most, int32_t enough) {
  int32_t count = 0;
  for (int32_t block = 0; block < groups && count <= enough; block += FRAME_BLOCK) {
    float power[FRAME_BLOCK];
    int32_t end = block + FRAME_BLOCK < groups ? block + FRAME_BLOCK : groups;
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
      AT(store)(power + m - block, (AT(words))p);
    }
    int32_t until = left < end ? left : end, from = right > block ? right : block;
    count += AT(count_at_most)(power, 0, until - block, most);
    count += AT(count_at_most)(power, from - block, end - block, most);
  }
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
    for (m = block; m < from && m < end; m++) sums[m] = sums[m] * 16 - mean;
    for (; m + WORDS <= to; m += WORDS) {
      AT(words) sum = AT(load)(sums + m) * 16 - mean;
      AT(store)(sums + m, sum);
      AT(words) is_quiet = (AT(words))(AT(load_floats)(envelope + m - delay) <= quiet);
      beyond -= (AT(words))((sum > limit) | (sum < -limit)) & is_quiet;
    }
    for (; m < end; m++) {
      sums[m] = sums[m] * 16 - mean;
      if (m >= to || envelope[m - delay] > quiet) continue;
      if (sums[m] > limit || sums[m] < -limit) more++;
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
