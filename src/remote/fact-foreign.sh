# shellcheck shell=sh
# Lines of live configuration that make one of the claims, comments left out; first the files that are Flight's own.
: "${claims?}" "${manifest?}" "${forgotten?}"

server_names() {
  (
    set -- /dev/null
    for file in /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/*; do
      if [ -f "$file" ] && [ -r "$file" ]; then set -- "$@" "$file"; fi
    done
    awk -f ./server-names.awk "$@"
  )
}
search() {
  case $1 in
    nginx-server-name | flight-server-name) server_names ;;
    nginx-default-server)
      grep -IRHnE '^[^#]*listen[^#]*default_server' /etc/nginx/nginx.conf /etc/nginx/conf.d /etc/nginx/sites-enabled
      ;;
    fpm-pool) grep -IHnE '^[[:space:]]*\[' /etc/php/*/fpm/pool.d/*.conf ;;
    apt-source)
      grep -IHnE '^[[:space:]]*(deb|URIs:|Suites:|Signed-By:|Enabled:)' /etc/apt/sources.list \
        /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources
      ;;
  esac 2>/dev/null
}

awk -F '\t' -v forgotten="$forgotten" '$2==forgotten {delete own[$3]; next} {own[$3]=1}
  END {for (path in own) print path}' "$manifest" 2>/dev/null
printf '\0'
for claim in $claims; do
  search "$claim"
  printf '\0'
done
