import { openRemoteHost } from '../src/engine/host/remote-host.ts'
import type { UploadStep } from '../src/model/step.ts'
import { createConnector } from '../src/transport/connector.ts'
import { server, SSH } from '../test/support/builders.ts'
import { isolated } from '../test/transport/world.ts'
import type { Measured } from './measured.ts'

// Sends an artifact to one server by the code that a release has for it: `send.ts HOST SSH-CONFIG STEP`. Prints what it
// took from before the connection until the bytes are on the disk there.

const [name = '', sshConfigFile = '', step = ''] = process.argv.slice(2)
const [began, cpu] = [performance.now(), process.cpuUsage()]
const connector = createConnector({ ...isolated(), sshConfigFile })
const remote = await openRemoteHost(server(name, { host: name, ssh: { ...SSH, port: undefined } }), (to) =>
  connector.connect(to),
)
await remote.perform(JSON.parse(step) as UploadStep, {
  plan: `sha256:${'a'.repeat(64)}`,
  id: 'bench',
  progress: () => undefined,
})
const spent = process.cpuUsage(cpu)
const measured: Measured = { wall: performance.now() - began, cpu: (spent.user + spent.system) / 1000 }
remote.close()
connector.close()
process.stdout.write(JSON.stringify(measured))
