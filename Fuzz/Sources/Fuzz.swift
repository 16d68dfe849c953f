#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs libFuzzer, whose arguments are this program's. `FUZZ_TARGET` says what its inputs go to.
@main
enum Fuzz {
  static func main() {
    var (count, arguments) = unsafe (CommandLine.argc, CommandLine.unsafeArgv)
    exit(
      unsafe runLibFuzzer(&count, &arguments) { start, count in
        var input = unsafe Input(Array(UnsafeBufferPointer(start: start, count: count)))
        target(&input)
        return 0
      })
  }
}

@_extern(c, "LLVMFuzzerRunDriver")
private func runLibFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The targets by their names.
private let targets: [String: @Sendable (inout Input) -> Void] = [
  "records": fuzzRecords,
  "hash": fuzzHashNodes,
  "names": fuzzNames,
  "disk": fuzzDisks,
  "image": { images.fuzz(&$0) },
]

private let target: @Sendable (inout Input) -> Void = {
  let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
  guard let target = targets[name] else {
    fatalError("FUZZ_TARGET is one of \(targets.keys.sorted()), not \"\(name)\"")
  }
  return target
}()

private let images = Images()

/// Bytes that libFuzzer made up, taken from the front; zeroes where there are no more.
struct Input {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) {
    self.bytes = bytes[...]
  }

  var isEmpty: Bool { bytes.isEmpty }

  mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number {
    (0..<Number.bitWidth / 8).reduce(0) { $0 | Number(truncatingIfNeeded: byte()) << (8 * $1) }
  }

  /// The next `count` bytes, or all there are.
  mutating func take(_ count: Int) -> [UInt8] {
    defer { bytes = bytes.dropFirst(count) }
    return Array(bytes.prefix(count))
  }

  mutating func rest() -> [UInt8] { take(bytes.count) }
}

/// What must hold whatever the bytes say. libFuzzer keeps the input for which it doesn't.
func expect(_ isSo: Bool, _ words: @autoclosure () -> String) {
  if !isSo { fatalError(words()) }
}
