# Part of Tools/test-usb: what must hold wherever the console is attached. Each function is one check.
# shellcheck shell=bash disable=SC2154
#
# Reads BUNDLE, PEAKGATE, and for the consoles stepped, live and alien NAME_serial, NAME_rig and, on a
# mock of usbfs, NAME_mock.

# on CONSOLE SECONDS COMMAND…: runs the command where that console is attached, for so long at most.
on() {
  local mock=$1_mock limit=$2
  shift 2
  if [[ -n ${!mock-} ]]; then
    # Within `timeout`: that one is no user of USB.
    timeout --kill-after=5 "$limit" \
      env UMOCKDEV_DIR="${!mock}" LD_PRELOAD=libumockdev-preload.so.0 "$@"
  else
    timeout --kill-after=5 "$limit" "$@"
  fi
}

# The transport over real libusb, held to the rules of every transport, and to its own.
check_transport() {
  [[ -n ${stepped_rig-} ]] || fail 'no stepped console'
  local program=("$BUNDLE")
  # The sanitizers want addresses where they know them, not where the newest kernels put them.
  [[ -z ${SANITIZED-} ]] || program=(setarch -R "$BUNDLE")
  local skips=0
  # Where there is one console, the suite of two and its three tests are left out, and listed.
  [[ ${stepped_consoles:=2} == 2 ]] || skips=4
  # The kernel's gadget framework cannot send too much.
  [[ ${PEAKGATE_BUS-} != functionfs ]] || skips=$((skips + 1))
  export PEAKGATE_RIG=$stepped_rig PEAKGATE_CONSOLES=$stepped_consoles
  swift_tests LibUSBTransportTests "$skips" on stepped 900 "${program[@]}"
}

# The stream as fast as the console and the bus can go: `link` fails when a line is missing or damaged.
check_throughput() {
  on live 100 "$PEAKGATE" link --console "$live_serial" --seconds 20 | tee "$reports/link.txt"
  remark "$(grep -E '^(streamed|lines)' "$reports/link.txt" | tr -s ' ' | paste -s -d ';')"
}

# Stock lsusb, which shares no code with us but libusb, understands every descriptor.
check_descriptors() {
  local text=$reports/lsusb.txt
  on live 30 lsusb -v -d 1209:0001 >"$text" 2>"$text.errors"
  cat "$text" "$text.errors"
  local wanted
  for wanted in 'idVendor  *0x1209' 'bNumEndpoints  *3' 'EP 1 OUT' 'EP 1 IN' 'EP 2 IN' \
    "iSerial  *[0-9]* ${live_serial}" 'iProduct  *[0-9]* Peakgate bench console'; do
    grep -Eq "$wanted" "$text" || fail "lsusb shows no '$wanted'"
  done
  ! grep -Ei "couldn't|cannot|can't|unknown|\(error\)|invalid|junk" "$text" "$text.errors" ||
    fail 'lsusb complains about a descriptor'
}

# device CONSOLE [COMMAND…]: what `peakgate devices` says of that console, as one line of JSON.
device() {
  local console=$1 serial=$1_serial
  shift
  on "$console" 60 "$@" "$PEAKGATE" devices --json >"$reports/devices.json"
  # One object a line, whatever the layout of the JSON.
  tr -d '\n' <"$reports/devices.json" | sed 's/}/}\n/g' | grep -F "\"${!serial}\"" || {
    cat "$reports/devices.json" >&2
    fail "peakgate devices does not list ${!serial}"
  }
}

