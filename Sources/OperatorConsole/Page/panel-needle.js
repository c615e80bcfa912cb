// Where the needle is, whether the drive is on, and for how much longer.

import { figure, unknown, writeReading } from "./figures.js";

const element = (id) => document.getElementById(id);

export class NeedlePanel {
  #bar = element("needle-bar");
  #depth = element("depth");
  #isDepthTheirs = false;

  constructor() {
    this.#depth.addEventListener("input", () => { this.#isDepthTheirs = true; });
  }

  /** What is asked for, mm. */
  get wantedDepthMM() { return Number(this.#depth.value); }

  /** @param {import("./bench.js").Bench} bench */
  show(bench) {
    const { needle, limits } = bench;
    const ageMs = bench.isLive ? needle.ageMs : bench.ageMs;
    const limit = limits.unknownMs;
    writeReading(element("needle-depth"), figure(needle.depthMM, "mm", 2), ageMs, limit);
    writeReading(
      element("needle-drive"), needle.isDriven === null ? unknown : needle.isDriven ? "ON" : "off",
      ageMs, limit);
    writeReading(
      element("needle-switch"),
      needle.isSwitchHeld === null ? unknown : needle.isSwitchHeld ? "held" : "open", ageMs, limit);
    writeReading(
      element("needle-lease"),
      !needle.isFresh ? unknown
        : needle.leaseMs > 0 ? `${figure(needle.leaseMs, "ms", 0)} left` : "none", ageMs, limit);
    writeReading(
      element("needle-target"), !needle.isFresh ? unknown : Number.isFinite(needle.targetMM)
        ? `${figure(needle.targetMM, "mm", 2)}${needle.progress ? `, ${needle.progress}` : ""}`
        : "none", ageMs, limit);
    this.#showBar(bench.isLive && needle.isFresh ? needle.depthMM : Number.NaN, limits.throwMM);
    // Until the person types a depth, the field follows the measured distance: into the vein.
    const wanted = bench.fit?.distanceMM ?? bench.signal.distanceMM;
    if (!this.#isDepthTheirs && bench.isLive && Number.isFinite(wanted)
      && document.activeElement !== this.#depth) {
      this.#depth.value = wanted.toFixed(1);
    }
  }

  // A depth that is not known is no depth of 0: the bar has no value then.
  #showBar(depthMM, throwMM) {
    const bar = this.#bar;
    if (bar.max !== throwMM) bar.max = throwMM;
    const isKnown = Number.isFinite(depthMM);
    bar.classList.toggle("is-stale", !isKnown);
    if (!isKnown) bar.removeAttribute("value");
    else if (!bar.hasAttribute("value") || bar.value !== depthMM) bar.value = depthMM;
    const text = figure(depthMM, "mm");
    if (bar.ariaValueText !== text) bar.ariaValueText = text;
  }
}
