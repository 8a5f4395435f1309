/// One column of a table: a collection of its fields by row, nil where a field is empty, which means not measured.
public protocol StoredColumn<Element>: RandomAccessCollection, Sendable where Index == Int {
  var name: String { get }
}

extension StoredColumn {
  @inlinable public var startIndex: Int { 0 }
}

/// Integers, 8 bytes a row.
public struct IntegerColumn: StoredColumn {
  public let name: String
  /// `Int.min` stands for nothing; a field cannot hold it.
  @usableFromInline let fields: [Int]

  @inlinable public var endIndex: Int { fields.count }
  @inlinable public subscript(row: Int) -> Int? { fields[row] == .min ? nil : fields[row] }
}

/// Numbers, 8 bytes a row.
public struct NumberColumn: StoredColumn {
  public let name: String
  /// NaN stands for nothing; a field cannot hold it.
  @usableFromInline let fields: [Double]

  @inlinable public var endIndex: Int { fields.count }
  @inlinable public subscript(row: Int) -> Double? { fields[row].isNaN ? nil : fields[row] }
}

/// Booleans, one byte a row.
public struct BooleanColumn: StoredColumn {
  public let name: String
  @usableFromInline let fields: [Bool?]

  @inlinable public var endIndex: Int { fields.count }
  @inlinable public subscript(row: Int) -> Bool? { fields[row] }
}

/// Texts, 4 bytes a row: few different ones stand in many rows.
public struct TextColumn: StoredColumn {
  public let name: String
  /// Which of `texts` stands in each row.
  public let codes: [UInt32]
  /// Every text of the column once, by first appearance; the empty one is nil.
  public let texts: [String?]

  @inlinable public var endIndex: Int { codes.count }
  @inlinable public subscript(row: Int) -> String? { texts[Int(codes[row])] }
}
