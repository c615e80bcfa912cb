// The A-line: what the receiver heard after the newest pulse, with envelope, gate and peak.

import { age, figure, unknown, write } from "./figures.js";
import { Axes, Sheet, colours } from "./sheet.js";

export class LinePlot {
  #sheet = new Sheet(document.getElementById("plot-line"));
  #text = document.getElementById("plot-line-text");

  /** @param {import("./bench.js").Bench} bench */
  draw(bench) {
    const sheet = this.#sheet;
    const signal = bench.signal;
    const isStale = !bench.isLive || !signal.isFresh;
    write(this.#text, describe(bench, isStale));
    if (!sheet.isShown) return;
    sheet.begin(isStale);
    const count = signal.samples.length;
    if (count < 2) return sheet.strike("no A-line");
    const full = roundedUp(signal);
    const microseconds = (index) => (signal.startNS + index * signal.sampleNS) / 1000;
    const axes = new Axes(
      sheet, { left: 44, right: sheet.width - 8, top: 18, bottom: sheet.height - 30 },
      [microseconds(0), microseconds(count - 1)], [-full, full]);
    axes.grid(8, 4, "µs", "steps");
    this.#drawGate(axes, signal);
    const trace = [];
    for (let index = 0; index < count; index += 1) {
      trace.push([axes.x(microseconds(index)), axes.y(signal.samples[index])]);
    }
    sheet.line(trace, colours.info, 1);
    const envelope = [];
    for (let index = 0; index < signal.envelope.length; index += 1) {
      envelope.push([axes.x(microseconds(index)), axes.y(signal.envelope[index])]);
    }
    sheet.line(envelope, colours.warn, 1.5);
    if (Number.isFinite(signal.timeOfFlightNS)) {
      const flight = signal.timeOfFlightNS / 1000;
      axes.place(flight, colours.good, [6, 3], `▼ ${figure(flight, "µs", 2)}`);
    }
    if (isStale) sheet.strike(`${unknown}: ${age(bench.isLive ? signal.ageMs : bench.ageMs)} old`);
  }

  #drawGate(axes, signal) {
    if (!(signal.gateEndNS > signal.gateStartNS)) return;
    const { pen } = axes.sheet;
    const from = Math.max(axes.box.left, axes.x(signal.gateStartNS / 1000));
    const to = Math.min(axes.box.right, axes.x(signal.gateEndNS / 1000));
    pen.fillStyle = colours.edge;
    pen.globalAlpha = 0.35;
    pen.fillRect(from, axes.box.top, to - from, axes.box.bottom - axes.box.top);
    pen.globalAlpha = 1;
    axes.sheet.words("gate", from + 4, axes.box.bottom - 5);
  }
}

/** Full scale of the drawing: the power of two above what was heard, within the converter's. */
function roundedUp({ samples, envelope, fullScale }) {
  let top = 128;
  for (const values of [samples, envelope]) {
    for (let index = 0; index < values.length; index += 1) {
      top = Math.max(top, Math.abs(values[index]));
    }
  }
  return Math.min(fullScale, 2 ** Math.ceil(Math.log2(1.1 * top)));
}

function describe(bench, isStale) {
  if (isStale) return "The A-line is out of date.";
  const { timeOfFlightNS, peakDB, gateStartNS, gateEndNS } = bench.signal;
  return `Line: samples. Thick: envelope. Grey: gate ${figure(gateStartNS / 1000, "", 1)} to `
    + `${figure(gateEndNS / 1000, "µs", 1)}. Dashed: time of flight `
    + `${figure(timeOfFlightNS / 1000, "µs", 2)}, peak ${figure(peakDB, "dB")}.`;
}
