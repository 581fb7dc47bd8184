#!/bin/bash
# On a machine of four memory nodes, which few have at hand, a run finds the cores that belong
# together and lays the rows that all threads share on every node. The machine is a guest of qemu,
# four nodes of two cores each; its kernel says on which node every page is.
#   four_nodes.sh BIN_FOLDER
# Skipped (77) without qemu-system-x86_64, busybox (HOGVEC_GUEST_BUSYBOX names one that is not
# installed) or a kernel to boot: HOGVEC_GUEST_KERNEL, else the last of /boot.
#
# Out of scope: speed, and how far apart cores are. The guest's eight share the few of this machine.
set -euo pipefail
export LC_ALL=C

skip() {
  printf 'skipped: %s\n' "$*"
  exit 77
}

[[ $(uname -m) == x86_64 ]] || skip 'the guest is an x86-64, this machine is not'
qemu=$(command -v qemu-system-x86_64) || skip 'no qemu-system-x86_64 (Debian: qemu-system-x86)'
busybox=$(command -v "${HOGVEC_GUEST_BUSYBOX:-busybox}") ||
  skip 'no busybox (Debian: busybox-static), or name one in HOGVEC_GUEST_BUSYBOX'
kernel=${HOGVEC_GUEST_KERNEL-}
if [[ -z $kernel ]]; then
  for file in /boot/vmlinuz-*; do
    [[ -r $file ]] && kernel=$file
  done
fi
[[ -n $kernel ]] ||
  skip 'no kernel for a guest in /boot (Debian: linux-image-amd64): name one in HOGVEC_GUEST_KERNEL'
[[ -r $kernel ]] || skip "HOGVEC_GUEST_KERNEL=$kernel: cannot be read"

word2vec=$1/word2vec
tests=$1/test_engine
work=$(mktemp -d)
log=$work/log
guest=
# TERM, which timeout hands on to qemu.
stop_guest() {
  [[ -n $guest ]] || return 0
  kill "$guest" 2> /dev/null || true
  wait "$guest" || true
  guest=
}
trap 'stop_guest; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

show_log() {
  printf 'four_nodes: the end of what the guest printed:\n' >&2
  tail -n 40 "$log" | tr -d '\r' | sed 's/^/  /' >&2
}
fail() {
  printf 'four_nodes: %s\n' "$*" >&2
  [[ ! -s $log ]] || show_log
  exit 1
}

# W and W' have a row for every word and </s>, of 100 floats padded to 112: 25.6 MiB each, which are
# twelve huge pages and 418 small ones. Dealt out to four nodes that is a quarter each; a huge page
# more or less is 8 %.
words=60000
matrix_pages=$(((words + 1) * 112 * 4 / 4096)) # whole ones
least_percent=15
most_percent=35

# The guest's files, which its kernel unpacks into memory: $work/initramfs.
make_guest() {
  local root=$work/root file
  mkdir -p "$root"/{bin,dev,proc,sys,tmp}
  cp "$busybox" "$root/bin/busybox"
  cp "$word2vec" "$tests" "$root/bin/"
  # Lines of ldd that name a file: "libz.so.1 => /lib/libz.so.1 (0x..)" and "/lib64/ld.so (0x..)".
  for file in $({ ldd "$word2vec" "$tests" && { ldd "$busybox" 2> /dev/null || true; }; } |
    sed -nE 's,^[^/]*(/[^ ]+) \(0x.*,\1,p' | sort -u); do
    mkdir -p "$root$(dirname "$file")"
    cp -L "$file" "$root$file"
  done
  # Every word once, then more of them, the frequent ones more often: 1.3 MB.
  awk -v words=$words 'BEGIN {
    srand(1)
    for (k = 0; k < words * 3; ++k) {
      printf "w%d%s", k < words ? k : int(words * rand() ^ 4), k % 20 == 19 ? "\n" : " "
    }
  }' > "$root/text"

  # A signal ends the run, whose epochs are too many for the fastest guest to end them before it has
  # been looked at.
  cat > "$root/init" << 'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
echo "guest: up"
echo "guest: nodes $(ls -d /sys/devices/system/node/node[0-9]* | wc -l)"
word2vec -train /text -output /vec -binary 1 -size 100 -threads 8 -negative 5 -iter 2000 \
  -min-count 1 -debug 2 -report /report -write-on-stop 1 > /progress 2> /notes &
run=$!
while ! grep -q Progress /progress && kill -0 $run; do sleep 1; done 2> /dev/null
awk '{
  pages = 0
  for (k = 3; k <= NF; ++k) if ($k ~ /^N[0-9]+=/) pages += substr($k, index($k, "=") + 1)
  if (pages * 4 > 1024) print "guest: map", $0
}' /proc/$run/numa_maps
kill $run
wait $run
echo "guest: exit $?"
sed 's/^/guest: /' /notes
sed -n '/"placement"/,/^  }/s/^/guest: /p' /report
test_engine --test-case='memory nodes*' > /tests 2>&1
echo "guest: tests exit $?"
sed -n 's/^\[doctest\] /guest: tests /p' /tests
grep -A 4 ERROR /tests | sed 's/^/guest: tests /'
echo "guest: end"
poweroff -f
END
  chmod +x "$root/init"
  (cd "$root" && find . | "$busybox" cpio -o -H newc) > "$work/initramfs" 2> "$work/errors" ||
    fail "the guest's files cannot be packed: $(cat "$work/errors")"
}

