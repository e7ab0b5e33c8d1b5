import type { ServerFeature } from './feature.ts'
import { selfReadingService } from './services.ts'

// Workers and schedulers need these two. What supervisor has not loaded is a matter of each app's programs.
export const backgroundServicesFeature: ServerFeature = () => ['cron', 'supervisor'].map(selfReadingService)
