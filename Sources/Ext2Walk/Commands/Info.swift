import ArgumentParser
import ExtDisk
import ExtMount
import ExtVolume
import TextOutput

/// `info`: the file system in one screen, and which kernels can mount it.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what a file system is, and which kernels can mount it.",
    usage: "ext2walk info [OPTIONS] IMAGE",
    discussion: """
      Examples:
        ext2walk info nas.img                  label, features, sizes, state; who can mount it
        ext2walk info --format json nas.img    the same for programs
        ext2walk info disk.img                 the partitions of a whole disk
        sudo ext2walk info /dev/sdb1           of a device

      Where the first superblock is damaged it names the backups that can be read, and what to type. Exit status: \
      0 all well; 1 the file system is damaged as a whole (a superblock gone or wrong, an image cut short), or the \
      disk is; 2 it is no ext2, ext3 or ext4, or can't be opened here; 64 wrong usage.
      """)

  @OptionGroup(title: "Image") var imageOptions: ImageOptions

  @Option(help: "For people, or for programs.")
  var format = OutputFormat.text

  func run() throws {
    try CommandRunner.run(image: imageOptions.imageBytes) { diagnostics in
      let opening = imageOptions.opening
      let examination = ImageExamination(
        imageOptions.imageBytes, at: try opening.location(of: imageOptions.imageBytes),
        partition: opening.partition, options: opening.volumeOptions)
      let report = try examination.report()
      for note in report.notes { diagnostics.note(note) }
      for problem in report.problems { diagnostics.damage(problem) }
      var output = ByteBuffer()
      switch format {
      case .text: output.append(text: InfoText.text(report))
      case .json, .ndjson: InfoJSON.append(report, to: &output)
      }
      try StandardOutput.flush(&output)
      if let shortage = report.shortage { throw shortage }
    }
  }
}
