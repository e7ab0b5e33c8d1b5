// Turns apt's output into one short line: how many packages are unpacked and set up. Other output passes unseen.
export function installProgress(progress: (text: string) => void): (chunk: Buffer) => void {
  let rest = ''
  let total = 0
  let got = 0
  let unpacked = 0
  let ready = 0
  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    let moved = false
    for (const line of lines) {
      const announced = /^flight: total (\d+)$/.exec(line)
      if (announced !== null) total = Number(announced[1])
      else if (/^Get:\d+ .*\.deb|^Get:\d+ \S+ \S+ \S+ \S+ /.test(line) && total > 0) got += 1
      else if (line.startsWith('Unpacking ')) unpacked += 1
      else if (line.startsWith('Setting up ')) ready += 1
      else continue
      moved = true
    }
    if (!moved || total === 0) return
    if (ready > 0) progress(`${Math.min(ready, total)} of ${total} packages set up`)
    else if (unpacked > 0) progress(`${Math.min(unpacked, total)} of ${total} packages unpacked`)
    else progress(`${Math.min(got, total)} of ${total} packages fetched`)
  }
}
