import SystemPackage

/// The files that the tests were built from.
public enum Repository {
  public static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent()
}
