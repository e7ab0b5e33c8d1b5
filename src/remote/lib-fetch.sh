# shellcheck shell=sh
# URL FILE: downloads with apt's own fetcher (it is on every Debian and Ubuntu, and knows the machine's proxies). As
# root: it drops privileges into a folder it may not write.
fetch() {
  /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=20 \
    -o Acquire::https::Timeout=20 download-file "$1" "$2" >&2 || exit 1
}
