import SystemPackage
import Testing

/// A disk that fails, or that says something else than before: the tool's calls of `pread` go through a library that
/// does so for one byte of the image.
///
/// libext2fs reads through ext2walk, and a read that it asked for has a function of its own among the callers: what one of
/// them is told can be hidden from the other.
struct LyingDevice {
  enum Lie: String {
    /// ext2walk's reads of this byte fail with EIO.
    case fails
    /// ext2walk's third, fifth, … reads of this byte give another one.
    case changes
    /// libext2fs' reads of this byte give another one.
    case misleadsLibext2fs
    /// The first read of this byte fails with ENODEV, and every other read behind it.
    case vanishes
    /// ext2walk's reads give 100 bytes at most.
    case readsShort
    /// The file ends before this byte as soon as it is read.
    case truncates
    /// There are no files in memory.
    case hasNoMemoryFiles
  }

  private let directory: ScratchDirectory
  private var library: String { directory.path.appending("lie.so").string }

  init() async throws {
    directory = try ScratchDirectory()
    let source = directory.path.appending("lie.c")
    try writeFile(source, Array(Self.source.utf8))
    let built = try await Command.run(
      "cc", ["-shared", "-fPIC", "-O1", "-o", library, source.string, "-ldl"])
    try #require(built.status == 0, "\(built.messages)")
  }

  /// Runs the tool on an image that lies about the byte at `position`.
  func run(
    _ arguments: [String], _ image: String, _ lie: Lie, at position: Int = -1
  ) async throws -> Finished {
    try await Command.ext2walk(arguments + [image], environment: environment(lie, at: position))
  }

  /// Verifies an image that lies about the byte at `position`.
  func verify(_ image: ScratchImage, _ lie: Lie, at position: Int) async throws -> VerifiedImage {
    try await VerifiedImage.verify(image.path.string, environment: environment(lie, at: position))
  }

  /// How many reads have failed by `fails` so far.
  var failureCount: Int { (try? readFile(failures).count) ?? 0 }

  private var failures: FilePath { directory.path.appending("failures") }

  private func environment(_ lie: Lie, at position: Int) -> [String: String] {
    [
      "LD_PRELOAD": library, "LIE_ABOUT": "\(position)", "LIE": lie.rawValue,
      "LIE_FAILURES": failures.string,
    ]
  }

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <execinfo.h>
    #include <fcntl.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>

    typedef ssize_t (*reader)(int, void *, size_t, off_t);

    /* Whether libext2fs is not among the callers. */
    static int comes_from_us(void) {
      void *callers[128];
      Dl_info place;
      for (int index = backtrace(callers, 128) - 1; index >= 0; index--)
        if (dladdr(callers[index], &place) && place.dli_fname && strstr(place.dli_fname, "libext2fs.so")) return 0;
      return 1;
    }

    static ssize_t read_by(const char *name, int file, void *bytes, size_t count, off_t at) {
      static int turn, has_vanished;
      reader real = (reader)dlsym(RTLD_NEXT, name);
      const char *lie = getenv("LIE");
      long about = atol(getenv("LIE_ABOUT") ? getenv("LIE_ABOUT") : "-1");
      if (lie && has_vanished) { errno = ENODEV; return -1; }
      if (lie && !strcmp(lie, "readsShort") && count > 100 && comes_from_us()) count = 100;
      ssize_t done = real(file, bytes, count, at);
      if (!lie || about < at || about >= at + done) return done;
      int lies = 0, is_ours = comes_from_us();
      if (is_ours && !strcmp(lie, "fails")) {
        int failures = open(getenv("LIE_FAILURES"), O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (write(failures, "x", 1) < 0) abort();
        close(failures);
        errno = EIO;
        return -1;
      }
      if (is_ours && !strcmp(lie, "vanishes")) { has_vanished = 1; errno = ENODEV; return -1; }
      if (is_ours && !strcmp(lie, "truncates")) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        return truncate(path, about) ? -1 : real(file, bytes, count, at);
      }
      if (is_ours && !strcmp(lie, "changes")) { turn++; lies = turn > 2 && turn % 2 == 1; }
      if (!is_ours && !strcmp(lie, "misleadsLibext2fs")) lies = 1;
      if (lies) ((char *)bytes)[about - at] ^= 1;
      return done;
    }

    int memfd_create(const char *name, unsigned int flags) {
      static int (*real)(const char *, unsigned int);
      const char *lie = getenv("LIE");
      if (lie && !strcmp(lie, "hasNoMemoryFiles")) { errno = ENOSYS; return -1; }
      if (!real) real = (int (*)(const char *, unsigned int))dlsym(RTLD_NEXT, "memfd_create");
      return real(name, flags);
    }

    ssize_t pread(int file, void *bytes, size_t count, off_t at) {
      return read_by("pread", file, bytes, count, at);
    }

    ssize_t pread64(int file, void *bytes, size_t count, off64_t at) {
      return read_by("pread64", file, bytes, count, at);
    }
    """
}
