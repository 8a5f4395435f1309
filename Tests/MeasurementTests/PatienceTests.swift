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
    let atFirst = patience.isOver()
    pthread_kill(pthread_self(), SIGCONT)
    let behindStop = patience.isOver()
    usleep(1)
    let atLast = patience.isOver()
    #expect([atFirst, behindStop, atLast] == [true, false, true])
  }
}
