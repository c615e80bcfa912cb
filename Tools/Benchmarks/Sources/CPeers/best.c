#include "CPeers.h"
#include "peak.h"

#include <immintrin.h>
#include <stdlib.h>

enum { MOST_GROUPS = 64 };

struct peer_best {
  peer_filter filter;
  int32_t samples, groups, tap_groups;
  int32_t taps[MOST_GROUPS][4];
  int32_t *even, *odd;
  float *power, *line;
  float scale;
  int16_t *room;
};

int32_t peer_best_levels(void) { return __builtin_cpu_supports("avx512vnni") ? 2 : 1; }

peer_best *peer_best_make(const peer_filter *filter, int32_t samples) {
  peer_best *b = aligned_alloc(64, (sizeof *b + 63) / 64 * 64);
  b->filter = *filter;
  b->samples = samples;
  b->groups = (samples - 2 * filter->half - 1) / 4 + 1;
  b->tap_groups = (2 * filter->half + 4) / 4;
  size_t room = ((size_t)samples / 4 + 256) * 4 / 64 * 64;
  b->even = aligned_alloc(64, room);
  b->odd = aligned_alloc(64, room);
  b->power = aligned_alloc(64, room);
  b->room = aligned_alloc(64, room);
  b->line = aligned_alloc(64, 4096);
  memset(b->even, 0, room);
  memset(b->odd, 0, room);
  memset(b->room, 0, room);
  const float unit = 16384;
  b->scale = 1 / (unit * unit);
  for (int32_t j = 0; j < b->tap_groups; j++) {
    for (int32_t q = 0; q < 4; q++) {
      const float *taps = q < 2 ? filter->real : filter->imaginary;
      int32_t k = 4 * j + 2 * (q % 2);
      int16_t low = k <= 2 * filter->half ? (int16_t)lrintf(taps[k] * unit) : 0;
      int16_t high = k + 1 <= 2 * filter->half ? (int16_t)lrintf(taps[k + 1] * unit) : 0;
      b->taps[j][q] = (int32_t)((uint32_t)(uint16_t)low | (uint32_t)(uint16_t)high << 16);
    }
  }
  return b;
}

__attribute__((target("avx2,fma"))) static void coarse_avx2(peer_best *b, const int16_t *frame) {
  int32_t i = 0;
  for (; i + 32 <= b->samples; i += 32) {
    __m256 a = _mm256_loadu_ps((const float *)(frame + i));
    __m256 c = _mm256_loadu_ps((const float *)(frame + i + 16));
    __m256 even = _mm256_shuffle_ps(a, c, 0x88), odd = _mm256_shuffle_ps(a, c, 0xDD);
    even = _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(even), 0xD8));
    odd = _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(odd), 0xD8));
    _mm256_store_ps((float *)(b->even + i / 4), even);
    _mm256_store_ps((float *)(b->odd + i / 4), odd);
  }
  for (; i + 4 <= b->samples; i += 4) {
    memcpy(b->even + i / 4, frame + i, 4);
    memcpy(b->odd + i / 4, frame + i + 2, 4);
  }
  for (int32_t m = 0; m < b->groups; m += 32) {
    __m256i re[4] = {}, im[4] = {};
    for (int32_t j = 0; j < b->tap_groups; j++) {
      __m256i t0 = _mm256_set1_epi32(b->taps[j][0]), t1 = _mm256_set1_epi32(b->taps[j][1]);
      __m256i t2 = _mm256_set1_epi32(b->taps[j][2]), t3 = _mm256_set1_epi32(b->taps[j][3]);
#pragma clang loop unroll(full)
      for (int u = 0; u < 4; u++) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(b->even + m + j + 8 * u));
        __m256i y = _mm256_loadu_si256((const __m256i *)(b->odd + m + j + 8 * u));
        re[u] = _mm256_add_epi32(re[u], _mm256_madd_epi16(x, t0));
        im[u] = _mm256_add_epi32(im[u], _mm256_madd_epi16(x, t2));
        re[u] = _mm256_add_epi32(re[u], _mm256_madd_epi16(y, t1));
        im[u] = _mm256_add_epi32(im[u], _mm256_madd_epi16(y, t3));
      }
    }
    for (int u = 0; u < 4; u++) {
      __m256 a = _mm256_cvtepi32_ps(re[u]), c = _mm256_cvtepi32_ps(im[u]);
      __m256 p = _mm256_fmadd_ps(a, a, _mm256_mul_ps(c, c));
      _mm256_store_ps(b->power + m + 8 * u, _mm256_mul_ps(p, _mm256_set1_ps(b->scale)));
    }
  }
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,fma"))) static void coarse_vnni(
  peer_best *b, const int16_t *frame) {
  const __m512i pick = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i next = _mm512_add_epi32(pick, _mm512_set1_epi32(1));
  int32_t i = 0;
  for (; i + 64 <= b->samples; i += 64) {
    __m512i a = _mm512_loadu_si512(frame + i), c = _mm512_loadu_si512(frame + i + 32);
    _mm512_store_si512(b->even + i / 4, _mm512_permutex2var_epi32(a, pick, c));
    _mm512_store_si512(b->odd + i / 4, _mm512_permutex2var_epi32(a, next, c));
  }
  for (; i + 4 <= b->samples; i += 4) {
    memcpy(b->even + i / 4, frame + i, 4);
    memcpy(b->odd + i / 4, frame + i + 2, 4);
  }
  for (int32_t m = 0; m < b->groups; m += 64) {
    __m512i re[4] = {}, im[4] = {};
    for (int32_t j = 0; j < b->tap_groups; j++) {
      __m512i t0 = _mm512_set1_epi32(b->taps[j][0]), t1 = _mm512_set1_epi32(b->taps[j][1]);
      __m512i t2 = _mm512_set1_epi32(b->taps[j][2]), t3 = _mm512_set1_epi32(b->taps[j][3]);
#pragma clang loop unroll(full)
      for (int u = 0; u < 4; u++) {
        __m512i x = _mm512_loadu_si512(b->even + m + j + 16 * u);
        __m512i y = _mm512_loadu_si512(b->odd + m + j + 16 * u);
        re[u] = _mm512_dpwssd_epi32(re[u], x, t0);
        im[u] = _mm512_dpwssd_epi32(im[u], x, t2);
        re[u] = _mm512_dpwssd_epi32(re[u], y, t1);
        im[u] = _mm512_dpwssd_epi32(im[u], y, t3);
      }
    }
    for (int u = 0; u < 4; u++) {
      __m512 a = _mm512_cvtepi32_ps(re[u]), c = _mm512_cvtepi32_ps(im[u]);
      __m512 p = _mm512_fmadd_ps(a, a, _mm512_mul_ps(c, c));
      _mm512_store_ps(b->power + m + 16 * u, _mm512_mul_ps(p, _mm512_set1_ps(b->scale)));
    }
  }
}

