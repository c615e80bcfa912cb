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
      needle.leaseMs > 0 ? `${figure(needle.leaseMs, "ms", 0)} left` : "none", ageMs, limit);
    writeReading(
      element("needle-target"), Number.isFinite(needle.targetMM)
        ? `${figure(needle.targetMM, "mm", 2)}${needle.progress ? `, ${needle.progress}` : ""}`
        : "none", ageMs, limit);
    const depth = bench.isLive && Number.isFinite(needle.depthMM) ? needle.depthMM : 0;
    if (this.#bar.value !== depth) this.#bar.value = depth;
    if (this.#bar.max !== limits.throwMM) this.#bar.max = limits.throwMM;
    // Until the person types a depth, the field follows the measured distance: into the vein.
    const wanted = bench.fit?.distanceMM ?? bench.signal.distanceMM;
    if (!this.#isDepthTheirs && bench.isLive && Number.isFinite(wanted)
      && document.activeElement !== this.#depth) {
      this.#depth.value = wanted.toFixed(1);
    }
  }
}
