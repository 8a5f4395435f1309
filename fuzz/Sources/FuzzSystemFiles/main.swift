import Fuzzer

try fuzz(.systemFiles)
