#include "CPeers.h"

#include <complex.h>
#include <fftw3.h>
#include <liquid/liquid.h>
#include <stdlib.h>

struct peer_fftw {
  int32_t samples;
  float *line;
  fftwf_complex *spectrum;
  fftwf_plan there, back;
};

peer_fftw *peer_fftw_make(int32_t samples) {
  peer_fftw *f = malloc(sizeof *f);
  f->samples = samples;
  f->line = fftwf_alloc_real((size_t)samples);
  f->spectrum = fftwf_alloc_complex((size_t)samples / 2 + 1);
  f->there = fftwf_plan_dft_r2c_1d(samples, f->line, f->spectrum, FFTW_MEASURE);
  f->back = fftwf_plan_dft_c2r_1d(samples, f->spectrum, f->line, FFTW_MEASURE);
  for (int32_t i = 0; i < samples; i++) f->line[i] = (float)(i % 7);
  return f;
}

void peer_fftw_run(peer_fftw *f, const int16_t *frame) {
  // No conversion of the samples, no product: the transforms alone.
  (void)frame;
  f->line[0] = 1;
  fftwf_execute(f->there);
  fftwf_execute(f->back);
  // Not normalised: kept from growing without end.
  for (int32_t i = 0; i < 8; i++) f->line[i] = (float)i;
  if (f->line[9] > 1e20f) for (int32_t i = 0; i < f->samples; i++) f->line[i] = (float)(i % 7);
}

struct peer_liquid {
  firfilt_cccf filter;
};

peer_liquid *peer_liquid_make(const peer_filter *filter) {
  peer_liquid *l = malloc(sizeof *l);
  int n = 2 * filter->half + 1;
  float complex taps[n];
  for (int k = 0; k < n; k++) taps[k] = filter->real[n - 1 - k] + I * filter->imaginary[n - 1 - k];
  l->filter = firfilt_cccf_create(taps, (unsigned)n);
  return l;
}

double peer_liquid_run(peer_liquid *l, const int16_t *frame, int32_t samples) {
  float most = 0;
  int32_t at = 0;
  for (int32_t i = 0; i < samples; i++) {
    float complex y;
    firfilt_cccf_push(l->filter, (float)frame[i]);
    firfilt_cccf_execute(l->filter, &y);
    float power = crealf(y) * crealf(y) + cimagf(y) * cimagf(y);
    if (power > most) most = power, at = i;
  }
  return at;
}
