import Fuzzer

try fuzz(.scenarios)
