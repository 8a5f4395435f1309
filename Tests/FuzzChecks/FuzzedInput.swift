/// What a fuzzer feeds: any bytes, of which something must hold. A crash is a fault as well.
public protocol FuzzedInput {
  /// - Returns: what does not hold; nil where all does.
  func fault(in bytes: [UInt8]) throws -> String?
  /// Removes what it made.
  func remove()
}

extension FuzzedInput {
  public func remove() {}
}
