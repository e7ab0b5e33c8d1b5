# Which of the programs that drain have ended, and which run again. The number of a call is the number of the line of
# its name.
FILENAME == "names" {name[FNR] = $1; next}
$1 == "fault" {if ($3 ~ /^BAD_NAME/) print "ended " name[$2]}
$1 == "state" && $2 ~ /^(STOPPED|EXITED|FATAL|UNKNOWN)$/ {print "ended " $3}
$1 == "state" && $2 ~ /^(RUNNING|STARTING|BACKOFF)$/ {print "runs " $3}
