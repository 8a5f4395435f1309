import Fuzzer

try fuzz(.storedRuns)
