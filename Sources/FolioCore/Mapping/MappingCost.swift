/// What mapping and unmapping a folio took.
public struct MappingCost: Hashable, Sendable {
  /// System calls that mapped: one a slot, one a run of neighbouring frames, none for permanent addresses.
  public internal(set) var mapCalls = 0
  /// System calls that unmapped: one a slot, one a range.
  public internal(set) var unmapCalls = 0
  /// Time spent mapping.
  public internal(set) var mapNanoseconds: UInt64 = 0
  /// Time spent unmapping.
  public internal(set) var unmapNanoseconds: UInt64 = 0
}