# says LINE KEY PATTERN
says() {
  [[ $1 =~ \"$2\"\ *:\ *\"[^\"]*$3 ]] || fail "devices: $2 does not say '$3': $1"
}

check_ready() {
  says "$(device live)" access ready
}

check_wrong_spec() {
  local line
  line=$(device alien)
  says "$line" access 'wrong spec'
  says "$line" remedy 'specs'
  refuses alien 'link.identity.*specs'
}

# refuses CONSOLE WORD [COMMAND…]: a run on it ends without the drive ever on, and says why.
refuses() {
  local console=$1 word=$2 serial=$1_serial rig=$1_rig results status=0
  shift 2
  results=$(mktemp -d)
  chmod a+rwx "$results"
  on "$console" 120 "$@" "$PEAKGATE" run HardwareSpecs/scenarios/first-crossing.yaml \
    --backend "usb:${!serial}" --rig "${!rig}" --speed real --results "$results/run" \
    >"$reports/refused.$console.txt" 2>&1 || status=$?
  cat "$reports/refused.$console.txt"
  rm -rf "$results"
  ((status != 0 && status != 124)) || fail "a run on $console ended with $status"
  grep -qi -- "$word" "$reports/refused.$console.txt" || fail "a run on $console does not say '$word'"
}

# Whoever may not open the console is told what to do about it, and not that there is none.
check_denied() {
  local line as_nobody=()
  if ((EUID == 0)); then
    as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  fi
  if [[ -n ${live_mock-} ]]; then
    # Those who look must come as far as the device's file, which is closed to them. A listener for
    # uevents makes itself a socket in the folder.
    chmod -R a+rX "$live_mock"
    find "$live_mock/ioctl" -exec chmod a+rw {} +
    chmod a+w "$live_mock"
    find "$live_mock/dev/bus/usb" ! -type d -exec chmod 0 {} +
    trap 'find "$live_mock/dev/bus/usb" ! -type d -exec chmod 0660 {} +' EXIT
  fi
  line=$(device live "${as_nobody[@]}")
  says "$line" access blocked
  says "$line" remedy 'udev'
  refuses live 'udev' "${as_nobody[@]}"
}

# The rules of HardwareSpecs/udev let the group in.
check_group() {
  says "$(device live setpriv --reuid 65534 --regid 65534 --groups plugdev)" access ready
}

# run_scenario NAME [OPTION…]: at the console's own speed, on the live console.
run_scenario() {
  local name=$1 results status=0
  shift
  # Written to memory first: the guest's way to the host's disk is slow, and the run would wait for it.
  results=$(mktemp -d)
  on live 180 "$PEAKGATE" run "HardwareSpecs/scenarios/$name.yaml" "$@" \
    --backend "usb:$live_serial" --rig "$live_rig" --speed real --results "$results/$name" \
    >"$results/output" 2>&1 || status=$?
  cat "$results/output"
  rm -rf "${reports:?}/$name"
  cp -r "$results/$name" "$reports" || fail "no results of $name"
  rm -r "$results"
  return "$status"
}

# The console on USB and the simulated one come to the same verdicts.
check_crossing() {
  local results
  tries first-crossing 1000 1000 1000 500
  results=$(mktemp -d)
  "$PEAKGATE" run HardwareSpecs/scenarios/first-crossing.yaml --speed max --results "$results/simulated"
  verdicts "$results/simulated/result.json" >"$reports/verdicts.simulated"
  rm -r "$results"
  verdicts "$reports/first-crossing/result.json" >"$reports/verdicts.usb"
  [[ -s $reports/verdicts.usb ]] || fail 'no verdict in the results'
  diff "$reports/verdicts.simulated" "$reports/verdicts.usb" || fail 'other verdicts than the simulated console'
  remark "$(grep -c '"what"' "$reports/verdicts.usb") verdicts as on the simulated console; $carried"
}

# verdicts FILE: what was expected of a run, and how it came out; without what was measured.
verdicts() { grep -E '^ *"(what|outcome)"' "$1" | tr -d ' ,'; }

check_unplug() { tries fault-unplug 1000 1000 1000 500; }

# A terminal that is stopped holds up the display, and nothing else.
check_stopped_terminal() {
  local results
  results=$(mktemp -d)
  on live 180 "$tools/usb/stopped-terminal" 20 "$PEAKGATE" run HardwareSpecs/scenarios/first-crossing.yaml \
    --backend "usb:$live_serial" --rig "$live_rig" --speed real --results "$results"
  verdicts "$results/result.json" >"$reports/verdicts.stopped"
  rm -r "$results"
  grep -q passed "$reports/verdicts.stopped" || fail 'no verdict in the results'
}

# tries NAME RATE…: the scenario at each of these pulse rates, until it passes. A mock or an emulated machine is
# late by tens of ms when its host has no idle core, which the interlock must not forgive: shown is at which
# rate, and at which try, the run was carried, and what stopped those before. Leaves that in `carried`.
tries() {
  local name=$1 rate text try=0 before=''
  shift
  for rate in "$@"; do
    try=$((try + 1)) text=$reports/$name.$((try)).txt
    if run_scenario "$name" --pulse-rate "$rate" >"$text" 2>&1; then
      cat "$text"
      carried="passed with $rate pulses a second, try $try of $#$before"
      remark "$carried"
      return
    fi
    before+="; $rate: $(sed -n 's/^.*latched: //p' "$text" | head -n 1)"
  done
  fail "none of $# tries passed$before"
}
check_guest_crossing() { tries first-crossing 1000 1000 1000 1000 500 250; }
check_guest_unplug() { tries fault-unplug 1000 1000 500 250; }
check_usbip_crossing() { tries first-crossing 1000 500 250 250 250 250; }

# The drive stays off, and every line comes whole.
check_stream() { on live 60 "$PEAKGATE" link --seconds 3 --console "$live_serial"; }

# While one program streams from the console, another is told so, and disturbs nothing.
check_busy() {
  local line='' tries=0 driver status=0
  on live 60 "$PEAKGATE" link --seconds 15 --console "$live_serial" >"$reports/busy-link.log" 2>&1 &
  driver=$!
  until [[ $line =~ \"access\"\ *:\ *\"busy\" ]]; do
    tries=$((tries + 1))
    ((tries <= 100)) || fail "never busy in 100 looks: $line"
    kill -0 "$driver" 2>/dev/null || fail "the stream ended before it was seen: $(
      tail -n 1 "$reports/busy-link.log")"
    line=$(device live)
  done
  says "$line" remedy 'peakgate \(process [0-9]+\)'
  wait "$driver" || status=$?
  ((status == 0)) || fail "the stream was disturbed: exit code $status, see busy-link.log"
  remark "seen at look $tries; the stream went on, and came whole"
}

# A kernel that complains has met something on the bus that it does not expect.
check_kernel_log() {
  dmesg >"$reports/dmesg.txt"
  grep -n 'usb\|hcd' "$reports/dmesg.txt" || true
  ! grep -nE 'WARNING:|BUG:|Oops|Call Trace|unable to enumerate|descriptor read.*error' \
    "$reports/dmesg.txt" || fail 'the kernel complains: see dmesg.txt'
}

# The interlock allows 20 ms in 10 s between the clocks of host and console.
clocks() {
  local line
  line=$("$TIMING_PROBE" part 10.0.2.2 "$TIMING_PORT" 60)
  remark "$line"
  [[ $line =~ worst_in_10s_us=([0-9]+)\..*boottime_worst_in_10s_us=([0-9]+)\. ]] ||
    fail "no measurement: $line"
  ((BASH_REMATCH[1] < 20000 && BASH_REMATCH[2] < 20000)) || fail "the clocks part: $line"
}
check_clocks_idle() { clocks; }
check_clocks_loaded() {
  # Not local: the trap reads it after this function has returned.
  load=()
  for _ in 1 2; do
    (while :; do :; done) &
    load+=($!)
  done
  trap 'kill "${load[@]}"' EXIT
  clocks
}

# A measurement, not a limit: an emulated machine on a busy host promises nothing.
check_wake_up() {
  local policy load line all='p50/p99/max µs:'
  for policy in other fifo; do
    for load in 0 2; do
      line=$("$TIMING_PROBE" wake 10 "$policy" "$load")
      printf '%s\n' "$line"
      [[ $line =~ p50_us=([0-9]+)\ p99_us=([0-9]+)\ .*max_us=([0-9]+) ]] || fail "no measurement: $line"
      all+=" $policy, load $load: ${BASH_REMATCH[1]}/${BASH_REMATCH[2]}/${BASH_REMATCH[3]};"
    done
  done
  remark "$all"
}

# As fast as the mock goes: pairs of the least C program and of this one, one after the other.
check_pairs() {
  local baseline=$reports/stream-baseline pair table=$reports/pairs.tsv
  cc -O2 "$tools/usb/stream-baseline.c" -lusb-1.0 -o "$baseline"
  flood "$live_rig"
  : >"$table"
  for ((pair = 1; pair <= 11; pair++)); do
    on live 60 "$baseline" 6 18 65536 >"$reports/c.txt"
    on live 60 "$PEAKGATE" link --console "$live_serial" --seconds 6 --raw --json >"$reports/link.json"
    printf '%s %s %s %s\n' "$(awk '{ print $2 / $1, $3 / $2 * 1e9 }' "$reports/c.txt")" \
      "$(sed -n 's/.*"bytes_per_s" : \([0-9.]*\).*/\1/p' "$reports/link.json")" \
      "$(awk -F '[:,]' '/"bytes" /{ b = $2 } /"cpu_s"/{ c = $2 } END { print c / b * 1e9 }' "$reports/link.json")" |
      tee -a "$table"
  done
  # Not raw: every line checked, and none lost.
  on live 100 "$PEAKGATE" link --console "$live_serial" --seconds 60
  remark "bytes/s and CPU seconds a GB as ratios to C, median of 11 pairs: $(
    awk '{ print $3 / $1 }' "$table" | sort -n | sed -n 6p), $(
    awk '{ print $4 / $2 }' "$table" | sort -n | sed -n 6p)"
}

# flood RIG: that console makes lines as fast as they are taken.
flood() {
  PYTHONPATH=$tools/usb python3 - "$1" <<'PY'
import sys
from rig import Rig
faults = {"delayMilliseconds": 0, "babbling": [], "stalling": [], "silent": [], "isFlooding": True}
Rig(sys.argv[1], 0).ask({"link": {"_0": faults}})
PY
}
