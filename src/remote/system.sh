# shellcheck shell=sh
# What a server is, a line each.
(
  # Every server has its own.
  # shellcheck disable=SC1091
  . /etc/os-release 2>/dev/null
  printf '%s\n%s\n%s\n' "$ID" "$VERSION_CODENAME" "$PRETTY_NAME"
)
dpkg --print-architecture 2>/dev/null || uname -m
if [ -e /proc/net/if_inet6 ]; then echo yes; else echo no; fi
if [ -d /run/systemd/system ]; then echo systemd; else echo none; fi
id -u
