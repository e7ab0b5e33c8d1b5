# What the files of FPM's pools need, one line each: T a pool that is there twice, D the folder of a socket, U and G a
# user and a group that may use it. Then TAB NAME TAB FILE:LINE TAB the first place.
/^[[:space:]]*([;#]|$)/ {next}
/^[[:space:]]*\[/ {
  pool = $0; sub(/^[[:space:]]*\[/, "", pool); sub(/\].*/, "", pool)
  file = FILENAME; sub(/.*\//, "", file); at = FILENAME ":" FNR
  if (pool != "global" && (pool in first) && (file ~ /^flight/ || flights[pool])) {
    print "T\t" pool "\t" at "\t" first[pool]
  }
  if (!(pool in first)) first[pool] = at
  if (file ~ /^flight/) flights[pool] = 1
  next
}
{
  key = $0; sub(/[[:space:]]*=.*/, "", key); sub(/^[[:space:]]*/, "", key)
  value = $0; sub(/^[^=]*=[[:space:]]*/, "", value); sub(/[[:space:]]*(;.*)?$/, "", value)
  gsub(/["\047]/, "", value); gsub(/\$pool/, pool, value)
}
key == "listen" && value ~ /^\// {
  sub(/\/[^\/]*$/, "", value); print "D\t" (value == "" ? "/" : value) "\t" FILENAME ":" FNR
}
key == "listen.acl_users" || key == "listen.acl_groups" {
  n = split(value, names, /[[:space:]]*,[[:space:]]*/)
  for (i = 1; i <= n; i++) if (names[i] != "") {
    print (key == "listen.acl_users" ? "U" : "G") "\t" names[i] "\t" FILENAME ":" FNR
  }
}
