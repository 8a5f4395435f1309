extension Scenario {
  /// Scenarios that come with the program: one for each claim of the mail, and some of hosts as they are.
  public static let builtIn: [Scenario] = [
    PackageResources.siblings_json, PackageResources.guest_enables_json, PackageResources.guest_disables_json,
    PackageResources.cpus_differ_json, PackageResources.fixed_driver_json, PackageResources.resume_json,
    PackageResources.replaced_cpu_json, PackageResources.noisy_guest_json, PackageResources.legacy_game_json,
    PackageResources.bus_lock_only_json, PackageResources.fleet_json, PackageResources.crowd_json,
  ].map { bytes in
    // A test reads every one of them.
    try! Scenario(json: bytes)
  }
}