// The median by the upper half of the pattern's bits; the count of those below is the compiler's
// business, which makes vectors of it.
static float median16(peer_best *b, int32_t left, int32_t right) {
  if (left < 0) left = 0;
  if (right > b->groups) right = b->groups;
  const int32_t *bits = (const int32_t *)(const void *)b->power;
  int16_t *room = b->room;
  int32_t kept = left;
  for (int32_t i = 0; i < left; i++) room[i] = (int16_t)(bits[i] >> 16);
  for (int32_t i = right; i < b->groups; i++) room[kept++] = (int16_t)(bits[i] >> 16);
  int32_t whole = (kept + 63) / 64 * 64;
  for (int32_t i = kept; i < whole; i++) room[i] = INT16_MAX;
  int32_t found = 0;
  for (int32_t bit = 1 << 14; bit >= 1; bit >>= 1) {
    int16_t trial = (int16_t)(found | bit);
    int16_t below = 0;
    for (int32_t i = 0; i < whole; i++) below += room[i] < trial;
    if (below <= kept / 2) found |= bit;
  }
  uint32_t pattern = (uint32_t)found << 16 | 0x8000;
  float median;
  memcpy(&median, &pattern, 4);
  return median;
}

peer_estimate peer_best_run(peer_best *b, int32_t level, const int16_t *frame) {
  if (level > 0) coarse_vnni(b, frame);
  else coarse_avx2(b, frame);
  float most = 0;
  for (int32_t m = 0; m < b->groups; m++) most = b->power[m] > most ? b->power[m] : most;
  int32_t best = 0;
  while (best < b->groups - 1 && b->power[best] != most) best++;
  int32_t reach = (2 * b->filter.half + 3) / 4;
  float median = median16(b, best - reach, best + reach + 1);
  int32_t start = 4 * best - 8, last = b->samples - 2 * b->filter.half - 16;
  start = start < 0 ? 0 : start > last ? last : start;
  float *line = b->line, power[16], re[16] = {}, im[16] = {};
  for (int32_t i = 0; i < 2 * b->filter.half + 16; i++) line[i] = frame[start + i];
  for (int32_t k = 0; k <= 2 * b->filter.half; k++) {
    for (int32_t i = 0; i < 16; i++) {
      re[i] += line[k + i] * b->filter.real[k];
      im[i] += line[k + i] * b->filter.imaginary[k];
    }
  }
  int32_t top = 1;
  for (int32_t i = 0; i < 16; i++) {
    power[i] = re[i] * re[i] + im[i] * im[i];
    if (power[i] > power[top] && i < 15) top = i;
  }
  return peak_estimate(&b->filter, power, top, start + top, 16, median);
}
