// How likely is it that kmap_local_range is served? `make simulate`.
//
// Assumptions, all of them: a CPU has 15 slots that can be had. Some are taken when a folio is to be mapped: by the task
// itself, and by interrupts that came in the middle of somebody else's maps. How many is drawn from one of the distributions
// below. A folio of N pages is served if N slots in a row above those are free. Nothing is ever given back in between:
// an attempt either fits or fails, as the proposal's rejected alternative would.

let usableSlots = 15
let attempts = 200_000

/// How deep the stack is when a folio is to be mapped.
struct Nesting {
  let name: String
  let draw: (inout SplitMix) -> Int
}

/// Random numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// Adds one as long as a coin of this weight says so.
func geometric(_ chance: Double, _ generator: inout SplitMix) -> Int {
  var depth = 0
  while depth < usableSlots, Double.random(in: 0..<1, using: &generator) < chance { depth += 1 }
  return depth
}

nonisolated(unsafe) let nestings: [Nesting] = [
  Nesting(name: "none: nobody maps anything") { _ in 0 },
  Nesting(name: "shallow: each level half as likely as the one before") { geometric(0.5, &$0) },
  Nesting(name: "pairs: one copy in progress (2), sometimes two (4)") {
    Int.random(in: 0..<4, using: &$0) == 0 ? 4 : 2
  },
  Nesting(name: "a stack: 2 of a file system, 2 of a device, half the time 2 of an interrupt") {
    4 + (Bool.random(using: &$0) ? 2 : 0)
  },
  Nesting(name: "deep: each level 0.8 as likely as the one before") { geometric(0.8, &$0) },
  Nesting(name: "uniform: 0 to 15 slots taken") { Int.random(in: 0...usableSlots, using: &$0) },
]

@main
struct Simulate {
  static func main() {
    let sizes = [1, 2, 4, 8, 15, 16]
    print(
      "Share of attempts that find N slots free, of \(attempts), with \(usableSlots) slots; N = pages of the folio.\n"
    )
    print("| slots taken before | " + sizes.map { "N=\($0)" }.joined(separator: " | ") + " |")
    print("|---|" + sizes.map { _ in "--:|" }.joined())
    for nesting in nestings {
      var generator = SplitMix(state: 2022)
      var served = [Int](repeating: 0, count: sizes.count)
      for _ in 0..<attempts {
        let free = usableSlots - nesting.draw(&generator)
        for (index, size) in sizes.enumerated() where size <= free { served[index] += 1 }
      }
      let cells = served.map { count in
        let tenths = (count * 1000 + attempts / 2) / attempts
        return "\(tenths / 10).\(tenths % 10) %"
      }
      print("| \(nesting.name) | " + cells.joined(separator: " | ") + " |")
    }
    print(
      """

      With 4 KiB pages N=8 is a 32 KiB folio and N=16 a 64 KiB one. 64 KiB never fits: there are 15 slots, not 16.
      """)
  }
}
