# Short lines of what supervisord answered:
#   state TAB STATE TAB NAME TAB DESCRIPTION TAB START    one program, and when it was started, in seconds since 1970
#   added|changed|removed TAB NAME                        what lies on disk and is not what runs
#   fault TAB NUMBER OF THE CALL TAB TEXT                 a call that failed
#   end                                                   the answer was whole
# A program whose group has another name is GROUP:PROGRAM, as supervisorctl says it.
BEGIN {RS="<"; split("added changed removed", lists, " ")}
{
  at = index($0, ">"); tag = substr($0, 1, at-1); text = substr($0, at+1); gsub(/[\t\n\r]+/, " ", text)
  if (tag=="array") {depth++; if (depth==4) list++}
  else if (tag=="/array") {if (depth==4 && list==3) list = 0; depth--}
  else if (tag=="struct") {inside = 1; split("", member)}
  else if (tag=="name") key = text
  else if (tag=="string" || tag=="int" || tag=="boolean") {if (inside) member[key] = text; else if (depth==4) print lists[list] "\t" text}
  else if (tag=="/struct") {
    inside = 0
    if ("faultCode" in member) print "fault\t" (call+1) "\t" member["faultString"]
    else print "state\t" member["statename"] "\t" (member["group"]==member["name"] ? "" : member["group"] ":") member["name"] "\t" (member["spawnerr"]=="" ? member["description"] : member["spawnerr"]) "\t" member["start"]
  }
  else if (tag=="/value" && depth==1 && !inside) call++
  else if (tag=="/methodResponse") print "end"
}
