import SystemPackage

/// A line on stderr that says how far a long job is: nothing for the first second, gone without a trace at the end.
package struct ProgressLine: ~Copyable {
  private let isOn: Bool
  private let start = ContinuousClock.now
  private var last: ContinuousClock.Instant
  private var isShown = false
  /// Asking what time it is takes longer than most steps.
  private var stepsLeft = 0

  private static var firstDelay: Duration { .seconds(1) }
  private static var delay: Duration { .milliseconds(100) }
  private static var stepsPerLook: Int { 64 }

  package init(isOn: Bool) {
    self.isOn = isOn
    last = start + Self.firstDelay - Self.delay
  }

  /// Says what is being done.
  ///
  /// - Parameters:
  ///   - part: how much of all is done, from 0 to 1.
  ///   - what: in words; asked for only where they are shown.
  package mutating func step(part: Double, _ what: () -> String) {
    guard isOn else { return }
    stepsLeft -= 1
    guard stepsLeft < 0 else { return }
    stepsLeft = Self.stepsPerLook
    let now = ContinuousClock.now
    guard now - last >= Self.delay else { return }
    last = now
    if !isShown { Interruption.clearsLine() }
    isShown = true
    let elapsed = now - start
    let seconds = Double(elapsed.components.seconds)
    let left = part > 0.01 ? ", \(Int(seconds / part * (1 - part)) + 1) s left" : ""
    let line = "\(Int(part * 100)) %\(left): \(what())"
    StandardError.write("\r" + line.prefix(max(1, Terminal.width(of: .standardError) - 1)) + "\u{1B}[K")
  }

  /// Takes the line away, so that something else can be written.
  package mutating func clear() {
    takeAway()
    isShown = false
  }

  private func takeAway() {
    guard isShown else { return }
    StandardError.write("\r\u{1B}[K")
    Interruption.clearsNothing()
  }

  deinit {
    takeAway()
  }
}
