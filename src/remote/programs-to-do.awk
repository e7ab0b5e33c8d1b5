# What is to be done with the programs of one app (their names begin with `prefix`), from four files: those that are
# wanted, those that drain, where they stand, and what supervisord says of them.
FILENAME ~ /wanted$/ {wanted[$1] = 1; next}
FILENAME ~ /draining$/ {drains[$1] = 1; next}
FILENAME ~ /standing$/ {if ($4=="0" || $5=="0") elsewhere[$2] = 1; next}
{name = $1=="state" ? $3 : $2}
index(name, prefix)!=1 || name !~ /^[a-z0-9._-]+$/ || (name in drains) {next}
$1=="added" {print "addProcessGroup " name}
$1=="changed" || $1=="removed" {print "drain " name; drains[name] = 1}
# It stands in a release that is not the live one, or has read an environment file that does not lie there any more: it
# finishes its job and comes back with what is there.
$1=="state" && (name in elsewhere) {print "drain " name; drains[name] = 1; next}
$1=="state" && $2 ~ /^(STOPPED|EXITED|FATAL|UNKNOWN)$/ && (name in wanted) {print "startProcess " name " false"}
