export const OCCASIONS = ['start', 'success', 'failure', 'rollback', 'drift'] as const
export type Occasion = (typeof OCCASIONS)[number]

// A webhook of somebody else's that is told what happened. Its
// address is a secret: it lies in a file of the controller.
export type Receiver = { name: string; urlFile: string; format: 'slack' | 'json'; on: readonly Occasion[] }

// `serve` of flight.yml with its defaults.
export type ServeSettings = {
  listen: { host: string; port: number }
  url: string | undefined // how others reach it; without it links are relative to what they asked
  tls: { certificate: string; key: string } | undefined // absolute files
  trustedProxies: readonly string[] // addresses and networks whose X-Forwarded-For and -Proto are believed
  atOnce: number // requests that run side by side
  perServer: number // of these on one server
  patience: number // seconds that a release waits for a server that cannot be reached
  supersede: boolean // a newer commit of the same ref takes the place of one that waits
  look: number // seconds between two looks at what is live; 0: never
  drift: { hour: number; minute: number } | undefined // local time, every day
  notify: readonly Receiver[]
}
