# Part of Tools/test-usb: runs checks, and keeps what came of each. Used on the host and in the guest.
# shellcheck shell=bash
#
# Wants $reports, the folder of this suite, and $suite, its name. Each check adds one row to
# $reports/rows: suite, check, passed|failed|skipped, seconds, remark, with tabs between.

# Ends the check that calls it. A skip is no pass: it is listed, and a suite that only skips has failed.
# To stderr: much of what fails does so while its output is being caught.
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
skip() { printf 'SKIPPED: %s\n' "$*" >&2; exit 77; }
# What the table says beside a check that passed.
remark() { printf 'REMARK: %s\n' "$*"; }

# row CHECK RESULT SECONDS REMARK
row() { printf '%s\t%s\t%s\t%s\t%s\n' "$suite" "$1" "$2" "$3" "$4" >>"$reports/rows"; }

# check NAME FUNCTION [WORD…]: runs the function in a shell of its own, its output in NAME.log.
check() {
  local name=$1 began=$SECONDS status log result remark
  shift
  mkdir -p "$reports"
  log=$reports/$name.log
  # Not within a condition: bash would then go on after a command that failed.
  set +e
  (set -euo pipefail; "$@") >"$log" 2>&1 </dev/null
  status=$?
  set -e
  case $status in
    0) remark=$(sed -n 's/^REMARK: //p' "$log" | tail -n 1) result=passed ;;
    77) remark=$(sed -n 's/^SKIPPED: //p' "$log" | tail -n 1) result=skipped ;;
    *)
      remark=$(sed -n 's/^FAILED: //p' "$log" | tail -n 1) result=failed
      [[ -n $remark ]] || remark="exit code $status: $(tail -n 1 "$log" | tr '\t' ' ' | cut -c 1-120)"
      ;;
  esac
  row "$name" "$result" "$((SECONDS - began))" "$remark"
  printf '%-12s %-16s %-8s %4d s  %s\n' "$suite" "$name" "$result" "$((SECONDS - began))" "$remark"
  [[ $result != failed ]] || tail -n 15 "$log" | sed 's/^/    | /'
}

# missing CHECK…: a failed row for each check that should have left one and did not.
missing() {
  local name
  for name in "$@"; do
    grep -q "^$suite	$name	" "$reports/rows" 2>/dev/null ||
      check "$name" fail 'did not run: see what its machine or its console said'
  done
}

# swift_tests FILTER SKIPS COMMAND…: runs COMMAND, the test program, with this filter. Fails when a test
# fails, when none passed, and when more than SKIPS were skipped; those are listed in the log.
# Several suites of one check need reports of different names: $1 is part of them.
swift_tests() {
  local filter=$1 allowed=$2 status=0 xml log passed skipped rules times
  shift 2
  xml=$reports/${filter//[^A-Za-z]/-}.xml
  log=${xml%.xml}.tests
  rm -f "$xml"
  # Those that take minutes have a suite of their own.
  local left_out=()
  [[ -n ${PEAKGATE_SOAK-} ]] || left_out=(--skip SoakTests)
  # One test at a time: they share the console.
  "$@" --testing-library swift-testing --no-parallel --filter "$filter" "${left_out[@]}" --xunit-output "$xml" >"$log" 2>&1 ||
    status=$?
  cat "$log"
  # Swift Testing ends with 69 when the filter matched nothing.
  ((status != 69)) || fail "no test matches $filter"
  ((status < 128)) || fail "the test program died of signal $((status - 128))"
  ((status == 0)) || fail "exit code $status: $(grep -c '^✘ Test .* failed' "$log") tests failed"
  [[ -s $xml ]] || fail "the test program left no report"
  # Skipped tests are not among its `tests`; a suite that is skipped as a whole has no tests at all.
  passed=$(sed -n 's/.*<testsuite .* tests="\([0-9]*\)".*/\1/p' "$xml")
  skipped=$(grep -c '^➜ ' "$log" || true)
  ((passed > 0)) || fail "$filter: nothing passed, $skipped skipped"
  ((skipped <= allowed)) || fail "$skipped skipped, $allowed allowed: $(
    sed -n 's/^➜ \(.*\) skipped.*/\1/p' "$log" | paste -s -d , | cut -c 1-100)"
  rules=$(rules_run "$log" | wc -l)
  times=$(sed -n 's/.*Suite \([A-Za-z]*Transport[A-Za-z]*\|Conformance\)Tests passed after \([0-9.]*\) .*/\1 \2 s/p' \
    "$log" | paste -s -d ,)
  ((rules == 0)) || times="; of them $rules rules of every transport ($times)"
  remark "$passed passed, $skipped skipped$times"
}

# rules_run LOG: the rules of every transport that a run of the tests was held to.
rules_run() { sed -n 's/.* rule → \([A-Za-z]*\) .*/\1/p' "$1" | sort -u; }
