/// The slices of the interlock's model, small ones first.
enum Slices {
  static var quick: [Slice] { [operatorSlice, statuses] }

  /// With the slices that take a minute or two each.
  static var all: [Slice] { quick + [dwell, hosts, switchSlice, frames, searchSlice] }

  /// Slices that have not been seen to close: only by name, and with a limit.
  static var open: [Slice] { [clocksSlice, dwellWithGaps] }

  static var operatorSlice: Slice {
    Slice(
      "operator", "every button, alone and together, with every position of the switch",
      passings: [.none, .dwellNearEnd, .armingNearEnd], frames: [.live, .noSignal],
      contacts: Stimulus.Contacts.allCases, presses: Stimulus.Press.allCases)
  }

  static var switchSlice: Slice {
    Slice(
      "switch", "contacts against a status that is late, old, missing or wrong about the drive",
      periods: [.tick, .late], passings: [.none, .dwellNearEnd],
      contacts: Stimulus.Contacts.allCases,
      statuses: [.fresh, .repeated, .stale, .lineOn, .creeping],
      presses: [.nothing, .arm, .acknowledge])
  }

  static var searchSlice: Slice {
    Slice(
      "search", "searches in every order of places, frames and buttons",
      passings: [.none, .dwellNearEnd], frames: [.live, .noSignal, .clipped],
      places: Stimulus.Place.allCases,
      presses: [.nothing, .arm, .disarm, .acknowledge, .beginSearch, .finishSearch, .everything])
  }

  static var clocksSlice: Slice {
    Slice(
      "clocks", "clocks that jump, run back, sleep, or come late, through all their windows",
      periods: [.tick, .back, .veryLate], passings: [.none, .dwellNearEnd, .lateWindow],
      frames: [.live, .none, .heldUp, .jumped], hosts: [.good, .suspended],
      presses: [.nothing, .arm, .acknowledge], oneOutAtATime: true)
  }

  static var frames: Slice {
    Slice(
      "frames", "everything that can be wrong with a frame, any number of times",
      passings: [.none, .dwellNearEnd],
      frames: Stimulus.Frame.allCases.filter { $0 != .heldUp && $0 != .jumped },
      presses: [.nothing, .arm, .acknowledge])
  }

  static var statuses: Slice {
    Slice(
      "statuses", "everything that can be wrong with the console's status, any number of times",
      passings: [.none, .dwellNearEnd], statuses: Stimulus.Status.allCases,
      presses: [.nothing, .arm, .acknowledge])
  }

  static var hosts: Slice {
    Slice(
      "link and host", "connections, identities, damage and what the host itself lacks",
      passings: [.none, .dwellNearEnd, .integrityWindow], links: Stimulus.Link.allCases,
      hosts: Stimulus.Host.allCases, presses: [.nothing, .arm, .acknowledge], oneOutAtATime: true)
  }

  static var dwell: Slice {
    Slice(
      "dwell", "every dwell, counted frame by frame", keepsDwell: true, frames: [.live, .noSignal],
      presses: [.nothing, .arm, .acknowledge])
  }

  static var dwellWithGaps: Slice {
    Slice(
      "dwell with gaps", "every dwell, frame by frame, with steps in which none comes",
      keepsDwell: true, passings: [.none, .armingNearEnd], frames: [.live, .none, .noSignal])
  }
}
