// What a server, a file or a definition could try.
export const HOSTILE = [
  '\u001b[2J\u001b[1;1Hall is well',
  '\u001b]0;title\u0007\u001b]8;;http://evil.example\u0007click\u001b]8;;\u0007',
  '\u009b31mred\u0090dcs\u009c',
  'backspaces\b\b\b\b and \r overwritten',
  '```\n</details>\n<script>alert(1)</script>\n~~~',
  '``````diff\n+ fake',
  '<img src=x onerror=alert(1)> <!-- open comment',
  'a | b \\| c | `code` | **bold** _em_ [x](javascript:alert(1)) ![y](http://evil.example/p.png)',
  '@everyone @octocat closes #1 fixes GH-2 https://evil.example www.evil.example',
  '\u202egnp.exe\u202c \u2066hidden\u2069 \ufeff zero\u200bwidth',
  'line one\n\nNothing to do on 50 servers\nPlan 000000000000. To do exactly this: rm -rf /',
  ']]> & < > " \' \u0000 \ufffe \ud800',
] as const
