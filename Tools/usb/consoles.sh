# Part of Tools/test-usb: the emulated consoles of a suite, each a process of its own.
# shellcheck shell=bash disable=SC2154,SC2034
#
# There are three: `stepped`, whose time the tests let pass, and which has a neighbour with the next
# serial; `live`, whose time passes by itself; and `alien`, live, that was built from other specs.

declare -A serials=([stepped]=PG-STEP-0001 [live]=PG-LIVE-0001 [alien]=PG-ALIEN-0001)
declare -A ways=([stepped]='--stepped --consoles 2' [live]='' [alien]='--spec-hash 1')
console_processes=()

# Exported: the checks read them, in this machine or in the guest.
export_consoles() {
  local name
  for name in stepped live alien; do
    export "${name}_serial=${serials[$name]}"
  done
  export BUNDLE=$bin/peakgatePackageTests.xctest PEAKGATE=$bin/peakgate
}

# started NAME WHAT TEST…: waits up to 20 s until the test holds; shows what the process said when it
# ended before, or never got there.
started() {
  local name=$1 what=$2 end=$((SECONDS + 20)) log=$reports/$1.console.log
  shift 2
  # The process may not have made it yet.
  : >>"$log"
  until "$@"; do
    if ! kill -0 "${console_processes[-1]}" 2>/dev/null; then
      fail "console $name ended at once: $(tail -n 2 "$log" | paste -s -d ' ' | cut -c 1-160)"
    fi
    ((SECONDS < end)) || fail "console $name: no $what within 20 s, see $log"
    sleep 0.05
  done
}

# start_mock NAME [OPTION…]: a console on a mock of usbfs. Exports NAME_rig and NAME_mock, the folder
# that programs are shown as /sys and /dev.
start_mock() {
  local name=$1 rig=$sockets/$1.rig
  shift
  # It must run under the preload itself: otherwise plugging in and out reaches no one.
  # shellcheck disable=SC2086
  LD_PRELOAD=libumockdev-preload.so.0 "$bin/UMockdevConsole" --serial "${serials[$name]}" \
    ${ways[$name]} --rig "unix:$rig" "$@" >"$reports/$name.console.log" 2>&1 </dev/null &
  console_processes+=($!)
  started "$name" 'UMOCKDEV_DIR on its output' \
    grep -q '^UMOCKDEV_DIR=' "$reports/$name.console.log"
  started "$name" 'rig' test -S "$rig"
  export "${name}_rig=unix:$rig"
  export "${name}_mock=$(sed -n 's/^UMOCKDEV_DIR=//p' "$reports/$name.console.log" | head -n 1)"
}

# start_emulator NAME redir|usbip [OPTION…]: a console for a virtual machine, and its neighbour if it has
# one. Exports NAME_rig as the guest reaches it, and with usbip NAME_usbip, the port. The usbredir sockets
# are $sockets/NAME and $sockets/NAME.2.
start_emulator() {
  local name=$1 link=() port log=$reports/$1.console.log
  case $2 in
    usbip) link=(--usbip 0) ;;
    redir)
      link=(--usbredir "$sockets/$name")
      [[ ${ways[$name]} != *'--consoles 2'* ]] || link+=(--usbredir "$sockets/$name.2")
      ;;
  esac
  shift 2
  # Port 0 is any that is free; the console says which it got.
  # shellcheck disable=SC2086
  "$bin/peakgate" emulate "${link[@]}" --serial "${serials[$name]}" ${ways[$name]} \
    --rig tcp:127.0.0.1:0 "$@" >"$log" 2>&1 </dev/null &
  console_processes+=($!)
  started "$name" 'word that it is ready' grep -q 'ready' "$log"
  port=$(sed -n 's/.*rig at tcp:127.0.0.1:\([0-9]*\).*/\1/p' "$log")
  [[ -n $port ]] || fail "console $name does not say where its rig is, see $log"
  # 10.0.2.2 is this machine, as the guest sees it.
  export "${name}_rig=tcp:10.0.2.2:$port"
  port=$(sed -n 's/.*USB\/IP 127.0.0.1:\([0-9]*\),.*/\1/p' "$log" | head -n 1)
  export "${name}_usbip=$port"
}

# stop_consoles: ends them, and says so when one had died before.
stop_consoles() {
  local process
  for process in "${console_processes[@]}"; do
    kill "$process" 2>/dev/null || printf 'a console had ended before its suite did\n'
    wait "$process" 2>/dev/null || true
  done
  console_processes=()
  unset {stepped,live,alien}_{rig,mock,usbip}
}
