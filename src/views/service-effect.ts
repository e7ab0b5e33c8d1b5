import type { Verb } from '../model/action.ts'
import type { ServiceDesired } from '../model/resource.ts'

// A service as a plan names it: it may load twice, and the second time is for what goes.
export function serviceTitle({ title, phase }: Pick<ServiceDesired, 'title' | 'phase'>): string {
  return phase === 'retire' ? `${title} (retiring)` : title
}

// What reloading a service does to requests, as measured.
export function reloadEffect(service: ServiceDesired): string {
  switch (service.test.program) {
    case 'nginx':
      return 'open requests finish in the old workers; some idle keep-alive connections close'
    case 'php-fpm':
      return (
        (service.waitForNginx > 0
          ? `first waits, at most ${service.waitForNginx} s, until no old nginx worker speaks to what goes; `
          : '') +
        `requests in progress finish, new ones wait until then, at most ` +
        `${service.patience > 0 ? `${service.patience} s` : 'process_control_timeout'}; ` +
        `this concerns every PHP ${service.test.version} pool of the server`
      )
    case 'none':
      return 'it reads its configuration again'
  }
}

// What happens to the jobs that run when an app's programs are brought to what is defined.
export function jobsEffect(verb: Verb): string {
  switch (verb) {
    case 'start':
      return 'what runs already goes on'
    case 'retire':
      return (
        'each finishes its job, at most its stop_wait_timeout, and does not come back; the plan goes on after ' +
        'ten seconds'
      )
    default:
      return (
        'what changes or goes finishes its job first, at most its stop_wait_timeout, and the plan goes on ' +
        'after ten seconds; the others are not touched'
      )
  }
}
