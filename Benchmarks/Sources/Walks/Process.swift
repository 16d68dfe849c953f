import Glibc

/// What one run of a program took.
struct Run {
  let milliseconds: Double
  /// Of all its threads, in the system too.
  let processorMilliseconds: Double
  /// The most memory that was resident at once, mapped files included, in bytes.
  let peakByteCount: Int
  let status: Int32
}

/// A program, and what it is given.
struct Program {
  let path: String
  let arguments: [String]

  init(_ path: String, _ arguments: [String]) {
    self.path = path
    self.arguments = arguments
  }

  enum Output {
    case null
    /// Into a pipe, from which this program reads all.
    case pipe
  }

  /// Runs it once, from its start to its end, messages thrown away.
  func run(_ output: Output) -> Run {
    var ends: [Int32] = [-1, -1]
    if output == .pipe, pipe(&ends) != 0 { fail("pipe") }
    let start = ContinuousClock.now
    let child = spawn(ends)
    if output == .pipe {
      close(ends[1])
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while read(ends[0], &buffer, buffer.count) > 0 {}
      close(ends[0])
    }
    var status: Int32 = 0
    var usage = rusage()
    guard wait4(child, &status, 0, &usage) == child else { fail("wait4") }
    let elapsed = (ContinuousClock.now - start).components
    return Run(
      milliseconds: Double(elapsed.seconds) * 1e3 + Double(elapsed.attoseconds) / 1e15,
      processorMilliseconds: milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime),
      peakByteCount: usage.ru_maxrss * 1024, status: status >> 8 & 0xFF)
  }

  private func spawn(_ ends: [Int32]) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if ends[1] >= 0 {
      posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
      posix_spawn_file_actions_addclose(&actions, ends[0])
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var child: pid_t = 0
    let words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    guard posix_spawnp(&child, path, &actions, nil, words, environ) == 0 else { fail(path) }
    return child
  }
}

/// Takes a file out of the page cache, as far as the system lets anybody.
func evict(_ path: String) {
  let file = open(path, O_RDONLY)
  guard file >= 0 else { fail(path) }
  posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
  close(file)
}

func fail(_ what: String) -> Never {
  perror(what)
  exit(2)
}

private func milliseconds(_ time: timeval) -> Double {
  Double(time.tv_sec) * 1e3 + Double(time.tv_usec) / 1e3
}
