import SystemPackage

/// A small real run, of `cost` and `trap`, that tests take to pieces.
public enum SmallRun {
  public static let path = FilePath(#filePath).removingLastComponent().appending("Fixtures").appending(
    "small-run")
}
