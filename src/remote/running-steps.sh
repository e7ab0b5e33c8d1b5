# shellcheck shell=sh
# The steps of Flight that are running, and since when (UTC).
for unit in $(systemctl list-units --no-legend --plain --state=active,activating,deactivating 'flight-*.service' \
  2>/dev/null | cut -d' ' -f1); do
  printf '%s %s\n' "$unit" \
    "$(date -u -d "$(systemctl show -p ActiveEnterTimestamp --value "$unit")" +%FT%TZ 2>/dev/null)"
done
