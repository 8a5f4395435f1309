import Fuzzer

try fuzz(.journals)
