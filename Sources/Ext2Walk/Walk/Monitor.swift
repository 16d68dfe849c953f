#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// State that several threads share: one at a time has it, and one that finds nothing to do waits for the others.
///
/// The standard library's `Mutex` can't wait. Mirrors `pthread_mutex_t` with a `pthread_cond_t`.
@safe
final class Monitor<State: ~Copyable>: @unchecked Sendable {
  private var state: State
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(_ state: consuming State) {
    self.state = state
    // Neither has attributes to be refused.
    _ = unsafe pthread_mutex_init(mutex, nil)
    _ = unsafe pthread_cond_init(changed, nil)
  }

  deinit {
    _ = unsafe pthread_mutex_destroy(mutex)
    _ = unsafe pthread_cond_destroy(changed)
    unsafe mutex.deallocate()
    unsafe changed.deallocate()
  }

  /// Gives `body` the state, alone.
  func withLock<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body(&state)
  }

  /// Gives `body` the state, alone, again and again until it returns something. In between it waits for ``signal()``.
  func wait<Result>(for body: (inout State) -> Result?) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&state) { return result }
      unsafe pthread_cond_wait(changed, mutex)
    }
  }

  /// Wakes all that wait: the state has changed.
  func signal() {
    unsafe pthread_cond_broadcast(changed)
  }
}

/// A thread of this process.
@safe
struct Thread {
  private let handle: pthread_t

  /// Runs `body` on a thread of its own; nil where the system has none to give.
  init?(_ body: @escaping @Sendable () -> Void) {
    let work = unsafe Unmanaged.passRetained(Work(body))
    var handle = pthread_t()
    // As much as a process' first thread has on most systems: musl gives others very little.
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setstacksize(&attributes, 8 << 20)
    defer { unsafe pthread_attr_destroy(&attributes) }
    let code = unsafe pthread_create(
      &handle, &attributes,
      { work in
        unsafe Unmanaged<Work>.fromOpaque(work.unsafelyUnwrapped).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      unsafe work.release()
      return nil
    }
    self.handle = handle
  }

  /// Waits for its end.
  func join() {
    pthread_join(handle, nil)
  }

  /// How many of them can run at once.
  static var coreCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }
  }
}
