#!/bin/sh
# The two programs that the tests need and PyPI does not have: Chromium and Dovecot.
set -eu
PATH="$PATH:/usr/sbin:/sbin"

packages=""
if [ -z "${CHROMIUM:-}" ] && ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null; then
  packages="$packages chromium"
fi
command -v dovecot >/dev/null || packages="$packages dovecot-imapd dovecot-lmtpd"
[ -n "$packages" ] || exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
  as_root="sudo -n"
  command -v sudo >/dev/null && sudo -n true 2>/dev/null || as_root="none"
fi
if [ "$as_root" = none ] || ! command -v apt-get >/dev/null; then
  echo "The tests need these programs, and only an administrator can install them here:$packages" >&2
  echo "Debian and Ubuntu: sudo apt-get install$packages" >&2
  exit 1
fi
echo "Installing for the tests:$packages"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q >/dev/null
# shellcheck disable=SC2086  # words are meant to split
$as_root apt-get install -qy --no-install-recommends $packages >/dev/null
