// What to do now, in large words, and the figures that it rests on.

import { age, figure, uncertain, unknown, write, writeReading } from "./figures.js";

const element = (id) => document.getElementById(id);
const spokenEveryMs = 1500;

export class GuidancePanel {
  #spoken = "";
  #spokenAt = -Infinity;

  /** @param {import("./bench.js").Bench} bench */
  show(bench) {
    const words = bench.isLive ? bench.guidance.words : unknown;
    element("guide-words").classList.toggle("is-stale", words === unknown);
    write(element("guide-words"), words);
    write(element("guide-note"), bench.isLive ? this.#note(bench) : "");
    this.#speak(words);
    const { signal } = bench;
    const ageMs = bench.isLive ? signal.ageMs : bench.ageMs;
    const limit = bench.limits.unknownMs;
    writeReading(element("figure-peak"), figure(signal.peakDB, "dB"), ageMs, limit);
    writeReading(element("figure-maximum"), figure(signal.maximumDB, "dB"), ageMs, limit);
    writeReading(element("figure-snr"), figure(signal.snrDB, "dB"), ageMs, limit);
    writeReading(element("figure-distance"), figure(signal.distanceMM, "mm", 2), ageMs, limit);
    writeReading(element("figure-age"), figure(signal.ageMs, "ms", 0), ageMs, limit);
  }

  #note(bench) {
    const { fit, guidance } = bench;
    const parts = guidance.phase === "" ? [] : [guidance.phase];
    if (guidance.words === unknown) {
      parts.push(Number.isFinite(bench.handle.ageMs)
        ? `no frame for ${age(bench.handle.ageMs)}` : "no frame");
    }
    if (fit) {
      parts.push(
        `to go: roll ${uncertain(fit.rollToGoDeg, fit.sigmaRollDeg, "°")}, `
        + `level ${uncertain(fit.levelToGoMM, fit.sigmaLevelMM, "mm", 2)}`);
      // What a finished search found is told with its age: nobody fits it again.
      if (!bench.isSearching) parts.push(`fitted ${seconds(fit.ageMs)} ago`);
      else if (bench.handle.isFresh) {
        parts.push(fit.cuesAgree
          ? "amplitude and time of flight agree"
          : "amplitude and time of flight do not agree yet");
      }
    }
    return parts.join(" · ");
  }

  /** To a screen reader no more often than a person can follow. */
  #speak(words) {
    const now = performance.now();
    if (words === this.#spoken || now - this.#spokenAt < spokenEveryMs) return;
    this.#spoken = words;
    this.#spokenAt = now;
    write(element("guide-live"), words);
  }
}

// In whole seconds, so that nothing near it is in motion all the time.
function seconds(milliseconds) { return figure(Math.floor(milliseconds / 1000), "s", 0); }
