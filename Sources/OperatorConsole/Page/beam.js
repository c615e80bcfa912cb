// The fitted curve, for drawing over the samples that it was fitted to.
//
// The main lobe of the emitter's line aperture, sinc(u · 0.60335), which is one half at u = 1: the
// shape that the fit itself uses. Far field of a uniform aperture.

const halfAmplitude = 0.60335;

/**
 * Points of the main lobe: `[position, dB]`, 1.4 half widths to each side, as far as is fitted.
 * @param halfWidth at -6 dB, in the units of `centre`; no points if it is unknown.
 */
export function beamCurve(centre, peakDB, halfWidth) {
  const points = [];
  if (!(halfWidth > 0) || !Number.isFinite(centre) || !Number.isFinite(peakDB)) return points;
  for (let step = -28; step <= 28; step += 1) {
    const offset = step / 20;
    const x = Math.PI * halfAmplitude * offset;
    const shape = step === 0 ? 1 : Math.sin(x) / x;
    points.push([centre + offset * halfWidth, peakDB + 20 * Math.log10(Math.abs(shape))]);
  }
  return points;
}
