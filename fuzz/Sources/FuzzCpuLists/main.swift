import Fuzzer

try fuzz(.cpuLists)
