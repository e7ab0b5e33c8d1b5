# The paths that are wanted otherwise (W), are there with another digest (D), and are noted as Flight's own (M).
$1 == "W" {wanted[substr($0, 68)] = $2}
$1 == "D" {digest[substr($0, 69)] = $2}
/^M\t/ {split($0, field, "\t"); if (field[3] == forgotten) delete own[field[4]]; else own[field[4]] = 1}
END {for (path in wanted) if ((path in digest) && digest[path] != wanted[path] && (path in own)) print path}
