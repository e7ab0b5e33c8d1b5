// The way in: one field, no script.
export function loginForm({ isWrong, next }: { isWrong: boolean; next: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Log in · Flight</title>
<link rel="stylesheet" href="/assets/flight.css">
</head>
<body>
<main>
<h1>Flight</h1>
${isWrong ? '<p role="alert">That is no token that may read here. Is it whole, and not expired?</p>\n' : ''}<form method="post" action="/login">
<p><label for="token">Token for reading</label></p>
<p><input id="token" name="token" type="password" autocomplete="current-password" required autofocus></p>
<input type="hidden" name="next" value="${next}">
<p><button type="submit">Log in</button></p>
</form>
<p>Whoever runs this server makes one: <code>flight serve:token --purpose read</code></p>
</main>
</body>
</html>
`
}
