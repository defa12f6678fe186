#!/usr/bin/env bash
# Sets up a Slurm of one node from Debian's packages, for tests/cluster/test_slurm.py. Needs root and apt.
#   setup_slurm.sh start FOLDER   install what is missing, write the configuration to FOLDER, start the daemons
#   setup_slurm.sh stop FOLDER    end the daemons that FOLDER's pid files name
set -euo pipefail
command=${1:?start or stop}
folder=$(realpath -m "${2:?a folder for configuration, state and logs}")

stop() {
    for daemon in slurmd slurmctld munged; do
        if [[ -f $folder/$daemon.pid ]]; then
            kill "$(cat "$folder/$daemon.pid")" 2>/dev/null || true
            rm -f "$folder/$daemon.pid"
        fi
    done
}

start() {
    if ! command -v slurmctld slurmd sbatch munged >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            munge slurmctld slurmd slurm-client >/dev/null
    fi
    rm -rf "$folder"/{state,spool}
    mkdir -p "$folder"/{state,spool}
    # Another munge may run on the machine: this one has its own key and socket. munged wants the
    # folder of its socket to be open to nobody else.
    install -d -m 755 "$folder/munge"
    install -m 600 <(head -c 128 /dev/urandom) "$folder/munge/key"
    munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
        --pid-file="$folder/munged.pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
    cat >"$folder/slurm.conf" <<CONF
ClusterName=hairpipe
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
# Neither control groups nor a database: this Slurm only has to run jobs.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
# More processors than the machine may have, so that scheduler, driver and workers find room.
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
KillOnBadExit=0
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=8 RealMemory=4000 State=UNKNOWN
PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    export SLURM_CONF=$folder/slurm.conf
    slurmctld -f "$folder/slurm.conf"
    slurmd -f "$folder/slurm.conf"
    for _ in {1..150}; do
        if [[ $(sinfo --noheader --format=%t 2>/dev/null) == idle ]]; then
            echo "SLURM_CONF=$folder/slurm.conf"
            return
        fi
        sleep 0.2
    done
    echo "the Slurm node did not become idle: $(sinfo --noheader --format='%t %E' 2>&1)" >&2
    tail -n 5 "$folder"/*.log >&2
    stop
    return 1
}

"$command"
