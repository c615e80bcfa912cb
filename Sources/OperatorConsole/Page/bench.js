// The bench as the page knows it: the server's state in the page's terms, what is stale marked.
//
// The only place that knows the shape of the contract (`openapi.yaml`); panels and plots read this.
// Nothing here holds a number that the server did not give: what is absent is NaN, null or empty.

import { unknown } from "./figures.js";
import { unknownAfterMs } from "./link.js";
import { beamCurve } from "./beam.js";

const number = (value) => (typeof value === "number" ? value : Number.NaN);
const text = (value) => (value === null || value === undefined ? "" : String(value));

export class Bench {
  isLive = false;
  /** Milliseconds since the newest state was made. */
  ageMs = Infinity;
  sequence = -1;
  /** The server's wall clock when it made the state, ms. */
  serverMs = Number.NaN;
  /** The server's monotonic clock, s. */
  seconds = Number.NaN;
  connection = unknown;
  deviceText = unknown;
  specText = unknown;
  recordingText = unknown;
  isSimulated = false;
  isSearching = false;
  armedForMs = Number.NaN;
  /** `faulted`, `locked`, `armed`, `enabled`; `unknown` when it is not known. */
  state = "unknown";
  checks = [];
  fault = null;
  stop = { isActive: false, id: "", by: "" };
  control = { isHeld: false, holder: "" };
  fit = null;
  sweep = [];
  newPoints = [];
  signal = noSignal;
  handle = noHandle;
  needle = noNeedle;
  limits = {
    unknownMs: unknownAfterMs, throwMM: 12, peakDropDB: Number.NaN, amplitudeFloorDB: Number.NaN,
    distanceMinMM: Number.NaN, distanceMaxMM: Number.NaN, armingMs: Number.NaN,
  };
  #told = "unknown";
  #guidance = null;

  /** Whether the link can be believed, and how old everything is by now. */
  look(link) {
    this.isLive = link.isLive;
    this.ageMs = link.age;
    this.state = link.isLive ? this.#told : "unknown";
    this.#grow();
  }

  /** What to do now: nothing but in a search, knowing where the handle is, with no stop pressed. */
  get guidance() {
    if (this.stop.isActive) return { ...noGuidance, words: "none while stopped" };
    if (!this.isSearching) {
      return { ...noGuidance, words: this.fit ? "search finished" : "begin a search" };
    }
    if (!this.handle.isFresh) return { ...noGuidance, words: unknown };
    return this.#guidance ?? { ...noGuidance, words: "working it out" };
  }

  /** What the console's readback says of the drive, and no flag of anybody's wish. */
  get driveText() {
    if (!this.isLive || !this.needle.isFresh || this.needle.isDriven === null) {
      return `The drive is ${unknown}.`;
    }
    return this.needle.isDriven ? "The drive reads ON." : "The drive reads off.";
  }

