# Every server_name statement of nginx, as FILE:LINE:server_name NAME …, wherever it begins and however many lines it
# takes. Only lines with the word in them are taken apart, so that what else a file holds (Lua with an apostrophe)
# leads nobody astray.
function put(c) { word = word c; open = 1 }
function cut() {
  if (open) {
    text = (text == "" ? "" : text " ") word
    if (first == "") { first = word; gsub(/^["\047]|["\047]$/, "", first); at = FNR }
  }
  word = ""; open = 0
}
function done() { cut(); if (first == "server_name") print FILENAME ":" at ":" text; text = first = "" }
FNR == 1 { text = first = word = quote = ""; open = 0 }
first != "server_name" { if (!index($0, "server_name")) next; text = first = word = quote = ""; open = 0 }
{
  sub(/\r$/, "")
  for (i = 1; i <= length($0); i++) {
    c = substr($0, i, 1)
    if (c == "\\") { put(c substr($0, ++i, 1)); continue }
    if (quote != "") { put(c); if (c == quote) quote = ""; continue }
    if (c == "$" && substr($0, i + 1, 1) == "{") { put("$" "{"); i++; continue }
    if (c ~ /[ \t]/) { cut(); continue }
    if (c ~ /[;{}]/) { done(); continue }
    if (c == "#" && !open) break
    if (!open && (c == "\"" || c == "\047")) quote = c
    put(c)
  }
  if (quote == "") cut(); else put(" ")
}
