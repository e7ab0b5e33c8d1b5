# One XML-RPC request of lines `METHOD ARGUMENT…`.
BEGIN {print "<?xml version=\"1.0\"?><methodCall><methodName>system.multicall</methodName><params><param><value><array><data>"}
{
  printf "<value><struct><member><name>methodName</name><value><string>supervisor.%s</string></value></member><member><name>params</name><value><array><data>", $1
  for (i = 2; i <= NF; i++) printf "<value>%s</value>", $i=="false" ? "<boolean>0</boolean>" : "<string>" $i "</string>"
  print "</data></array></value></member></struct></value>"
}
END {print "</data></array></value></param></params></methodCall>"}
