import Fuzzer

try fuzz(.logLines)
