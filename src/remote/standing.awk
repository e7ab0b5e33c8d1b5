# Which release each program of an app stands in, whether that is live, and whether it was started with the environment
# file that lies there (the times are those that a push notes):
#   runs TAB NAME TAB RELEASE TAB 1|0 TAB 1|0
# The release is - where only this is known, that it is not the live one.
$1=="program" && NF==4 {name[$2] = $3; second[$2] = $4} $1=="leads" {to[$2] = $3}
# proc(5): starttime is in hundredths of a second since the boot. In a container it may be the boot of another machine: then
# supervisor knows the second.
function started(pid,  path, line, part, at) {
  at = second[pid]+0.999; path = "/proc/" pid "/stat"; if ((getline line <path)<=0) return at
  close(path); sub(/^.*[)] /, "", line); split(line, part, " "); line = now-up+part[20]/100
  return line>second[pid]-0.2 && line<second[pid]+1.2 ? line : at
}
function isRelease(text) {return text ~ /^[0-9a-f]+-[1-9][0-9]*$/ && index(text, "-")==13 && length(text)<=19}
function wentLive(app, release,  path, line, last) {
  path = releases "/" app "/" release "/lives"; last = 0
  while ((getline line <path)>0) last = line
  close(path); return last+0
}
function fresh(start, app,  path, line, part, i) {
  if (!(app in since)) {
    path = environments "/" app "/times"; since[app] = 0; bad[app] = 0
    while ((getline line <path)>0) {
      split(line, part, " ")
      if (part[1]=="since") since[app] = part[2]
      else if (part[1]=="bad") {bad[app]++; from[app, bad[app]] = part[2]; until[app, bad[app]] = part[3]}
    }
    close(path)
  }
  # A clock that was set back says nothing.
  if (start<=since[app]+0 && since[app]+0<=now+1) return 0
  for (i = 1; i<=bad[app]; i++) if (start>=from[app, i]-0.05 && start<=until[app, i]+0) return 0
  return 1
}
END {getline uptime <"/proc/uptime"; split(uptime, part, " "); up = part[1]; for (pid in name) {
  split(name[pid], part, "."); app = part[1]; base = "/home/" app "/" app; cwd = to["/proc/" pid "/cwd"]; live = to[base "/current"]
  if (index(live, base "/releases/")==1) live = substr(live, length(base "/releases/")+1); else sub(/^releases\//, "", live)
  start = started(pid)
  if (index(cwd, base "/releases/")==1) {release = substr(cwd, length(base "/releases/")+1); sub(/[/ ].*/, "", release); if (!isRelease(release)) continue}
  # It went elsewhere by itself: what it was started in is told by when that was.
  else if (cwd!="" && isRelease(live)) release = start>wentLive(app, live) ? live : "-"
  else continue
  print "runs\t" name[pid] "\t" release "\t" (live==release ? 1 : 0) "\t" fresh(start, app)
}}