# boot SECONDS ACCELERATOR_ARGUMENT...: starts it; whether its first line comes within so long.
boot() {
  local patience=$1 nodes=() n
  shift
  for n in 0 1 2 3; do
    nodes+=(-object "memory-backend-ram,id=m$n,size=512M"
      -numa "node,nodeid=$n,cpus=$((2 * n))-$((2 * n + 1)),memdev=m$n")
  done
  : > "$log"
  timeout -k 5 600 "$qemu" "$@" -m 2G -smp 8,sockets=4,cores=2,threads=1 "${nodes[@]}" \
    -kernel "$kernel" -initrd "$work/initramfs" \
    -append 'console=ttyS0 quiet panic=-1 rdinit=/init' \
    -nodefaults -display none -serial "file:$log" -no-reboot < /dev/null > "$work/errors" 2>&1 &
  guest=$!
  local until=$((SECONDS + patience))
  while ((SECONDS < until)) && kill -0 "$guest" 2> /dev/null; do
    ! grep -q '^guest: up' "$log" || return 0
    sleep 0.2
  done
  stop_guest
  return 1
}

# /dev/kvm alone promises too little: where it is neither Intel's nor AMD's, as on some rented
# machines, a kernel as it is sold does not boot, and below another hypervisor settings are refused.
has_kvm() {
  [[ -w /dev/kvm && (-d /sys/module/kvm_intel || -d /sys/module/kvm_amd) ]]
}

run_guest() {
  if has_kvm && boot 30 -accel kvm -cpu host; then
    accelerator=KVM
  elif boot 300 -accel tcg,thread=multi -cpu max; then
    accelerator=emulation
  else
    fail "the guest does not boot $kernel: $(tail -n 3 "$work/errors")"
  fi
  wait "$guest" || fail "the guest did not end: $(tail -n 3 "$work/errors")"
  guest=
  tr -d '\r' < "$log" | sed -n 's/^guest: //p' > "$work/said"
  grep -qx end "$work/said" || fail 'the guest ended before its last line'
  grep -qx 'exit 143' "$work/said" || fail 'word2vec did not end as by SIGTERM, with exit code 143'
}

failed=0
# claim TRUTH TEXT: one line; the others are looked at whatever becomes of it.
claim() {
  if (($1)); then
    printf 'ok: %s\n' "$2"
  else
    printf 'FAILED: %s\n' "$2"
    failed=1
  fi
}

claim_nodes() {
  local nodes
  nodes=$(sed -n 's/^nodes //p' "$work/said")
  claim $((nodes == 4)) "the guest has $nodes memory nodes, of 4"
}

# Caches say four. The probe may overrule them, since the guest's cores are threads of this machine:
# beyond 250 ns within a cache each core is a domain of its own, up to that between two caches all
# are one. Mostly it comes to nothing in its five milliseconds, and is told as 0.
claim_domains() {
  local domains trip expected=4
  domains=$(sed -n 's/^ *"domains": \([0-9]*\).*/\1/p' "$work/said")
  trip=$(sed -n 's/^ *"round_trip_ns": \([0-9]*\).*/\1/p' "$work/said")
  [[ -n $domains && -n $trip ]] || fail 'the report says nothing of domains'
  if ((domains != 4 && trip > 0)); then
    expected=$((trip > 250 ? 8 : 1))
  fi
  claim $((domains == expected)) \
    "the report has $domains domains, of $expected by caches and a round trip of $trip ns"
}

# Of numa_maps, "ADDRESS POLICY NAME=VALUE...": the large mappings that are interleaved, which hold
# W and W' between them (the head of each is one of its own, of small pages). Prints for each whether
# it lies evenly, and how it does. The policy is asked, because pages that lie where they were first
# touched may by chance lie on each node.
judge_matrices() {
  sed -n 's/^map //p' "$work/said" |
    awk -v matrices=$((2 * matrix_pages)) -v least=$least_percent -v most=$most_percent '
      $2 ~ /interleave/ {
        split("", on)
        pages = 0
        for (k = 3; k <= NF; ++k) {
          if (split($k, part, "=") == 2 && part[1] ~ /^N[0-9]+$/) pages += on[part[1]] = part[2]
        }
        all += pages
        good = 1
        shares = ""
        for (n = 0; n < 4; ++n) {
          share = 100 * on["N" n] / pages
          if (share < least || share > most) good = 0
          shares = shares sprintf("%s%.0f", n == 0 ? "" : ", ", share)
        }
        printf "%d %d pages, %s %% on nodes 0 to 3\n", good, pages, shares
      }
      END { printf "%d %d pages in all, of %d of both matrices\n", (all >= matrices), all, matrices }'
}

claim_matrices() {
  local good how
  judge_matrices > "$work/judged"
  while read -r good how; do
    claim "$good" "interleaved: $how; want $least_percent to $most_percent % on each"
  done < "$work/judged"
}

# The cases of test_engine that mostly run where there is but one node.
claim_tests() {
  local outcome
  outcome=$(sed -n 's/^tests //p' "$work/said" | grep -E '^(exit|assertions)' | tr '\n' ' ')
  claim $(($(grep -cx 'tests exit 0' "$work/said") == 1)) "tests of memory nodes: $outcome"
}

make_guest
run_guest
claim_nodes
claim_domains
claim_matrices
claim_tests
printf '%d s, by %s\n' "$SECONDS" "$accelerator"
((failed == 0)) || {
  show_log
  exit 1
}
