# Part of Tools/usb-vm: makes .build-usb-vm/{vmlinux,initramfs,kernel-version}.
# shellcheck shell=bash disable=SC2154

# What the guest may load; their dependencies come along.
modules=(
  virtio_pci 9p 9pnet_virtio overlay virtio_net   # the machine itself
  xhci-pci ehci-pci vhci-hcd dummy_hcd            # host controllers
  libcomposite usb_f_fs usbmon                    # gadgets; captures in the guest
)

fresh=no
while (($# > 0)); do
  case $1 in
    --fresh) fresh=yes; shift ;;
    --help | -h) usage; exit 0 ;;
    *) die "unknown option $1 of prepare (see --help)" ;;
  esac
done

needs apt-get apt-cache dpkg depmod modprobe cpio xz busybox
# The guest runs it before there is any library to load.
if ldd "$(command -v busybox)" >/dev/null 2>&1; then
  die 'busybox needs libraries here: install busybox-static (Tools/setup --usb-tests)'
fi

# fetch_kernel: unpacks Debian's kernel package to $cache/image.
fetch_kernel() {
  local package
  package=$(apt-cache depends linux-image-amd64 | sed -n '/-cloud-/d; s/.*Depends: //p' | head -n 1)
  [[ -n $package ]] ||
    die 'apt knows no linux-image-amd64: run apt-get update as root on a Debian for amd64'
  say "fetching $package"
  rm -rf "$cache/image" "$cache/image.part"
  mkdir -p "$cache/image.part"
  # Run there: apt-get download writes to the present directory, as whoever calls it.
  (cd "$cache/image.part" && apt-get download -q "$package" >apt.log 2>&1) || {
    cat "$cache/image.part/apt.log" >&2
    die "apt-get cannot download $package: run apt-get update as root, and look at the network"
  }
  dpkg -x "$cache/image.part/$package"_*.deb "$cache/image.part"
  rm -f "$cache/image.part/$package"_*.deb
  depmod -b "$cache/image.part" "${package#linux-image-}"
  printf '%s\n' "${package#linux-image-}" >"$cache/image.part/version"
  mv "$cache/image.part" "$cache/image"
}

# uncompress_kernel VERSION: an uncompressed kernel starts three seconds sooner in an emulated machine.
uncompress_kernel() {
  local packed=$cache/image/boot/vmlinuz-$1 offset
  offset=$(LC_ALL=C grep -abom 1 -P '\xfd7zXZ\x00' "$packed" | head -n 1 | cut -d : -f 1 || true)
  # What follows the kernel in the file is not xz, and makes xz fail after all is written.
  [[ -z $offset ]] || tail -c "+$((offset + 1))" "$packed" |
    xz -dc --single-stream >"$cache/vmlinux.part" 2>/dev/null || true
  if [[ $(head -c 4 "$cache/vmlinux.part" 2>/dev/null) != $'\x7fELF' ]]; then
    say 'the kernel is not packed with xz: it is used as it is, and starts slower'
    cp "$packed" "$cache/vmlinux.part"
  fi
  mv "$cache/vmlinux.part" "$cache/vmlinux"
}

# make_initramfs VERSION
make_initramfs() {
  local image=$cache/image tree=$cache/tree module file
  rm -rf "$tree"
  mkdir -p "$tree"/{bin,proc,sys,dev,host,upper,root} "$tree/lib/modules/$1"
  cp "$(command -v busybox)" "$tree/bin/busybox"
  cp "$tools/usb/vm-init" "$tree/init"
  chmod +x "$tree/init"
  cp "$image/lib/modules/$1"/modules.{order,builtin,builtin.modinfo} "$tree/lib/modules/$1"
  for module in "${modules[@]}"; do
    modprobe -d "$image" -S "$1" --show-depends "$module" ||
      die "the kernel $1 has no module $module"
  done | sed -n 's/^insmod //p' | sort -u | while read -r file; do
    file=$(realpath "$file")
    mkdir -p "$tree$(dirname "${file#"$image"}")"
    cp "$file" "$tree${file#"$image"}"
  done
  depmod -b "$tree" "$1"
  (cd "$tree" && find . | cpio -o -H newc --quiet) >"$cache/initramfs.part"
  mv "$cache/initramfs.part" "$cache/initramfs"
  rm -rf "$tree"
}

# What the initramfs follows from; it is made again when one of them changes.
recipe() { cat "$tools/usb/vm-prepare.sh" "$tools/usb/vm-init" "$cache/image/version" | sha256sum; }

mkdir -p "$cache"
# Two that prepare at once would take each other's half-made files.
exec 9>"$cache/lock"
flock 9
[[ $fresh == no ]] || rm -rf "$cache"/{image,vmlinux,initramfs,recipe}
[[ -e $cache/image/version ]] || fetch_kernel
version=$(<"$cache/image/version")
if [[ ! -s $cache/vmlinux || ! -s $cache/initramfs || $(recipe) != "$(cat "$cache/recipe" 2>/dev/null)" ]]
then
  rm -f "$cache/recipe"
  uncompress_kernel "$version"
  make_initramfs "$version"
  recipe >"$cache/recipe"
fi
say "kernel $version is ready in ${cache#"$PWD/"}"
