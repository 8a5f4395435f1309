import Fuzzer

try fuzz(.cellRequests)
