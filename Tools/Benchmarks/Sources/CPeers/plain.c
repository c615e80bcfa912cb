#include "CPeers.h"
#include "peak.h"

#include <stdlib.h>

struct peer_plain {
  peer_filter filter;
  int32_t samples;
  float *line, *power;
  uint32_t *room;
};

peer_plain *peer_plain_make(const peer_filter *filter, int32_t samples) {
  peer_plain *p = malloc(sizeof *p);
  p->filter = *filter;
  p->samples = samples;
  p->line = calloc((size_t)samples + 64, sizeof(float));
  p->power = calloc((size_t)samples + 64, sizeof(float));
  p->room = calloc((size_t)samples + 64, sizeof(uint32_t));
  return p;
}

peer_estimate peer_plain_run(peer_plain *p, const int16_t *frame) {
  const int32_t half = p->filter.half, outputs = p->samples - 2 * half;
  for (int32_t i = 0; i < p->samples; i++) p->line[i] = frame[i];
  for (int32_t n = 0; n < outputs; n++) {
    float re = 0, im = 0;
    for (int32_t k = 0; k <= 2 * half; k++) {
      re += p->line[n + k] * p->filter.real[k];
      im += p->line[n + k] * p->filter.imaginary[k];
    }
    p->power[n] = re * re + im * im;
  }
  int32_t best = 0;
  for (int32_t n = 1; n < outputs; n++)
    if (p->power[n] > p->power[best]) best = n;
  float median = peak_median(p->power, outputs, best - 2 * half, best + 2 * half + 1, p->room);
  return peak_estimate(&p->filter, p->power, best, best, outputs, median);
}
