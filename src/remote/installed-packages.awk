# NAME TAB VERSION of each wanted package (W) that is installed, or that an installed one provides: a virtual package
# counts as installed then (php8.2-redis is php-redis on Debian).
$1 == "W" {wanted[$2] = 1}
substr($1, 2, 1) == "i" {
  if ($2 in wanted) print $2 "\t" $3
  n = split($4, provided, /, */)
  for (i = 1; i <= n; i++) {
    sub(/[ (].*/, "", provided[i])
    if ((provided[i] in wanted) && provided[i] != $2) print provided[i] "\t" $3
  }
}
