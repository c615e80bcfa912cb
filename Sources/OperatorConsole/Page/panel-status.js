// The head of the page, the interlock's word, the latched fault: what is so, in words.

import { figure, unknown, write } from "./figures.js";

const element = (id) => document.getElementById(id);

const words = {
  enabled: ["ENABLED", "The gate is open: the needle may move."],
  armed: ["ARMED", "Hold to enable, and the gate opens once every check passes."],
  locked: ["LOCKED", "Healthy, not armed."],
  faulted: ["FAULT", "Latched until it is acknowledged."],
  stopped: ["STOPPED", "The stop is pressed."],
  unknown: [unknown, "What was shown last is not shown any more."],
};

export class StatusPanel {
  /** @param {import("./bench.js").Bench} bench */
  show(bench, operator) {
    const root = document.documentElement;
    const state = bench.stop.isActive && bench.isLive ? "stopped" : bench.state;
    root.dataset.link = bench.isLive ? "live" : "unknown";
    root.dataset.state = state;
    root.dataset.control = controlOf(bench, operator);
    const [word, note] = words[state] ?? words.unknown;
    write(element("state-word"), word);
    write(element("state-note"), this.#note(bench, note, state));
    write(element("fact-link"), bench.isLive ? `live, ${bench.connection}` : this.#lostFor(bench));
    write(element("fact-device"), bench.isLive ? bench.deviceText : unknown);
    write(element("fact-spec"), bench.isLive ? bench.specText : unknown);
    write(element("fact-recording"), bench.isLive ? bench.recordingText : unknown);
    write(element("fact-control"), this.#control(bench, operator));
    this.#showFault(bench);
    this.#showAlert(bench);
  }

  #note(bench, note, state) {
    if (state === "faulted" || state === "stopped") return `${note} ${bench.driveText}`;
    if (state === "armed" && Number.isFinite(bench.armedForMs)) {
      return `${note} Armed for ${figure(Math.floor(bench.armedForMs / 1000), "s", 0)} of `
        + `${figure(bench.limits.armingMs / 1000, "s", 0)}.`;
    }
    return note;
  }

  // In steps of a second, so that what follows it is not in motion all the time.
  #lostFor(bench) {
    return Number.isFinite(bench.ageMs)
      ? `${unknown}: nothing for ${figure(Math.max(1, Math.floor(bench.ageMs / 1000)), "s", 0)}`
      : `${unknown}: nothing came yet`;
  }

  #control(bench, operator) {
    const control = controlOf(bench, operator);
    if (control === "unknown") return unknown;
    if (control === "mine") return "this page";
    return bench.control.isHeld ? `another: ${bench.control.holder}` : "nobody";
  }

  #showFault(bench) {
    const { fault } = bench;
    const isShown = bench.isLive && fault !== null;
    element("fault-banner").hidden = !isShown;
    element("latched-none").hidden = bench.isLive && (isShown || bench.stop.isActive);
    write(element("latched-none"), bench.isLive ? "Nothing is latched." : unknown);
    if (!isShown) return;
    write(element("fault-name"), fault.id);
    write(element("fault-value"), fault.value === "" ? "" : `${fault.value}, limit ${fault.limit}`);
    write(element("fault-remedy"), fault.remedy);
    write(element("acknowledge"), `Acknowledge ${fault.id}`);
  }

  #showAlert(bench) {
    const alert = bench.isLive ? "" : "Link lost: everything on this page is UNKNOWN. "
      + "The stop still asks; use the hard-wired stop if in doubt.";
    write(element("alert"), alert);
  }
}

// The page may have lost control without having heard of it: what the server says counts, and what
// it said is known for as long as it is heard.
function controlOf(bench, operator) {
  if (!bench.isLive) return "unknown";
  return operator.hasControl && bench.control.isHeld ? "mine" : "none";
}
