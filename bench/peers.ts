import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { must, run } from '../test/lab/command.ts'
import { FLIGHT, say, type Scene } from './scene.ts'
import { measure } from './measured.ts'
import { median, seconds, table } from './table.ts'

const ROUNDS = 3
const FILES = [
  '/etc/php/8.2/fpm/pool.d/flight.conf',
  '/etc/php/8.2/fpm/pool.d/www.conf',
  '/etc/php/8.2/fpm/conf.d/99-flight.ini',
  '/etc/nginx/flight/limits.conf',
  '/etc/nginx/conf.d/flight-default.conf',
  '/etc/nginx/sites-available/default',
]
const PACKAGES = (
  'acl composer cron curl git libfcgi-bin logrotate nginx php8.2-bcmath php8.2-cli php8.2-curl php8.2-fpm php8.2-gd ' +
  'php8.2-intl php8.2-mbstring php8.2-mysql php8.2-opcache php8.2-pgsql php8.2-redis php8.2-sqlite3 php8.2-xml ' +
  'php8.2-zip rsync supervisor unzip zip'
).split(' ')
const SERVICES = ['php8.2-fpm', 'nginx', 'cron', 'supervisor']

// The same state as an Ansible playbook, nothing to do: pipelining,
// no facts, one apt task, a loop for files and services.
export async function benchPeers(scene: Scene): Promise<void> {
  say('\nC. Ansible, the same packages, files and services, nothing to do')
  if (!(await hasAnsible())) {
    say('  not measured: apt-get install ansible does not work here')
    return
  }
  const version = (await must('ansible-playbook', ['--version'])).split('\n')[0]
  const folder = mkdtempSync(join(tmpdir(), 'flight-bench-peers-'))
  try {
    writePlaybook(folder, scene)
    const env = { ANSIBLE_CONFIG: join(folder, 'ansible.cfg'), ANSIBLE_HOME: join(folder, 'home') }
    const ansible = (...words: string[]) =>
      measure([{ words: ['ansible-playbook', '-i', join(folder, 'hosts'), ...words, join(folder, 'play.yml')] }], {
        env,
      })
    const flight = () =>
      measure([{ words: [...FLIGHT, 'plan', '--out', '-'] }], {
        env: { FLIGHT_SSH_CONFIG: scene.sshConfig },
        cwd: scene.folder,
      })
    const sides = {
      'flight plan': flight,
      'ansible-playbook': () => ansible(),
      'ansible-playbook --check': () => ansible('--check'),
    }
    await ansible()
    const rows = []
    for (const [name, side] of Object.entries(sides)) {
      const all = []
      const channels = await scene.counted(async () => all.push(await side()))
      for (let round = 1; round < ROUNDS; round += 1) all.push(await side())
      rows.push([
        name,
        seconds(median(all.map((one) => one.wall))),
        seconds(median(all.map((one) => one.cpu))),
        channels,
      ])
    }
    say(
      `  ${version}, medians of ` +
        `${ROUNDS}\n\n${table(['4 servers', 'wall', 'CPU here', 'connections / channels'], rows)}`,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function hasAnsible(): Promise<boolean> {
  if ((await run('sh', ['-c', 'command -v ansible-playbook'])).code === 0) return true
  say('  installs ansible (apt-get, a minute or two)')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return (
    (await run('apt-get', ['-q', '-y', '--no-install-recommends', 'install', 'ansible'], { env, timeoutSeconds: 300 }))
      .code === 0
  )
}

function writePlaybook(folder: string, scene: Scene): void {
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text)
  mkdirSync(join(folder, 'files'))
  const files = FILES.map((path, at) => {
    const name = `${at}-${basename(path)}`
    copyFileSync(join(scene.hosts[0]?.root ?? '', path), join(folder, 'files', name))
    return `      - { src: files/${name}, dest: ${path} }\n`
  })
  put('hosts', scene.hosts.map((host) => `${host.name}\n`).join(''))
  put(
    'ansible.cfg',
    `[defaults]\nforks = 50\ngathering = explicit\ninterpreter_python = ` +
      `/usr/bin/python3\n[ssh_connection]\npipelining = True\nssh_args = -F ${scene.sshConfig} -o ` +
      `ControlMaster=auto -o ` +
      `ControlPersist=60s\ncontrol_path_dir = ${folder}/cp\n`,
  )
  put(
    'play.yml',
    `- hosts: all
  gather_facts: false
  tasks:
    - apt: { name: [ ${PACKAGES.join(', ')} ], state: present, install_recommends: false }
    - copy: { src: "{{ item.src }}", dest: "{{ item.dest }}", owner: root, group: root, mode: "0644" }
      loop:
${files.join('')}    - systemd: { name: "{{ item }}", state: started, enabled: true }
      loop: [ ${SERVICES.join(', ')} ]
`,
  )
}
