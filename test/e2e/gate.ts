import { type LabHost } from '../lab/host.ts'
import { appears } from './until.ts'

// A request that is held open: PHP of the fixtures waits in /hold/NAME as long as the gate is shut. `path` is what to
// ask for, `reached` waits until a worker has the request, `open` lets it end.
export type Gate = { path: string; reached(): Promise<void>; open(): Promise<void> }

const FOLDER = '/srv/hold'
let gates = 0

// A gate that is shut, on a host.
export async function shutGate(host: LabHost): Promise<Gate> {
  gates += 1
  const name = `gate-${gates}`
  await host.must(`mkdir -p -m 1777 ${FOLDER} && : >${FOLDER}/${name}`)
  return {
    path: `/hold/${name}`,
    reached: () => appears(host, `${FOLDER}/${name}.reached`),
    open: async () => void (await host.must(`rm -f ${FOLDER}/${name}`)),
  }
}

// PHP that waits at the gate named by a PHP expression.
export const WAIT_AT = (name: string) =>
  `touch('${FOLDER}/' . ${name} . '.reached'); ` +
  `while (file_exists('${FOLDER}/' . ${name})) { usleep(20000); clearstatcache(); }`
