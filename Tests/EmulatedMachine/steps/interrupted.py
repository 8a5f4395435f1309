"""Steps in which runs end before their time."""

import os

# Of a run that writes registers, of its guardian, and of both.
KILLS = int(os.environ.get("SPLITBENCH_KILLS") or 6)
KILLED = {"kills": f"kills {KILLS}"}

# A CPU that goes in the middle of a run.
GONE = 3
ONLINE = f"/sys/devices/system/cpu/cpu{GONE}/online"
MID_RUN = {
    "mid-run": f"splitbench run --only cost --cpu 0,{GONE} --placement aligned --instruction add,load"
               " --rounds 10000 --quiet --out /results/mid-run >/dev/null & run=$!;"
               " while [ ! -s /results/mid-run/*/cost.csv ]; do sleep 0.2; done; sleep 2;"
               f" echo 0 >{ONLINE}; wait $run; echo $?; echo 1 >{ONLINE}",
}
