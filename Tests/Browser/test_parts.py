"""The page's modules by themselves, in the browser: what is heard, and what is written."""

from playwright.sync_api import expect


def evaluate(operator, body):
    """What `body` returns, with the page's own modules at hand."""
    operator.open()
    return operator.page.evaluate(f"async () => {{ {body} }}")


def test_cueRisesTowardThePeak(operator):
    pitches = evaluate(operator, """
      const { pitchOf } = await import("/cue.js");
      return [25, 20, 15, 10, 6, 3, 1, 0, -1].map(pitchOf);
    """)
    inner = pitches[1:8]
    assert all(low < high for low, high in zip(inner, inner[1:])), pitches
    # Beyond both ends it stays where it is, and is never silent or shrill.
    assert pitches[0] == pitches[1] and pitches[-1] == pitches[-2]


def test_noCueIsAnAlarmAndNothingSoundsUntilAsked(operator):
    tones = evaluate(operator, """
      const { Cue } = await import("/cue.js");
      const made = [];
      const Voice = window.OscillatorNode;
      window.OscillatorNode = class extends Voice {
        constructor(context, options) { super(context, options); made.push(options); }
      };
      const cue = new Cue();
      cue.follow(3, true);
      cue.alarm("silent");
      const before = made.length;
      cue.alarm(null);
      await cue.turn(true);
      cue.follow(3, true);
      const cues = made.splice(0);
      cue.follow(Number.NaN, true);
      const unknown = made.length;
      cue.alarm("console.estop");
      const alarms = made.splice(0);
      cue.alarm("console.estop");
      const again = made.length;
      await cue.turn(false);
      return { before, cues, unknown, alarms, again };
    """)
    assert tones["before"] == 0
    assert tones["unknown"] == 0
    assert tones["again"] == 0
    assert len(tones["cues"]) == 1
    assert len({tone["frequency"] for tone in tones["alarms"]}) == 2
    assert {tone["type"] for tone in tones["cues"]}.isdisjoint(
        tone["type"] for tone in tones["alarms"])


def test_soundIsOffUntilThePersonTurnsItOn(operator):
    operator.open()
    sound = operator.page.locator("#sound")
    expect(sound).to_have_attribute("aria-pressed", "false")
    sound.click()
    expect(sound).to_have_attribute("aria-pressed", "true")


def test_whatIsNoNumberIsUnknownAndNeverZero(operator):
    texts = evaluate(operator, """
      const { figure, signed, uncertain, age } = await import("/figures.js");
      return [NaN, undefined, null, Infinity, "3"].map((value) => figure(value, "mm"))
        .concat([signed(NaN, "°"), age(NaN), figure(-0.04, "mm"), signed(0.04, "°"),
          signed(-1.25, "mm", 2), uncertain(3, 0.5, "°")]);
    """)
    assert texts[:7] == ["UNKNOWN"] * 7
    assert texts[7:] == ["0.0 mm", "0.0°", "−1.25 mm", "+3.0° ± 0.5"]


def test_oldPartOfALiveStateIsStale(operator):
    """The link lives, but a frame in it is old: its figures are not shown (R29)."""
    told = evaluate(operator, """
      const { Bench } = await import("/bench.js");
      const state = await (await fetch("/api/v1/state")).json();
      const bench = new Bench();
      return [0, 250, 251, 10000, null].map((ageMs) => {
        bench.take({ ...state, signal: { ...state.signal, ageMs, amplitudeDB: 60, maximumDB: 61 },
          handle: { ...state.handle, ageMs } });
        return [bench.signal.isFresh, bench.handle.isFresh, Number.isNaN(bench.belowMaximumDB)];
      });
    """)
    assert told == [[True, True, False]] * 2 + [[False, False, True]] * 3


def test_chartForgetsWhatIsOlderThanItShows(operator):
    kept = evaluate(operator, """
      const { History } = await import("/history.js");
      const history = new History();
      for (let index = 0; index < 5000; index += 1) history.add(index / 30, index, 0, 0);
      history.add(5000 / 30 - 0.5, -1, 0, 0);
      const seen = [];
      history.forEach(5000 / 30, (ago, peak) => seen.push([ago, peak]));
      return seen;
    """)
    assert 800 < len(kept) <= 1200
    assert all(0 <= ago <= 30 for ago, _ in kept)
    assert [peak for _, peak in kept] == sorted(peak for _, peak in kept)
