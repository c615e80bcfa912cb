// What is heard: a cue that rises toward the peak, and an alarm that cannot be taken for it.
//
// The cue is short single tones of one voice, 220 to 990 Hz and 2 to 8 a second as the signal nears
// its maximum. The alarm is two voices a tritone apart that swap. Off until
// the person turns it on, as browsers also demand.

const quietest = 220;
const loudest = 990;
/** dB under the maximum at which the cue is lowest. */
const span = 20;

export class Cue {
  #context = null;
  #next = 0;
  #alarmed = null;
  isOn = false;

  /** Must be called from a person's action. */
  async turn(isOn) {
    this.isOn = isOn;
    if (isOn) {
      this.#context ??= new AudioContext();
      await this.#context.resume();
    } else {
      await this.#context?.suspend();
    }
  }

  /** Hears of every state. @param below dB under the running maximum; NaN when unknown. */
  follow(below, isSearching) {
    if (!this.isOn || !isSearching || !Number.isFinite(below)) return;
    const now = this.#context.currentTime;
    if (now < this.#next) return;
    const nearness = nearnessOf(below);
    this.#tone("sine", pitchOf(below), now, 0.07, 0.12);
    this.#next = now + 1 / (2 + 6 * nearness);
  }

  /** Sounds once for each new reason; null when there is none. */
  alarm(reason) {
    if (reason === this.#alarmed) return;
    this.#alarmed = reason;
    if (!this.isOn || reason === null) return;
    const now = this.#context.currentTime;
    for (const [index, pitch] of [196, 277, 196, 277].entries()) {
      this.#tone("square", pitch, now + index * 0.18, 0.16, 0.09);
    }
    this.#next = now + 1;
  }

  #tone(shape, pitch, at, seconds, gain) {
    const voice = new OscillatorNode(this.#context, { type: shape, frequency: pitch });
    const level = new GainNode(this.#context, { gain: 0 });
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(gain, at + 0.01);
    level.gain.linearRampToValueAtTime(0, at + seconds);
    voice.connect(level).connect(this.#context.destination);
    voice.start(at);
    voice.stop(at + seconds);
  }
}

/** 0 far from the maximum, 1 at it. */
export function nearnessOf(below) { return Math.min(1, Math.max(0, 1 - below / span)); }

/** Hertz; rises strictly toward the maximum. */
export function pitchOf(below) {
  return quietest * (loudest / quietest) ** nearnessOf(below);
}
