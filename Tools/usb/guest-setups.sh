# Part of Tools/test-usb: ways by which a console comes to the guest other than usbredir. Each is a check,
# and stands before those that need it.
# shellcheck shell=bash disable=SC2154

# Stock usbip attaches all that our servers offer, and again what was pulled and plugged in: the network
# has no hot-plug, a person would do that.
check_attach() {
  local name port listed count=0 serial serial_of bus
  modprobe vhci-hcd
  for name in stepped live; do
    port=${name}_usbip serial_of=${name}_serial
    [[ -n ${!port-} ]] || continue
    listed=$(usbip --tcp-port "${!port}" list -r 10.0.2.2)
    printf '%s\n' "$listed"
    for bus in $(grep -o '^ *1-[0-9]*' <<<"$listed"); do
      # Busid 1-2 has the serial after that of 1-1.
      serial=${!serial_of%?}${bus#*-}
      keep_attached "${!port}" "$bus" "$serial" >"$reports/usbip.$serial.log" 2>&1 </dev/null &
      count=$((count + 1))
    done
  done
  ((count > 0)) || fail 'usbip list shows no console'
  await_devices "$count"
}

# keep_attached PORT BUSID SERIAL: for as long as the guest runs. It looks without starting a process: ten
# of those a second are a good part of an emulated processor.
keep_attached() {
  local pause fifo=/run/attach.$3
  [[ -p $fifo ]] || mkfifo "$fifo"
  exec {pause}<>"$fifo"
  while :; do
    if ! is_attached "$3"; then
      # The kernel takes a moment to list it; until then it must not be attached twice.
      # One at a time: two that look for a free port at once find the same one.
      ! flock /run/usbip.lock usbip --tcp-port "$1" attach -r 10.0.2.2 -b "$2" || sleep 1
    fi
    read -rt 0.1 -u "$pause" || true
  done
}

is_attached() {
  local file serial
  for file in /sys/bus/usb/devices/*/serial; do
    # One that leaves just now cannot be read.
    if { read -r serial <"$file"; } 2>/dev/null && [[ $serial == "$1" ]]; then return 0; fi
  done
  return 1
}

# await_devices COUNT: until so many consoles are in the kernel's list, and udev is done with them.
await_devices() {
  local end=$((SECONDS + 30))
  until (($(grep -ls 1209 /sys/bus/usb/devices/*/idVendor | wc -l) >= $1)); do
    ((SECONDS < end)) || fail "fewer than $1 consoles in the kernel's list after 30 s"
    sleep 0.05
  done
  udevadm settle --timeout=10
}

# A console of the kernel's own gadget framework, on a host controller and a device controller that are
# wired together in software: packets and zero-length packets are the kernel's, not ours.
check_gadget() {
  local gadget=/sys/kernel/config/usb_gadget/peakgate endpoints=/dev/peakgate-functionfs log
  log=$reports/functionfs.console.log
  modprobe -a dummy_hcd libcomposite usb_f_fs
  mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
  mkdir -p "$gadget/strings/0x409" "$gadget/configs/c.1/strings/0x409" "$gadget/functions/ffs.peakgate"
  echo 0x1209 >"$gadget/idVendor"
  echo 0x0001 >"$gadget/idProduct"
  echo 0x0200 >"$gadget/bcdUSB"
  echo 0xFF >"$gadget/bDeviceClass"
  echo Peakgate >"$gadget/strings/0x409/manufacturer"
  echo 'Peakgate bench console' >"$gadget/strings/0x409/product"
  echo "$stepped_serial" >"$gadget/strings/0x409/serialnumber"
  ln -sfn "$gadget/functions/ffs.peakgate" "$gadget/configs/c.1"
  mkdir -p "$endpoints"
  mount -t functionfs peakgate "$endpoints"
  setsid "$PEAKGATE" emulate --functionfs "$endpoints" --stepped --serial "$stepped_serial" \
    --rig "$stepped_rig" >"$log" 2>&1 </dev/null &
  # The console has written its descriptors once its endpoints are there; before, binding fails.
  local end=$((SECONDS + 20))
  until [[ -e $endpoints/ep3 ]]; do
    kill -0 $! 2>/dev/null || fail "emulate --functionfs ended at once: $(tail -n 1 "$log")"
    ((SECONDS < end)) || fail "no endpoints after 20 s: $(tail -n 1 "$log")"
    sleep 0.05
  done
  ls /sys/class/udc | head -n 1 >"$gadget/UDC"
  await_devices 1
}
