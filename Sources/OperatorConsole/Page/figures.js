// How numbers and their absence are written. One place, so that no panel invents its own zero.

export const unknown = "UNKNOWN";

const minus = "\u2212";

/** `value` with so many decimals and its unit; UNKNOWN for what is no number. */
export function figure(value, unit = "", decimals = 1) {
  if (!Number.isFinite(value)) return unknown;
  const text = Math.abs(value).toFixed(decimals);
  const sign = value < 0 && Number(text) !== 0 ? minus : "";
  const gap = unit === "" || unit === "°" || unit === "%" ? "" : " ";
  return `${sign}${text}${gap}${unit}`;
}

/** As `figure`, with a plus where it goes up. */
export function signed(value, unit = "", decimals = 1) {
  const text = figure(value, unit, decimals);
  return Number.isFinite(value) && value > 0 && Number(value.toFixed(decimals)) !== 0
    ? `+${text}` : text;
}

/** `value ± sigma`. */
export function uncertain(value, sigma, unit, decimals = 1) {
  const text = signed(value, unit, decimals);
  return Number.isFinite(sigma) ? `${text} ± ${sigma.toFixed(decimals)}` : text;
}

/** An age in words: milliseconds up to a second, seconds above. */
export function age(milliseconds) {
  if (!Number.isFinite(milliseconds)) return unknown;
  return milliseconds < 1000
    ? `${Math.max(0, Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Writes `text` only when it differs: a live region must not speak the same thing again. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Writes a reading: `text` if it is fresh, otherwise UNKNOWN with its age, drawn as stale. */
export function writeReading(element, text, ageMs, limitMs) {
  const isFresh = Number.isFinite(ageMs) && ageMs <= limitMs && text !== unknown;
  element.classList.toggle("is-stale", !isFresh);
  write(element, isFresh || !Number.isFinite(ageMs) || ageMs <= limitMs
    ? text : `${unknown} ${age(ageMs)}`);
}
