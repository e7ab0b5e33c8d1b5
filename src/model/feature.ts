// What a user recognises on a server, as plans say it: `nginx site of shop`. The name of an app has no spaces.
export function featureOf(what: string, app: string): string {
  return `${what} of ${app}`
}

// What lies there of an app that does not want it on that server any more.
export function leftFeatureOf(app: string): string {
  return `${app}, no longer wanted here`
}

// Whether a feature is one of that app.
export function isFeatureOf(feature: string, app: string): boolean {
  return feature === leftFeatureOf(app) || feature.endsWith(featureOf('', app))
}
