import type { ServiceDesired } from '../model/resource.ts'

// What reloading a service does to requests, as measured.
export function reloadEffect(service: ServiceDesired): string {
  switch (service.test.program) {
    case 'nginx':
      return 'open requests finish in the old workers; some idle keep-alive connections close'
    case 'php-fpm':
      return (
        'requests in progress finish, new ones wait until then, at most process_control_timeout; ' +
        `this concerns every PHP ${service.test.version} pool of the server`
      )
    case 'none':
      return 'it reads its configuration again'
  }
}
