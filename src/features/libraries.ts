import type { ServerFeature } from './feature.ts'
import { packages } from './resources.ts'

// What releases, workers, schedulers and health checks need on every server.
const REQUIRED = [
  'acl',
  'ca-certificates',
  'cron',
  'curl',
  'git',
  'libfcgi-bin',
  'logrotate',
  'openssh-client',
  'rsync',
  'supervisor',
  'unzip',
  'zip',
]

export const librariesFeature: ServerFeature = ({ cluster }) => [
  ...packages('required libraries', REQUIRED),
  ...packages('more packages', cluster.packages),
]
