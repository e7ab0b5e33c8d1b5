import { quoted } from './example.ts'
import { DOMAIN, type Places } from './places.ts'

export function stopping(places: Places): string {
  return `npm --prefix ${quoted(places.root.replace(/\/$/, ''))} run quickstart -- stop`
}

// How to go on: every line can be pasted.
export function farewell(places: Places, time: string): string {
  return `
== Done ${time}. Two servers serve a Laravel application as the definitions say. Your turn; every line can be pasted:

  cd ${places.definitions}
  . ../env            # this shell now finds flight and the two servers

Which release is where, and what it answers:

  flight app:releases shop
  ssh -F "$FLIGHT_SSH_CONFIG" web-1 curl -s -H Host:${DOMAIN} http://localhost/

Change the application, release it, go back:

  (cd ../shop && sed -i "s/'release /'Hello from release /" app/Http/Answers.php && git commit -qam 'Say hello')
  flight app:release shop main --yes
  flight app:rollback shop --yes

Change its environment file, put it on both servers, take that back:

  sed -i 's/^APP_NAME=.*/APP_NAME=mine/' ../shop/.env
  flight env:push shop ../shop/.env
  flight env:rollback shop

Change a limit, read what that would do, do it:

  sed -i 's/^request_memory: 512/request_memory: 256/' clusters/staging.yml
  flight plan
  flight apply plan.json

Edit a file on a server behind Flight's back, ask, put it right:

  ssh -F "$FLIGHT_SSH_CONFIG" web-1 'sed -i s/10m/64m/ /etc/nginx/flight/limits.conf'
  flight drift
  flight provision staging

Look around: flight status, flight history, flight --help; the servers by ssh -F "$FLIGHT_SSH_CONFIG" NAME.

End the two servers:

  ${stopping(places)}`
}
