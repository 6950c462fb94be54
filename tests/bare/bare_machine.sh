#!/bin/sh
# The honest test of the set-up: a Debian 12 that has what debootstrap's smallest variant has and nothing else, a clone of this
# repository in it, and the front door's commands. Needs root, debootstrap and git. Nothing is mounted but in a namespace of its
# own, so FOLDER can simply be deleted afterwards.
set -eu
usage='Usage: bare_machine.sh FOLDER [COMMAND]...

  FOLDER   is made; it must not exist. Its logs are FOLDER.log and FOLDER.COMMAND.log
  COMMAND  of ./lab, run one after the other as root (default: demo test)

First an ordinary user without sudo asks for the first command and must be told one command to copy, with no package in it
that the run as root does not install.
KEEP="NAME..." hands variables on into the machine, FILES="/PATH..." copies files, where your network wants it:
a proxy, certificates, pip.conf.

Example: tests/bare/bare_machine.sh /var/tmp/bare demo test'

fail() { echo "bare_machine.sh: $1" >&2; exit 2; }

case "${1:-}" in
  -h | --help) echo "$usage"; exit 0 ;;
  '') fail 'FOLDER is missing (--help tells more)' ;;
esac
machine=$1
shift
[ $# -gt 0 ] || set -- demo test
[ ! -e "$machine" ] || fail "$machine exists already; expected the name of a folder to make"
[ "$(id -u)" = 0 ] || fail 'only root can make a machine'
for program in debootstrap git unshare; do
  command -v "$program" >/dev/null || fail "$program is missing; Debian has a package for it"
done
here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)

received() { cat /sys/class/net/*/statistics/rx_bytes | awk '{ sum += $1 } END { printf "%d", sum / 1e6 }'; }
on_disk() { du -sm --apparent-size "$machine" | cut -f1; }

# What runs inside sees this environment, /proc and a /dev/shm; all of it is gone when it ends.
inside() {
  kept=''
  for variable in ${KEEP:-}; do kept="$kept $variable=$(printenv "$variable")"; done
  unshare --mount --pid --fork sh -c 'machine=$1; shift
    mount -t proc proc "$machine/proc" && mkdir -p "$machine/dev/shm" && mount -t tmpfs tmpfs "$machine/dev/shm" &&
    exec chroot "$machine" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@"' \
    sh "$machine" $kept "$@" </dev/null
}

step() {
  name=$1
  shift
  started=$(date +%s) bytes=$(received) before=$(on_disk) code=0
  "$@" >"$machine.$name.log" 2>&1 || code=$?
  echo "$name: exit code $code, $(($(date +%s) - started)) s, $(($(received) - bytes)) MB received, $(($(on_disk) - before)) MB more on disk"
}

mkdir -p "$machine"
echo "Making a bare Debian 12 in $machine ..."
debootstrap --variant=minbase bookworm "$machine" >"$machine.log" 2>&1 || fail "debootstrap failed; its words are in $machine.log"
git clone --quiet "$here" "$machine/home/radixlab"
for file in ${FILES:-}; do mkdir -p "$machine$(dirname "$file")" && cp "$file" "$machine$file"; done
for program in g++ cmake python3 git sudo; do
  ! inside sh -c "command -v $program" >/dev/null || fail "$program is in the bare machine: it is not bare"
done
echo "It has $(on_disk) MB, and no compiler, CMake, Python, git or sudo."

inside useradd --create-home guest
step user inside su guest -c 'cd /home/radixlab && ./lab '"$1"
told=$(sed -n "s/^  su -c '\(apt-get update && apt-get install .*\)'$/\1/p" "$machine.user.log")
[ "$code" = 2 ] && [ -n "$told" ] || fail "a user was not told the command to copy; $machine.user.log"
for command in "$@"; do
  step "$command" inside sh -c "cd /home/radixlab && ./lab $command"
  [ "$code" = 0 ] || { tail -n 20 "$machine.$command.log"; fail "./lab $command failed; $machine.$command.log"; }
done
step copied inside sh -c "$told"
grep -q ' 0 newly installed' "$machine.copied.log" || fail "the command to copy has more than is needed; $machine.copied.log"
