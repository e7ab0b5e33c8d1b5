# shellcheck shell=sh
# Speaks to an FPM pool through its own socket, with libfcgi's client.

# SOCKET SCRIPT SECONDS NAME=VALUE…: prints what a script answers, its head first, at most 64 KB.
ask_fastcgi() {
  at_socket=$1 script=$2 seconds=$3
  shift 3
  env -i PATH=/usr/bin:/bin REQUEST_METHOD=GET GATEWAY_INTERFACE=CGI/1.1 SERVER_PROTOCOL=HTTP/1.1 \
    SERVER_SOFTWARE=flight REMOTE_ADDR=127.0.0.1 SERVER_ADDR=127.0.0.1 HTTP_USER_AGENT='Flight health check' \
    SCRIPT_FILENAME="$script" "$@" timeout "$seconds" cgi-fcgi -bind -connect "$at_socket" 2>/dev/null </dev/null |
    head -c 65536
}

# Reads that and prints the status, 0 where there was no answer.
fastcgi_status() {
  tr -d '\r' | awk 'BEGIN {status = 200} NF==0 {exit} tolower($1)=="status:" {status = $2}
    END {print NR==0 ? 0 : status}'
}
