# shellcheck shell=sh
# Leads back at once.
. ./lib-push-lock.sh
. ./lib-push-back.sh

lead_back
systemctl stop "$unit.timer" 2>/dev/null
:
