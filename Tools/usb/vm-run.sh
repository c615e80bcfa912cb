# Part of Tools/usb-vm: boots the machine, runs one command in it, returns its exit code.
# shellcheck shell=bash disable=SC2154

sockets=() capture='' controller=xhci network=no usbip=no user='' results=''
rules=$root/HardwareSpecs/udev limit=120 cpus=2 memory=1024 kernel_options=''
number() { [[ $2 =~ ^[1-9][0-9]*$ ]] || die "$1 takes a whole number above 0, not '$2'"; }
while (($# > 0)); do
  [[ $1 != --* || $1 =~ ^--(usbip|network|help)?$ || $# -ge 2 ]] || die "$1 takes a value (see --help)"
  case $1 in
    --redir) sockets+=("$2"); shift 2 ;;
    --controller)
      [[ $2 =~ ^(xhci|ehci)$ ]] || die '--controller takes xhci or ehci'
      controller=$2; shift 2 ;;
    --usbip) usbip=yes network=yes; shift ;;
    --network) network=yes; shift ;;
    --pcap) capture=$2; shift 2 ;;
    --as-user) [[ $2 =~ ^[0-9]+$ ]] || die '--as-user takes a numeric user id'; user=$2; shift 2 ;;
    --udev-rules) rules=$2; shift 2 ;;
    --timeout) number "$1" "$2"; limit=$2; shift 2 ;;
    --results) results=$2; shift 2 ;;
    --cpus) number "$1" "$2"; cpus=$2; shift 2 ;;
    --memory) number "$1" "$2"; memory=$2; shift 2 ;;
    --kernel-options) kernel_options=$2; shift 2 ;;
    --help | -h) usage; exit 0 ;;
    --) shift; break ;;
    *) die "unknown option $1 of run; COMMAND stands after -- (see --help)" ;;
  esac
done
(($# > 0)) || die 'no COMMAND after -- (see --help)'
needs qemu-system-x86_64 ip udevadm modprobe
for file in vmlinux initramfs; do
  [[ -s $cache/$file ]] || die "no ${cache#"$PWD/"}/$file: run Tools/usb-vm prepare"
done
[[ -z $capture || ${#sockets[@]} -gt 0 ]] || die '--pcap takes what passes a --redir device: name one'
for socket in ${sockets[@]+"${sockets[@]}"}; do
  [[ -S $socket ]] || die "no socket $socket: start its peer (peakgate emulate --usbredir) first"
done
if [[ $rules != none ]]; then
  compgen -G "$rules/*.rules" >/dev/null || die "no *.rules in $rules (--udev-rules)"
  rules=$(cd "$rules" && pwd)
fi

# In the host's results folder, which the guest sees as /usb-vm.
keep=$results
if [[ -z $results ]]; then
  mkdir -p "$root/results/usb-vm"
  results=$(mktemp -d "$root/results/usb-vm/run.XXXXXX")
fi
mkdir -p "$results"
results=$(cd "$results" && pwd)

# What QEMU is started with. Emulation is always named: with /dev/kvm there and of no use, or used only
# on some machines, runs would differ.
# The kernel would take now one clock and now another. The TSC is the host's own here; reading it takes
# 0.1 us, and reading the HPET, which is emulated, 1.3 us.
clock='tsc=reliable clocksource=tsc'
# `rep movsb` moves one byte a turn here: a kernel and a libc that are not told of quick ones copy twice as fast.
machine=(
  -M q35 -accel tcg,thread=multi -cpu max,erms=off,fsrm=off -smp "$cpus" -m "$memory"
  -nodefaults -no-user-config -no-reboot -display none
  -kernel "$cache/vmlinux" -initrd "$cache/initramfs"
  -append "console=ttyS0 quiet panic=-1 mitigations=off $clock $kernel_options"
  -serial "file:$results/console.log"
  -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap
  -device virtio-9p-pci,fsdev=host,mount_tag=host
  -fsdev "local,id=results,path=${results//,/,,},security_model=none"
  -device virtio-9p-pci,fsdev=results,mount_tag=results
)
guest_modules=()
[[ $network == no ]] || {
  machine+=(-netdev user,id=net -device virtio-net-pci,netdev=net,romfile=)
  guest_modules+=(virtio_net)
}
[[ $usbip == no ]] || guest_modules+=(vhci-hcd)
if ((${#sockets[@]} > 0)); then
  case $controller in
    xhci) machine+=(-device qemu-xhci,id=usb,p2=8,p3=8) guest_modules+=(xhci-pci) ;;
    ehci) machine+=(-device usb-ehci,id=usb) guest_modules+=(ehci-pci) ;;
  esac
  for index in "${!sockets[@]}"; do
    device=usb-redir,chardev=redir$index,bus=usb.0
    # Of the first only: several in one file could not be told apart by their endpoints.
    ((index > 0)) || [[ -z $capture ]] || device+=,pcap=${capture//,/,,}
    machine+=(-chardev "socket,id=redir$index,path=${sockets[index]//,/,,}" -device "$device")
  done
fi

# The toolchain's programs, and the libraries that binaries built by it load.
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
libraries=''
if command -v swift >/dev/null; then
  toolchain=$(dirname "$(realpath "$(command -v swift)")")
  path=$toolchain:$path
  libraries=$toolchain/../lib/swift/linux
fi

# write_guest_files COMMAND…: all that the guest reads from the results folder.
write_guest_files() {
  cp "$tools/usb/vm-guest" "$results/guest"
  {
    printf 'export PATH=%q HOME=%q LANG=C.UTF-8 TERM=dumb\n' "$path" /root
    printf 'export LD_LIBRARY_PATH=%q USB_VM_RESULTS=/usb-vm/results\n' "$libraries"
    printf 'USB_VM_FOLDER=%q USB_VM_TIMEOUT=%q USB_VM_NETWORK=%q USB_VM_RULES=%q\n' \
      "$PWD" "$limit" "$network" "$rules"
    printf 'USB_VM_MODULES=%q USB_VM_DEVICES=%q\n' "${guest_modules[*]-}" "${#sockets[@]}"
  } >"$results/settings"
  {
    [[ -z $user ]] || printf 'export HOME=/tmp\nexec setpriv --reuid %q --regid %q --clear-groups ' \
      "$user" "$user"
    [[ -n $user ]] || printf 'exec '
    printf '%q ' "$@"
    echo
  } >"$results/command"
  rm -f "$results"/{exit-code,exit-code.part,dmesg,console.log,boot-seconds,guest.log}
  mkdir -p "$results/results"
  # A user without rights in the guest writes there as well; mktemp closed the folder to all others.
  chmod a+rx "$results"
  chmod 1777 "$results/results"
  : >"$results/stdout"
  : >"$results/stderr"
}

qemu='' followers=()
stop_all() {
  # shellcheck disable=SC2086
  kill $qemu "${followers[@]}" 2>/dev/null || true
}
trap 'stop_all; exit 130' INT
trap 'stop_all; exit 143' TERM
trap stop_all EXIT

# boot COMMAND…: runs the machine once; its exit status is QEMU's, 124 if it had to be killed.
boot() {
  local status=0
  write_guest_files "$@"
  # The guest ends the command itself; this is for a guest that can no longer do so.
  timeout --kill-after=5 "$((limit + 60))" qemu-system-x86_64 "${machine[@]}" \
    </dev/null >"$results/qemu.log" 2>&1 &
  qemu=$!
  # They end after QEMU, with all that has been written.
  tail -s 0.05 -c +1 -f --pid="$qemu" "$results/stdout" 2>/dev/null &
  followers=($!)
  tail -s 0.05 -c +1 -f --pid="$qemu" "$results/stderr" >&2 2>/dev/null &
  followers+=($!)
  wait "$qemu" || status=$?
  qemu=''
  wait "${followers[@]}" || true
  followers=()
  return "$status"
}

began=$SECONDS
for attempt in 1 2; do
  machine_status=0
  boot "$@" || machine_status=$?
  [[ ! -e $results/exit-code ]] || break
  say "the machine ended without an exit code of the command (QEMU's status: $machine_status)"
  if ((machine_status == 124)); then
    say "it was killed $((limit + 60)) s after its start: a hang of the guest, see $results"
    exit 124
  fi
  tail -n 5 "$results/qemu.log" >&2
  # QEMU says 1 to what it cannot start with; that is the same the second time.
  ((machine_status != 1)) || die "QEMU did not start; see $results/qemu.log"
  tail -n 20 "$results/console.log" 2>/dev/null >&2 || true
  ((attempt == 2)) || say 'trying once more'
done
if [[ ! -e $results/exit-code ]]; then
  say "no exit code in two attempts; all there is lies in $results"
  exit 125
fi
status=$(<"$results/exit-code")
((status != 124)) || say "the command took longer than $limit s, or ended with 124 itself"
if ((status != 0)) || [[ -n $keep ]]; then
  say "exit code $status after $((SECONDS - began)) s; console, dmesg and results lie in $results"
else
  rm -rf "$results"
fi
exit "$status"
