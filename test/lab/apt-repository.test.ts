import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startAptRepository, type AptRepository } from './apt-repository.ts'
import { labUnavailable } from './available.ts'
import { type LabHost } from './host.ts'
import { hosts, sharedLab } from './shared.ts'

const promise = labUnavailable() === undefined ? test : test.skip

const servers = () => hosts({ name: 'lab-bookworm', suite: 'bookworm' }, { name: 'lab-trixie', suite: 'trixie' })

async function withRepository(body: (repository: AptRepository) => Promise<void>): Promise<void> {
  const repository = await startAptRepository((await sharedLab()).places.gateway)
  try {
    await body(repository)
  } finally {
    await repository.close()
  }
}

const APT = 'apt-get -q -y -o Dir::Etc::SourceList=/etc/apt/lab.list -o Dir::Etc::SourceParts=/dev/null'

// Points apt at nothing but the repository, trusting the key at this address.
async function updateFrom(host: LabHost, repository: AptRepository, keyUrl: string, suite = 'stable') {
  const source = `deb [signed-by=/etc/apt/lab.key] ${repository.url} ${suite} main`
  return host.run(`
    echo '${source}' > /etc/apt/lab.list
    /usr/lib/apt/apt-helper download-file ${keyUrl} /etc/apt/lab.key &&
    ${APT} -o APT::Update::Error-Mode=any update`)
}

promise('a repository is accepted with its key and its packages install with what they depend on', async () => {
  await withRepository(async (repository) => {
    await repository.publish('stable', [
      {
        name: 'lab-hello',
        version: '1.0',
        fields: { Depends: 'lab-words (= 1.0)' },
        programs: { 'usr/bin/lab-hello': '#!/bin/sh\ncat /usr/share/lab-words\n' },
      },
      { name: 'lab-words', version: '1.0', files: { 'usr/share/lab-words': 'hello\n' } },
    ])
    for (const host of await servers()) {
      const update = await updateFrom(host, repository, repository.keyUrl)
      assert.is(update.code, 0, update.stderr)
      assert.is(await host.must(`${APT} install lab-hello >/dev/null && lab-hello`), 'hello\n')
      await host.must(`${APT} purge lab-hello lab-words`)
    }
    assert.ok(repository.requests.some((line) => line.startsWith('GET /pool/stable/lab-hello_1.0_all.deb 200')))
  })
})

promise('a repository is refused with another key, and one signed by another key is refused too', async () => {
  await withRepository(async (repository) => {
    await repository.publish('stable', [{ name: 'lab-hello', version: '1.0' }])
    await repository.publish('foreign', [{ name: 'lab-hello', version: '1.0' }], { signedBy: 'other' })
    for (const host of await servers()) {
      assert.is.not((await updateFrom(host, repository, repository.otherKeyUrl)).code, 0)
      assert.is.not((await updateFrom(host, repository, repository.keyUrl, 'foreign')).code, 0)
      assert.is((await updateFrom(host, repository, repository.twoKeysUrl, 'foreign')).code, 0)
    }
  })
})

promise('a suite that was dropped is missing', async () => {
  await withRepository(async (repository) => {
    await repository.publish('stable', [{ name: 'lab-hello', version: '1.0' }])
    const [host] = await servers()
    assert.is((await updateFrom(host, repository, repository.keyUrl)).code, 0)
    repository.drop('stable')
    assert.is.not((await updateFrom(host, repository, repository.keyUrl)).code, 0)
  })
})

promise('keys and files are served as they are: fingerprints of 40 hex digits, a known sha256', async () => {
  await withRepository(async (repository) => {
    assert.match(repository.fingerprint, /^[0-9A-F]{40}$/)
    assert.is.not(repository.fingerprint, repository.otherFingerprint)
    const debian = await repository.serveDebianKeyring('debian-archive-keyring.gpg')
    assert.ok(debian.fingerprints.length > 3)
    const file = repository.serve('composer.phar', '<?php echo "composer of the lab\\n";')
    const [host] = await servers()
    await host.must(`/usr/lib/apt/apt-helper download-file ${file.url} /tmp/file SHA256:${file.sha256}`)
    assert.match(await (await fetch(repository.armoredKeyUrl)).text(), 'BEGIN PGP PUBLIC KEY BLOCK')
  })
})

test.run()
