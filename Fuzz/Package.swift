// swift-tools-version: 6.2

import PackageDescription

// The command's own sources, by links in Sources/, built once more: every branch tells libFuzzer that it was taken, and
// AddressSanitizer looks at every access. A package of its own, since only the root of a build may ask for such flags.
// libFuzzer without its own `main`, which SwiftPM wants to give itself. `make fuzz` says where the toolchain has it.
let libFuzzer = Context.environment["LIBFUZZER"] ?? "libclang_rt.fuzzer_no_main-x86_64.a"
let watched = ["-sanitize=fuzzer,address", "-enable-testing"]

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableExperimentalFeature("Lifetimes"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "Fuzz",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    .systemLibrary(name: "CExt2fs", pkgConfig: "ext2fs"),
    .target(name: "CSupport"),
    .target(name: "Basics", swiftSettings: settings + [.unsafeFlags(watched)]),
    .target(
      name: "TextOutput",
      dependencies: ["Basics", "CSupport", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: settings + [.unsafeFlags(watched)]),
    .target(
      name: "FolioCore",
      dependencies: ["Basics", "CSupport", .product(name: "SystemPackage", package: "swift-system")],
      exclude: ["FolioCore.docc"],
      swiftSettings: settings + [.unsafeFlags(watched)]),
    .target(
      name: "Ext2Walk",
      dependencies: [
        "Basics",
        "CExt2fs",
        "CSupport",
        "FolioCore",
        "TextOutput",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      // libFuzzer brings `main`: the command's own is a function like others.
      swiftSettings: settings + [
        .unsafeFlags(watched + ["-Xfrontend", "-entry-point-function-name", "-Xfrontend", "ext2walk_main"])
      ]),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Basics",
        "CSupport",
        "Ext2Walk",
        "FolioCore",
        "TextOutput",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings + [
        .enableExperimentalFeature("Extern"),
        .unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library"]),
      ],
      linkerSettings: [.unsafeFlags(["-sanitize=address", libFuzzer, "-lstdc++"])]),
  ],
  swiftLanguageModes: [.v6]
)
