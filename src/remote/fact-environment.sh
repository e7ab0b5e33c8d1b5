# shellcheck shell=sh
# Environment files (lines of APP PATH), each read by its app's user alone, one line an answer.
: "${files?}" "${most?}"

printf '%s' "$files" | while IFS=' ' read -r user path; do
  # An app that has no user here has no file either.
  if getent passwd "$user" >/dev/null; then
    timeout 10 runuser -u "$user" -- env -i PATH=/usr/bin:/bin sh ./read-environment.sh "$path" "$most" \
      </dev/null 2>/dev/null || echo unreadable
  else
    echo absent
  fi
done
