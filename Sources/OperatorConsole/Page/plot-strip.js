// Peak and distance over the last half minute, with the limits that the interlock holds them to.

import { figure, unknown, write } from "./figures.js";
import { Axes, Sheet, colours } from "./sheet.js";

export class StripPlot {
  #sheet = new Sheet(document.getElementById("plot-strip"));
  #text = document.getElementById("plot-strip-text");

  /**
   * @param {import("./bench.js").Bench} bench
   * @param {import("./history.js").History} history
   */
  draw(bench, history) {
    const sheet = this.#sheet;
    const isStale = !bench.isLive || !bench.signal.isFresh;
    const { limits } = bench;
    write(this.#text, isStale ? "The chart is out of date." :
      `Solid: peak. Dashed: running maximum ${figure(bench.signal.maximumDB, "dB")}; least that is `
      + `let through, ${figure(limits.peakDropDB, "dB")} under it. Dotted: distance `
      + `${figure(bench.signal.distanceMM, "mm", 2)}, let through from `
      + `${figure(limits.distanceMinMM, "mm")} to ${figure(limits.distanceMaxMM, "mm")}.`);
    if (!sheet.isShown) return;
    sheet.begin(isStale);
    const half = Math.round(sheet.height * 0.56);
    const box = { left: 44, right: sheet.width - 8 };
    const time = [-history.seconds, 0];
    const upper = new Axes(sheet, { ...box, top: 18, bottom: half }, time, [0, 80]);
    const lower = new Axes(
      sheet, { ...box, top: half + 16, bottom: sheet.height - 30 }, time, [0, 14]);
    upper.grid(0, 4, "", "dB");
    lower.grid(6, 3, "s", "mm");
    const peak = [], maximum = [], distance = [];
    history.forEach(bench.seconds, (ago, peakDB, maximumDB, distanceMM) => {
      if (Number.isFinite(peakDB)) peak.push([upper.x(-ago), upper.y(clamp(peakDB, 0, 80))]);
      if (Number.isFinite(maximumDB)) {
        maximum.push([upper.x(-ago), upper.y(clamp(maximumDB, 0, 80))]);
      }
      if (Number.isFinite(distanceMM)) {
        distance.push([lower.x(-ago), lower.y(clamp(distanceMM, 0, 14))]);
      }
    });
    sheet.line(maximum, colours.warn, 1.2, [6, 4]);
    sheet.line(peak, colours.info, 1.8);
    sheet.line(distance, colours.good, 1.8, [2, 2]);
    if (Number.isFinite(bench.signal.maximumDB)) {
      upper.level(
        bench.signal.maximumDB - limits.peakDropDB, colours.limit, [2, 4], "least");
    }
    upper.level(limits.amplitudeFloorDB, colours.limit, [2, 4], "floor");
    lower.level(limits.distanceMinMM, colours.limit, [2, 4], "nearest");
    lower.level(limits.distanceMaxMM, colours.limit, [2, 4], "reach");
    if (isStale) sheet.strike(unknown);
  }
}

function clamp(value, low, high) { return Math.min(high, Math.max(low, value)); }
