import InterlockBench
import SafetyInterlock

/// One closed model of the interlock: the product of the choices that it looks at.
///
/// One model of everything would not close; each slice takes a few dimensions of the stimuli whole
/// and leaves the others good.
struct Slice: ExploredModel {
  var name: String
  var about: String
  var stimuli: [Stimulus]
  var keepsDwell = false
  var defect: Defect?
  /// The invariants to hold; all of them, but with a seeded defect.
  var invariants = Invariant.allCases
  let roots: [(state: InterlockState, path: [Stimulus])]

  init(
    _ name: String, _ about: String, keepsDwell: Bool = false,
    periods: [Stimulus.Period] = [.tick], passings: [Stimulus.Passing] = [.none],
    links: [Stimulus.Link] = [.good], frames: [Stimulus.Frame] = [.live],
    places: [Stimulus.Place] = [.peak], contacts: [Stimulus.Contacts] = [.released, .pressed],
    statuses: [Stimulus.Status] = [.fresh], hosts: [Stimulus.Host] = [.good],
    presses: [Stimulus.Press] = [.nothing, .arm, .disarm, .acknowledge], oneOutAtATime: Bool = false
  ) {
    self.name = name
    self.about = about
    self.keepsDwell = keepsDwell
    var all: [Stimulus] = []
    for period in periods {
      for passing in passings {
        for link in links {
          for frame in frames {
            for place in places {
              for contact in contacts {
                for status in statuses {
                  for host in hosts {
                    for press in presses {
                      all.append(
                        Stimulus(
                          period: period, passing: passing, link: link, frame: frame, place: place,
                          contacts: contact, status: status, host: host, press: press))
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    stimuli = oneOutAtATime ? all.filter { $0.wrongs <= 1 } : all
    roots = Slice.start(keepsDwell: keepsDwell)
  }

  func admits(_ stimulus: Stimulus, in state: InterlockState) -> Bool { state.admits(stimulus) }

  func isOpen(_ state: InterlockState) -> Bool { state.isEnabled }

  func step(
    _ state: InterlockState, _ stimulus: Stimulus
  ) -> (next: InterlockState, violation: Invariant?) {
    let (transition, next) = state.step(stimulus, defect: defect, keepsDwell: keepsDwell)
    for invariant in invariants where !invariant.holds(transition) { return (next, invariant) }
    return (next, nil)
  }

  /// Power-up; and locked after a search that found the maximum, which takes no further part.
  private static func start(
    keepsDwell: Bool
  ) -> [(state: InterlockState, path: [Stimulus])] {
    let first = InterlockState()
    var state = first
    var path: [Stimulus] = []
    func go(_ stimulus: Stimulus, _ count: Int = 1) {
      for _ in 0..<count {
        state = state.step(stimulus, defect: nil, keepsDwell: keepsDwell).next
        path.append(stimulus)
      }
    }
    go(Stimulus(), 2)
    go(Stimulus(press: .acknowledge))
    go(Stimulus(press: .beginSearch))
    for place in Stimulus.Place.allCases { go(Stimulus(place: place), 3) }
    go(Stimulus(), 3)
    go(Stimulus(press: .finishSearch))
    go(Stimulus())
    precondition(state.memory.search.isBracketed && state.machine == .locked)
    return [(first, []), (state, path)]
  }
}

extension Stimulus {
  /// How many members, but for switch, buttons and passing time, are not as usual.
  var wrongs: Int {
    (period == .tick ? 0 : 1) + (link == .good ? 0 : 1) + (frame == .live ? 0 : 1)
      + (place == .peak ? 0 : 1) + (status == .fresh ? 0 : 1) + (host == .good ? 0 : 1)
  }
}
