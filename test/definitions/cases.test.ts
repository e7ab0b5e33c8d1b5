import { readdirSync, readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { APP, CLUSTER, inFolder, said } from './folder.ts'

// A case of cases/*.yml: `cluster` and `app` are appended to the smallest valid ones (their first line is line 5 and
// 4), `files` stand beside or instead of them. `warns` is compared only when nothing is wrong.
type Case = {
  title: string
  cluster?: string
  app?: string
  files?: Record<string, string>
  without?: string[]
  says?: string[]
  warns?: string[]
}

const folder = new URL('cases/', import.meta.url)

for (const file of readdirSync(folder).sort()) {
  for (const one of load(readFileSync(new URL(file, folder), 'utf8')) as Case[]) {
    test(`${file.replace('.yml', '')}: ${one.title}`, async () => {
      const files: Record<string, string> = {
        'clusters/staging.yml': CLUSTER + (one.cluster ?? ''),
        'apps/shop.yml': APP + (one.app ?? 'servers: [ { name: work-1 } ]\n'),
        ...one.files,
      }
      for (const name of one.without ?? []) delete files[name]
      const { problems, warnings } = await inFolder(files, said)
      assert.equal(problems, one.says ?? [])
      assert.equal(warnings, one.warns ?? [])
    })
  }
}

test.run()