  // Each part was of some age when its state was made, and has grown older since.
  #grow() {
    for (const part of [this.signal, this.handle, this.needle]) {
      part.ageMs = part.madeAtAgeMs + this.ageMs;
      part.isFresh = part.ageMs <= this.limits.unknownMs;
    }
    const { fit, handle } = this;
    if (!fit) return;
    fit.ageMs = fit.madeAtAgeMs + this.ageMs;
    fit.rollToGoDeg = handle.isFresh ? fit.rollDeg - handle.rollDeg : Number.NaN;
    fit.levelToGoMM = handle.isFresh ? fit.levelMM - handle.levelMM : Number.NaN;
  }

  /** How far the peak is under the running maximum, dB. */
  get belowMaximumDB() {
    return this.signal.isFresh ? this.signal.maximumDB - this.signal.peakDB : Number.NaN;
  }

  /** Takes a state of the server. */
  take(state) {
    this.sequence = state.sequence;
    this.serverMs = number(state.time?.unixMs);
    this.seconds = number(state.time?.monotonicMs) / 1000;
    this.connection = connectionOf(state.connection);
    this.isSimulated = state.device?.simulated === true;
    this.#takeDevice(state);
    this.#takeInterlock(state.interlock);
    this.#takeLimits(state.limits);
    this.stop = {
      isActive: state.stop?.active === true, id: text(state.stop?.id), by: text(state.stop?.by),
    };
    this.control = {
      isHeld: state.control?.held === true, holder: text(state.control?.holder),
    };
    this.#takeSignal(state.signal);
    this.#takeNeedle(state.needle);
    this.#takeSearch(state);
    this.ageMs = 0;
    this.#grow();
    this.newPoints = (state.track ?? []).map((point) => ({
      seconds: number(point.monotonicMs) / 1000, peakDB: number(point.amplitudeDB),
      maximumDB: number(point.maximumDB), distanceMM: number(point.distanceMM),
    }));
  }

  #takeDevice({ device, recording }) {
    this.deviceText = device?.serial
      ? `${device.serial}${device.simulated ? " (simulated)" : ""}, firmware `
        + text(device.firmware)
      : "none";
    this.specText = device?.specHash ? text(device.specHash).slice(0, 12) : "none";
    this.recordingText = recording ? text(recording.state) : unknown;
  }

  #takeInterlock(interlock) {
    this.#told = interlock?.state ?? "unknown";
    this.state = this.#told;
    this.armedForMs = number(interlock?.armedForMs);
    this.checks = (interlock?.checks ?? []).map((check) => ({
      id: check.id, title: text(check.title) || check.id, kind: text(check.kind),
      verdict: check.state, value: text(check.value) || unknown, limit: text(check.limit),
      remedy: text(check.remedy),
    }));
    const fault = interlock?.fault;
    this.fault = fault
      ? {
        id: fault.id, value: text(fault.value), limit: text(fault.limit),
        remedy: text(fault.remedy),
      } : null;
  }

  #takeLimits(limits) {
    if (!limits) return;
    this.limits = {
      unknownMs: number(limits.unknownAfterMs) || unknownAfterMs,
      throwMM: number(limits.needleThrowMM), peakDropDB: number(limits.peakDropDB),
      amplitudeFloorDB: number(limits.amplitudeFloorDB),
      distanceMinMM: number(limits.distanceMinMM), distanceMaxMM: number(limits.distanceMaxMM),
      armingMs: number(limits.armingExpiresMs),
    };
  }

  #takeSignal(signal) {
    if (!signal) {
      this.signal = noSignal;
      return;
    }
    this.signal = {
      madeAtAgeMs: number(signal.ageMs),
      samples: signal.samples ?? [], envelope: signal.envelope ?? [],
      startNS: number(signal.startNS), sampleNS: number(signal.sampleNS),
      fullScale: number(signal.fullScale) || 8192,
      gateStartNS: number(signal.gateStartNS), gateEndNS: number(signal.gateEndNS),
      timeOfFlightNS: number(signal.timeOfFlightNS), peakDB: number(signal.amplitudeDB),
      maximumDB: number(signal.maximumDB), snrDB: number(signal.snrDB),
      distanceMM: number(signal.distanceMM),
    };
  }

  #takeNeedle(needle) {
    if (!needle) {
      this.needle = noNeedle;
      return;
    }
    this.needle = {
      madeAtAgeMs: number(needle.ageMs), depthMM: number(needle.depthMM),
      isDriven: typeof needle.driveOn === "boolean" ? needle.driveOn : null,
      leaseMs: number(needle.leaseMs), targetMM: number(needle.targetMM),
      progress: text(needle.progress),
      isSwitchHeld: typeof needle.switchHeld === "boolean" ? needle.switchHeld : null,
    };
  }

  #takeSearch({ handle, guidance, fit, sweep, searching }) {
    this.handle = handle
      ? {
        rollDeg: number(handle.rollDeg), levelMM: number(handle.levelMM),
        isMoving: handle.moving === true, madeAtAgeMs: number(handle.ageMs),
      } : noHandle;
    this.isSearching = searching === true;
    this.#guidance = guidance
      ? {
        words: text(guidance.words), phase: text(guidance.phase),
        rotateDeg: guidance.rotateDeg ?? 0, rotateDegPerS: guidance.rotateDegPerS,
        moveMM: guidance.moveMM ?? 0, moveMMPerS: guidance.moveMMPerS,
        key: text(guidance.id), overtakes: guidance.overtakes === true,
      } : null;
    this.sweep = (sweep ?? []).map((sample) => ({
      rollDeg: sample.rollDeg, levelMM: sample.levelMM, peakDB: sample.amplitudeDB,
    }));
    this.fit = fit ? fitOf(fit) : null;
  }
}

/** Why there is no connection belongs to the word that there is none. */
function connectionOf(connection) {
  const state = text(connection?.state) || unknown;
  if (!connection?.error) return state;
  return `${state}: ${connection.error}${connection.remedy ? ` → ${connection.remedy}` : ""}`;
}

function fitOf(fit) {
  const result = {
    madeAtAgeMs: number(fit.ageMs),
    rollDeg: number(fit.rollDeg), sigmaRollDeg: number(fit.sigmaRollDeg),
    levelMM: number(fit.levelMM), sigmaLevelMM: number(fit.sigmaLevelMM),
    distanceMM: number(fit.distanceMM), sigmaDistanceMM: number(fit.sigmaDistanceMM),
    peakDB: number(fit.amplitudeDB), cuesAgree: fit.cuesAgree === true,
  };
  result.rollCurve = beamCurve(result.rollDeg, result.peakDB, number(fit.rollHalfWidthDeg));
  result.levelCurve = beamCurve(result.levelMM, result.peakDB, number(fit.levelHalfWidthMM));
  return result;
}

const noGuidance = {
  words: unknown, phase: "", rotateDeg: 0, moveMM: 0, key: "", overtakes: false,
};
const noHandle = {
  rollDeg: Number.NaN, levelMM: Number.NaN, isMoving: false, madeAtAgeMs: Number.NaN,
  ageMs: Number.NaN, isFresh: false,
};
const noSignal = {
  madeAtAgeMs: Number.NaN, ageMs: Number.NaN, isFresh: false,
  samples: [], envelope: [], startNS: 0, sampleNS: 1,
  fullScale: 8192, gateStartNS: Number.NaN, gateEndNS: Number.NaN, timeOfFlightNS: Number.NaN,
  peakDB: Number.NaN, maximumDB: Number.NaN, snrDB: Number.NaN, distanceMM: Number.NaN,
};
const noNeedle = {
  madeAtAgeMs: Number.NaN, ageMs: Number.NaN, isFresh: false,
  depthMM: Number.NaN, isDriven: null, leaseMs: Number.NaN,
  targetMM: Number.NaN, progress: "", isSwitchHeld: null,
};
