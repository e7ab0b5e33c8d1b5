# shellcheck shell=sh
# Speaks XML-RPC to supervisord over its socket (supervisorctl is a Python program and takes 150 ms).
: "${drains?}" "${releases?}" "${environments?}"

socket=$(sed -n '/^\[unix_http_server\]/,/^\[[^u]/s/^file[ \t]*[=:][ \t]*\([^ \t;]*\).*/\1/p' \
  /etc/supervisor/supervisord.conf 2>/dev/null | tail -n 1)
: "${socket:=/var/run/supervisor.sock}"

# Makes one request of lines `METHOD ARGUMENT…`.
calls() { awk -f ./supervisor-calls.awk; }

rpc() {
  curl -q -sS -f --noproxy '*' --max-time 60 --unix-socket "$socket" -H 'Content-Type: text/xml' -H 'Expect:' \
    --data-binary @- http://localhost/RPC2
}

# Prints short lines of what came back, `end` last when it was whole.
answers() { awk -f ./supervisor-answers.awk; }

# Reads these lines and prints in the folder of which release each program of an app stands.
standing() {
  ours=$(awk -F '\t' '$1=="state" && $3 ~ /^[a-z][a-z0-9-]*\.[a-z0-9._-]+$/ && match($4, /^pid [0-9]+/) {
    print substr($4, 5, RLENGTH-4) "\t" $3 "\t" $5}')
  {
    printf '%s\n' "$ours" | sed 's/^/program\t/'
    printf '%s\n' "$ours" | awk -F '\t' 'NF==3 {
      split($2, part, "."); print "/proc/" $1 "/cwd"; link["/home/" part[1] "/" part[1] "/current"] = 1
    } END {for (path in link) print path}' | xargs -r sh ./links-lead.sh
  } | awk -F '\t' -v now="$(date +%s.%N)" -v releases="$releases" -v environments="$environments" -f ./standing.awk
}

# The names of the programs that a unit ends after their job.
draining() {
  for folder in "$drains"/*/; do
    unit=${folder%/}
    unit=${unit##*/}
    if [ -f "$folder/names" ] && systemctl is-active --quiet "$unit.service"; then cat "$folder/names"; fi
  done 2>/dev/null
}
