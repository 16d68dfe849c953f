// swift-tools-version: 6.2

import PackageDescription

// `make check` sets this: a warning in our own code is an error there, and only there,
// so that a newer compiler's new warning breaks nobody's build.
let warningsAreErrors = Context.environment["EXT2WALK_WARNINGS_AS_ERRORS"] != nil

// Fuzz/run.sh sets this to the path of libFuzzer without a `main`: all targets are built for fuzzing then, so that every
// branch tells libFuzzer that it was taken and AddressSanitizer looks at every access.
let libFuzzer = Context.environment["EXT2WALK_FUZZ"]

let settings: [SwiftSetting] =
  [
    .strictMemorySafety(),
    // Mappings and cursors are tied to the memory they look at by `@_lifetime`. The flag is
    // experimental in name: the Language Steering Group has promised two releases' notice before
    // anything under it changes, and swift-nio and swift-collections stand on the same promise.
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])
  + (libFuzzer == nil ? [] : [.unsafeFlags(["-sanitize=fuzzer,address"])])

let cSettings: [CSetting] =
  [.enableWarning("all"), .enableWarning("extra")]
  + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])
  + (libFuzzer == nil ? [] : [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])])

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let fuzzing: [Target] =
  libFuzzer.map { libFuzzer in
    [
      .executableTarget(
        name: "Fuzz",
        dependencies: [
          "Basics",
          "ExtCheck",
          "ExtDisk",
          "ExtMount",
          "ExtVolume",
          "FolioCore",
          "TextOutput",
          system,
        ],
        path: "Fuzz/Sources",
        swiftSettings: settings + [
          .enableExperimentalFeature("Extern"), .unsafeFlags(["-parse-as-library"]),
        ],
        linkerSettings: [.unsafeFlags(["-sanitize=address", libFuzzer, "-lstdc++"])])
    ]
  } ?? []

// `make docs` sets this: nobody else needs the plugin that makes documentation.
let documentation: [Package.Dependency] =
  Context.environment["EXT2WALK_DOCC"] != nil
  ? [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.4.0")] : []

func tests(of target: String, using others: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .testTarget(
    name: target + "Tests",
    dependencies: [.byName(name: target)] + others,
    exclude: exclude,
    swiftSettings: settings)
}

let package = Package(
  name: "ext2walk",
  products: [
    .executable(name: "ext2walk", targets: ["Ext2Walk"]),
    .library(name: "FolioCore", targets: ["FolioCore"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
  ] + documentation,
  targets: [
    .systemLibrary(
      name: "CExt2fs",
      pkgConfig: "ext2fs",
      providers: [
        .apt(["libext2fs-dev"]),
        .yum(["e2fsprogs-devel"]),
        .brew(["e2fsprogs"]),
      ]),
    .target(name: "CSupport", cSettings: cSettings),
    .target(name: "Basics", swiftSettings: settings),
    .target(
      name: "TextOutput",
      dependencies: [
        "Basics",
        "CSupport",
        system,
      ],
      swiftSettings: settings),
    .target(
      name: "FolioCore",
      dependencies: [
        "Basics",
        "CSupport",
        system,
      ],
      swiftSettings: settings),
    .target(
      name: "ExtVolume",
      dependencies: [
        "Basics",
        "CExt2fs",
        "CSupport",
        "FolioCore",
        "TextOutput",
        system,
      ],
      swiftSettings: settings),
    .target(
      name: "ExtDisk",
      dependencies: [
        "Basics",
        "ExtVolume",
        "TextOutput",
        system,
      ],
      swiftSettings: settings),
    .target(
      name: "ExtMount",
      dependencies: [
        "Basics",
        "ExtVolume",
        "FolioCore",
        "TextOutput",
        system,
      ],
      swiftSettings: settings),
    .target(
      name: "ExtCheck",
      dependencies: [
        "Basics",
        "ExtMount",
        "ExtVolume",
        "FolioCore",
        "TextOutput",
        system,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "Ext2Walk",
      dependencies: [
        "Basics",
        "ExtCheck",
        "ExtDisk",
        "ExtMount",
        "ExtVolume",
        "FolioCore",
        "TextOutput",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        system,
      ],
      swiftSettings: settings),
    // What the tests of all targets share: oracles, images made or broken for a test, sources that fail.
    .target(
      name: "TestSupport",
      dependencies: [
        "Basics",
        "CExt2fs",
        "ExtCheck",
        "ExtVolume",
        "FolioCore",
        .product(name: "Subprocess", package: "swift-subprocess"),
        system,
      ],
      path: "Tests/Support",
      swiftSettings: settings),
    tests(of: "CSupport"),
    tests(of: "Basics"),
    tests(of: "TextOutput", using: ["Basics", "TestSupport", system]),
    tests(of: "FolioCore", using: ["Basics", system]),
    tests(of: "ExtVolume", using: ["Basics", "CExt2fs", "FolioCore", "TestSupport", "TextOutput", system]),
    tests(of: "ExtDisk", using: ["Basics", "ExtVolume", "TestSupport", system]),
    tests(of: "ExtMount", using: ["Basics", "ExtVolume", "TestSupport", system]),
    tests(of: "ExtCheck", using: ["Basics", "ExtMount", "ExtVolume", "FolioCore", "TestSupport", system]),
    tests(
      of: "Ext2Walk",
      using: [
        "Basics",
        "ExtCheck",
        "ExtDisk",
        "ExtMount",
        "ExtVolume",
        "FolioCore",
        "TestSupport",
        "TextOutput",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        system,
      ],
      exclude: ["Snapshots"]),
  ] + fuzzing,
  swiftLanguageModes: [.v6]
)
