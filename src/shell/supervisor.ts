import { ENVIRONMENTS, RELEASES } from '../model/record.ts'

// Where the names lie of programs that a unit ends after their
// job: one folder a unit, root's, in memory like the unit itself.
export const DRAINS = '/run/flight/drain'

// Shell functions that speak XML-RPC to supervisord over its socket (supervisorctl is a Python program and takes 150
// ms): `calls` makes one request of lines `METHOD ARGUMENT…`, `rpc` sends it, `answers` prints short lines of what came
// back: state TAB STATE TAB NAME TAB DESCRIPTION TAB START one program, and when it was started, in seconds since 1970
// added|changed|removed TAB NAME what lies on disk and is not what runs fault TAB NUMBER OF THE CALL TAB TEXT a call
// that failed end the answer was whole `standing` reads these lines and prints in the folder of which release each
// program of an app stands, whether that is live, and whether it was started with the environment file that lies there
// (the times are those of steps/push.ts): runs TAB NAME TAB RELEASE TAB 1|0 TAB 1|0 the release is - where only this is
// known, that it is not the live one A program whose group has another name is GROUP:PROGRAM, as supervisorctl says it.
export const SUPERVISOR_FUNCTIONS = (
  `
socket=$(sed -n '/^\\[unix_http_server\\]/,/^\\[[^u]/s/^file[ \\t]*[=:][ \\t]*\\([^ \\t;]*\\).*/\\1/p' ` +
  `/etc/supervisor/supervisord.conf 2>/dev/null | tail -n 1)
: "\${socket:=/var/run/supervisor.sock}"
calls() {
  awk 'BEGIN {print "<?xml ` +
  `version=\\"1.0\\"?><methodCall><methodName>system.multicall</methodName><params><param><value><array><data>"}
    {
      printf ` +
  `"<value><struct><member><name>methodName</name><value><string>supervisor.%s</string></value></` +
  `member><member><name>params</name><value><array><data>", $1
      for (i = 2; i <= NF; i++) printf "<value>%s</value>", $i=="false" ? "<boolean>0</boolean>" : "<string>" $i ` +
  `"</string>"
      print "</data></array></value></member></struct></value>"
    }
    END {print "</data></array></value></param></params></methodCall>"}'
}
rpc() { curl -q -sS -f --noproxy '*' --max-time 60 --unix-socket "$socket" -H 'Content-Type: text/xml' -H 'Expect:' ` +
  `--data-binary @- http://localhost/RPC2; }
answers() {
  awk 'BEGIN {RS="<"; split("added changed removed", lists, " ")}
    {
      at = index($0, ">"); tag = substr($0, 1, at-1); text = substr($0, at+1); gsub(/[\\t\\n\\r]+/, " ", text)
      if (tag=="array") {depth++; if (depth==4) list++}
      else if (tag=="/array") {if (depth==4 && list==3) list = 0; depth--}
      else if (tag=="struct") {inside = 1; split("", member)}
      else if (tag=="name") key = text
      else if (tag=="string" || tag=="int" || tag=="boolean") {if (inside) member[key] = text; else if (depth==4) ` +
  `print lists[list] "\\t" text}
      else if (tag=="/struct") {
        inside = 0
        if ("faultCode" in member) print "fault\\t" (call+1) "\\t" member["faultString"]
        else print "state\\t" member["statename"] "\\t" (member["group"]==member["name"] ? "" : member["group"] ` +
  `":") member["name"] "\\t" (member["spawnerr"]=="" ? member["description"] : member["spawnerr"]) "\\t" member["start"]
      }
      else if (tag=="/value" && depth==1 && !inside) call++
      else if (tag=="/methodResponse") print "end"
    }'
}
standing() {
  ours=$(awk -F '\t' '$1=="state" && $3 ~ /^[a-z][a-z0-9-]*\\.[a-z0-9._-]+$/ && match($4, /^pid [0-9]+/) {print ` +
  `substr($4, 5, RLENGTH-4) "\t" $3 "\t" $5}')
  { printf '%s\n' "$ours" | sed 's/^/program\t/'
    printf '%s\n' "$ours" | awk -F '\t' 'NF==3 {split($2, part, "."); print "/proc/" $1 "/cwd"; link["/home/" ` +
  `part[1] "/" part[1] "/current"] = 1} END {for (path in link) print path}' |
      xargs -r sh -c 'find "$@" -maxdepth 0 -type l ! -lname "*[[:cntrl:]]*" -printf "leads\t%p\t%l\n" 2>/dev/null' sh
  } | awk -F '\t' -v now="$(date +%s.%N)" '$1=="program" && NF==4 {name[$2] = $3; second[$2] = $4} $1=="leads" ` +
  `{to[$2] = $3}
    # proc(5): starttime is in hundredths of a second since the boot. In a container it may be the boot of another ` +
  `machine: then
    # supervisor knows the second.
    function started(pid,  path, line, part, at) {
      at = second[pid]+0.999; path = "/proc/" pid "/stat"; if ((getline line <path)<=0) return at
      close(path); sub(/^.*[)] /, "", line); split(line, part, " "); line = now-up+part[20]/100
      return line>second[pid]-0.2 && line<second[pid]+1.2 ? line : at
    }
    function isRelease(text) {return text ~ /^[0-9a-f]+-[1-9][0-9]*$/ && index(text, "-")==13 && length(text)<=19}
    function wentLive(app, release,  path, line, last) {
      path = "${RELEASES}/" app "/" release "/lives"; last = 0
      while ((getline line <path)>0) last = line
      close(path); return last+0
    }
    function fresh(start, app,  path, line, part, i) {
      if (!(app in since)) {
        path = "${ENVIRONMENTS}/" app "/times"; since[app] = 0; bad[app] = 0
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
      split(name[pid], part, "."); app = part[1]; base = "/home/" app "/" app; cwd = to["/proc/" pid "/cwd"]; live ` +
  `= to[base "/current"]
      if (index(live, base "/releases/")==1) live = substr(live, length(base "/releases/")+1); else ` +
  `sub(/^releases\\//, "", live)
      start = started(pid)
      if (index(cwd, base "/releases/")==1) {release = substr(cwd, length(base "/releases/")+1); sub(/[/ ].*/, "", ` +
  `release); if (!isRelease(release)) continue}
      # It went elsewhere by itself: what it was started in is told by when that was.
      else if (cwd!="" && isRelease(live)) release = start>wentLive(app, live) ? live : "-"
      else continue
      print "runs\\t" name[pid] "\\t" release "\\t" (live==release ? 1 : 0) "\\t" fresh(start, app)
    }}'
}
draining() {
  for folder in ${DRAINS}/*/; do
    unit=\${folder%/}; unit=\${unit##*/}
    if [ -f "$folder/names" ] && systemctl is-active --quiet "$unit.service"; then cat "$folder/names"; fi
  done 2>/dev/null
}`
).trim()

// Shell that prints what supervisord says to these calls, nothing but its errors when it does not answer.
export function supervisorCalls(calls: readonly string[]): string {
  return `printf '%s\\n' ${calls.map((call) => `'${call}'`).join(' ')} | calls | rpc | answers`
}
