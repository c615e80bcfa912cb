# Part of Tools/setup: the udev rules of the console.

rules=(HardwareSpecs/udev/*.rules)
rules_folder=/etc/udev/rules.d

# What udev itself finds wrong with the installed rules; nothing when they are right. `udevadm verify`
# came with systemd 254. Before, a dry run for a device that every machine has reads all rules, and
# names file and line of what it cannot use; nothing is applied by it, and it needs no root.
rules_complaints() {
  has_command udevadm || return 0
  local installed=("${rules[@]/#*\//$rules_folder/}")
  if udevadm verify --help >/dev/null 2>&1; then
    udevadm verify --no-summary "${installed[@]}" 2>&1 || true
  else
    local names
    names=$(printf '%s:|' "${installed[@]}")
    udevadm test /sys/devices/virtual/mem/null 2>&1 | grep -E "^(${names%|})" || true
  fi
}

# What a user has to do after the rules are in place.
say_what_is_next() {
  local user=${SUDO_USER:-$(id -un)}
  if ! getent group plugdev >/dev/null; then
    say 'there is no group plugdev here: addgroup --system plugdev, then this again'
  elif [[ $user != root && " $(id -nG "$user") " != *' plugdev '* ]]; then
    say "whoever sits at this machine may open the console now; to open it over SSH or from a service:"
    say "  sudo adduser $user plugdev    (it counts from the next login)"
  fi
  say 'a console that is plugged in and still refused: plug it in again, then: peakgate doctor'
}

# Exits with 1 when `check` is set and rules are missing or differ, or when udev cannot use them.
install_udev_rules() {
  local rule stale=() complaints
  for rule in "${rules[@]}"; do
    cmp -s "$rule" "$rules_folder/${rule##*/}" && continue
    stale+=("$rule")
    if [[ -e $rules_folder/${rule##*/} ]]; then
      say "differs: $rules_folder/${rule##*/}"
    else
      say "missing: $rules_folder/${rule##*/}"
    fi
  done
  if ((${#stale[@]} > 0)); then
    local install=(install -D -m 0644 -t "$rules_folder" "${stale[@]}")
    if [[ $check == yes ]]; then
      fail 'to install them: Tools/setup --udev'
      exit 1
    fi
    need_root "to put the rules named above into $rules_folder and have udev read them" \
      "${install[*]}"
    "${root[@]}" "${install[@]}"
    # A socket that nobody answers is what a udevd that has ended leaves behind.
    if [[ -S /run/udev/control ]] && has_command udevadm \
      && "${root[@]}" udevadm control --timeout=5 --ping 2>/dev/null; then
      "${root[@]}" udevadm control --reload
      "${root[@]}" udevadm trigger --action=change --subsystem-match=usb
      say 'installed; udev has read them and applied them to what is plugged in'
    else
      say 'installed, but no udevd runs here, as in most containers: the rules count where it does,'
      say 'so run Tools/setup --udev on the machine itself'
    fi
  fi
  complaints=$(rules_complaints)
  if [[ -n $complaints ]]; then
    fail 'udev cannot use the rules as they are:'
    fail "$complaints"
    exit 1
  fi
  say "udev rules: all in $rules_folder"
  say_what_is_next
}
