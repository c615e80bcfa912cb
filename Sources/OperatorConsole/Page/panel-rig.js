// The handle of a simulated rig. On a real bench these are the person's hands, and the panel is not
// there.

import { post } from "./server.js";
import { signed, unknown, write } from "./figures.js";

const element = (id) => document.getElementById(id);
/** Speeds when the guidance names none. */
const ordinary = { degreesPerSecond: 30, millimetresPerSecond: 2 };

export class RigPanel extends EventTarget {
  #guidance = null;
  #isFollowing = false;
  #done = null;

  /** Events: `refused` (detail: the answer). */
  constructor() {
    super();
    element("turn").addEventListener("click", () => this.#turn(Number(element("turn-by").value)));
    element("move").addEventListener("click", () => this.#move(Number(element("move-by").value)));
    element("still").addEventListener("click", () => {
      this.#follow(false);
      this.#ask("rig/stop-handle");
    });
    element("follow").addEventListener("click", () => this.#follow(!this.#isFollowing));
    // Arrows on the fields' panel, as a hand on the handle.
    element("rig").addEventListener("keydown", (event) => {
      if (event.target instanceof HTMLInputElement) return;
      const steps = {
        ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1],
      };
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault();
      if (step[0] !== 0) this.#turn(step[0]);
      if (step[1] !== 0) this.#move(step[1]);
    });
  }

  /** @param {import("./bench.js").Bench} bench */
  show(bench) {
    element("rig").hidden = !bench.isSimulated;
    // On a real bench the enable switch is under a hand there, and no page can hold it.
    element("hold").hidden = bench.sequence >= 0 && !bench.isSimulated;
    write(element("hold-note"), element("hold").hidden
      ? "Hold the enable switch of the bench. While it is held, Advance or the key V moves the "
        + "needle."
      : "Hold with the pointer, or the key E; letting go ends the drive. While it is held, Advance "
        + "or the key V moves the needle.");
    if (!bench.isSimulated) return;
    const { handle } = bench;
    write(element("rig-position"), bench.isLive && handle.isFresh
      ? `Roll ${signed(handle.rollDeg, "°")}, level ${signed(handle.levelMM, "mm", 2)}, `
        + `${handle.isMoving ? "moving" : "still"}. Arrow keys turn by 1° and move by 0.1 mm.`
      : unknown);
    this.#guidance = bench.guidance;
    if (this.#isFollowing && bench.isLive) this.#doAsGuided(bench);
  }

  /** Ends following, as when the person may be gone. */
  letGo() { this.#follow(false); }

  #follow(isFollowing) {
    this.#isFollowing = isFollowing;
    this.#done = null;
    element("follow").setAttribute("aria-pressed", String(isFollowing));
    write(element("follow"), isFollowing ? "Doing as guided" : "Do as guided");
  }

  /** Each instruction once, as a person would: the next one is due when the handle stands still. */
  #doAsGuided(bench) {
    const { guidance, handle } = bench;
    if (guidance.key === "" || guidance.key === this.#done) return;
    if (handle.isMoving && !guidance.overtakes) return;
    this.#done = guidance.key;
    if (Math.abs(guidance.rotateDeg) > 0) {
      this.#turn(guidance.rotateDeg, guidance.rotateDegPerS);
    }
    if (Math.abs(guidance.moveMM) > 0) this.#move(guidance.moveMM, guidance.moveMMPerS);
  }

  #turn(degrees, speed) {
    if (!Number.isFinite(degrees) || degrees === 0) return;
    this.#ask("rig/turn", { byDeg: degrees, speedDegPerS: speed || ordinary.degreesPerSecond });
  }

  #move(millimetres, speed) {
    if (!Number.isFinite(millimetres) || millimetres === 0) return;
    this.#ask(
      "rig/move", { byMM: millimetres, speedMMPerS: speed || ordinary.millimetresPerSecond });
  }

  async #ask(path, body) {
    const answer = await post(path, body);
    if (!answer.ok) {
      this.#follow(false);
      this.dispatchEvent(new CustomEvent("refused", { detail: answer }));
    }
  }
}
