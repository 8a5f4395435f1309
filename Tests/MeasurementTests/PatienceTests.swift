import CHost
import Glibc
import Testing

@testable import Measurement

@Suite struct PatienceTests {
  @Test func aStopBeginsItAnew() {
    #expect(chost_stops_watch() == 0)
    defer { chost_stops_unwatch() }
    var patience = Patience(seconds: 0)
    usleep(1)
    #expect(patience.isOver)
    pthread_kill(pthread_self(), SIGCONT)
    #expect(!patience.isOver)
    usleep(1)
    #expect(patience.isOver)
  }
}
