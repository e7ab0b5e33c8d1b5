# shellcheck shell=sh
# Puts back what the plan found at a path: the file that lay there, or none.
: "${path?}"
. ./lib-records.sh

put_back "$plan_kept" "$path"
:
