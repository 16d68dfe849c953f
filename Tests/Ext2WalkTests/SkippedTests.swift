import SystemPackage
import Testing

@testable import TestSupport

/// What `make test` says of tests that were skipped, by what Swift Testing writes of them.
@Suite struct SkippedTests {
  private func said(_ cases: String) async throws -> Finished {
    let scratch = try ScratchDirectory()
    let results = scratch.path.appending("tests.xml")
    try writeFile(results, Array("<testsuites>\n  <testsuite>\n\(cases)  </testsuite>\n</testsuites>\n".utf8))
    return try await Command.run(projectRoot.appending("Tests/skipped.sh").string, [results.string])
  }

  @Test func eachIsNamedWithItsReason() async throws {
    let finished = try await said(
      """
          <testcase classname="A.B" name="passes()" time="1" />
          <testcase classname="A.B" name="lacks(program:)" time="0">
            <skipped>takes bzip2</skipped>
          </testcase>
          <testcase classname="A.C" name="fails()" time="1">
            <failure message="no" />
          </testcase>
          <testcase classname="A.C" name="mounts()" time="0">
            <skipped />
          </testcase>

      """)
    #expect(finished.status == 0)
    #expect(
      finished.lines == [
        "2 of 4 tests were skipped:", "  A.B/lacks(program:): takes bzip2", "  A.C/mounts(): no reason given",
      ])
  }

  @Test func noneIsSaidToo() async throws {
    let finished = try await said("    <testcase classname=\"A.B\" name=\"passes()\" time=\"1\" />\n")
    #expect(finished.text == "0 of 1 tests were skipped.\n")
  }

  @Test func aRunWithoutTestsFails() async throws {
    #expect(try await said("").status == 1)
  }
}
