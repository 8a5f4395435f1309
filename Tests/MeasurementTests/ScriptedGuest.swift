@testable import Guest

/// Single split locks of a guest, as KVM would have them end.
enum ScriptedGuest {
  static func report(
    _ end: GuestTrip.End = .ready, fault: GuestFault? = nil, nanoseconds: UInt64 = 80_000,
    slept: Bool = false,
    counted: UInt64? = nil
  ) -> GuestReport {
    var trip = GuestTrip()
    (trip.end, trip.nanoseconds, trip.slept) = (end, nanoseconds, slept)
    return GuestReport(
      trip: trip, values: [0, 0, 0, 0], fault: fault, counted: counted ?? (fault == nil ? 1 : 0))
  }

  /// The first of them took long, without a sleep that this Linux knows of.
  static func reports(held: Int, of count: Int) -> [GuestReport] {
    (0..<count).map { report(nanoseconds: $0 < held ? 10_400_000 : 80_000) }
  }

  static func fault(_ vector: Int, dr6: UInt64 = 0xFFFF_0FF0, side: GuestFault.Side = .at) -> GuestFault {
    GuestFault(vector: vector, errorCode: 0, side: side, cpl: 3, dr6: dr6)
  }
}
