import Fuzzer

try fuzz(.options)
