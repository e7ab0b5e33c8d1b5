// `npm run quickstart`: from a fresh clone to a Laravel application on two real servers. Begins with nothing but Node.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const argument = process.argv[2]
const reason = whyNot()
if (argument !== undefined && argument !== 'stop')
  refuse(`npm run quickstart takes nothing, or \`-- stop\`; it got "${argument}"`)
else if (reason !== undefined) refuse(`quickstart ${reason}.`)
else if (argument === 'stop') await stop()
else await start()

async function start() {
  const began = Date.now()
  if (!(await installed())) return
  const { register } = await import('tsx/esm/api')
  register()
  const { quickstart } = await import('./quickstart.ts')
  await quickstart(root, began)
}

async function stop() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json')))
    return refuse(`There is nothing to stop: ${root} has never run quickstart (it has no node_modules).`)
  const { register } = await import('tsx/esm/api')
  register()
  const { stopQuickstart } = await import('./quickstart.ts')
  await stopQuickstart(root)
}

// Everything that is known before anything is installed; the lab looks closer (namespaces, overlay) later.
function whyNot() {
  if (Number(process.versions.node.split('.')[0]) < 20) return `needs Node.js 20 or newer, this is ${process.version}`
  if (process.platform !== 'linux')
    return `boots Debian servers on this machine and needs Linux for that, this is ${process.platform}`
  const system = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  if (!/^ID(_LIKE)?=.*debian/m.test(system))
    return 'needs Debian or a relative of it (apt-get and debootstrap) to boot servers on this machine'
  if (process.getuid() !== 0)
    return 'boots two servers on this machine (mounts, network interfaces) and needs root for that: run it as root'
  return undefined
}

// The packages of package.json, and dist/, from which bin/flight runs; both are made when they are missing or old.
async function installed() {
  const packages = ageOf('node_modules/.package-lock.json')
  if (packages === undefined || packages < ageOf('package-lock.json')) {
    process.stdout.write('Installing the npm packages of this folder (npm ci)\n')
    return (await npm('ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error')) && isBuilt()
  }
  return isBuilt() || npm('run', '--silent', 'build')
}

function isBuilt() {
  const built = ageOf('dist/commands.cjs')
  const sources = spawnSync(
    'find',
    [
      'src',
      'schemas',
      'templates',
      'build',
      '-type',
      'f',
      '-not',
      '-path',
      '*/generated/*',
      '-newer',
      'dist/commands.cjs',
    ],
    { cwd: root, encoding: 'utf8' },
  )
  return built !== undefined && sources.stdout === ''
}

function ageOf(file) {
  return statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs
}

// npm as it runs us, in this folder; Ctrl-C reaches it by itself, so that only the end is waited for.
function npm(...words) {
  const [program, ...before] = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm']
  const child = spawn(program, [...before, ...words], { cwd: root, stdio: 'inherit' })
  let asked
  const heed = (signal) => {
    asked = signal
    if (signal === 'SIGTERM') child.kill(signal)
  }
  process.on('SIGINT', heed).on('SIGTERM', heed)
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(refuse(`npm cannot be started: ${error.message}`)))
    child.once('close', (code) => {
      process.off('SIGINT', heed).off('SIGTERM', heed)
      if (asked !== undefined) process.exitCode = asked === 'SIGINT' ? 130 : 143
      else if (code !== 0) refuse(`quickstart stops here: npm ${words[0]} ended with ${code}, its own words are above.`)
      resolve(code === 0 && asked === undefined)
    })
  })
}

function refuse(text) {
  process.stderr.write(`${text}\n`)
  process.exitCode = 1
  return false
}
