import { appPaths, releasePaths } from '../model/app-paths.ts'
import { bytesInto } from '../shell/document.ts'
import { quote, words } from '../shell/quote.ts'
import { runAs } from '../shell/run-as.ts'
import type { StepOf, StepSort } from './step.ts'

// Where an artifact lies until it is unpacked: root's.
export function artifactPath(app: string, release: string): string {
  return `${releasePaths(app, release).record}/artifact.tar.gz`
}

// Unpacks as the app's user, so that nothing in an artifact reaches what that user may not touch. A half unpacked
// folder begins anew: nobody has served it. Its digest is taken meanwhile, and nothing is done with what was unpacked
// before it is known to be what was sent. What is shared wins over what the artifact has in its place.
export const unpackStep: StepSort<'unpack'> = {
  long: true,
  shell(step) {
    const { folder, record: path } = releasePaths(step.app, step.release)
    const record = quote(path)
    const artifact = quote(artifactPath(step.app, step.release))
    return [
      `[ ! -f ${record}/unpacked ] || [ ! -d ${quote(folder)} ] || exit 0`,
      `give_up() { ${runAs(step.app, `rm -rf -- ${quote(folder)}`)}; rm -f -- ${artifact}; exit 1; }`,
      `${runAs(
        step.app,
        `rm -rf -- ${quote(folder)} && mkdir -p -- ${quote(folder)} && exec tar --extract --gzip ` +
          `--no-same-owner --no-same-permissions --delay-directory-restore --directory=${quote(folder)}`,
      )} <${artifact} & unpacking=$!`,
      // Not every server has openssl, which is four times as fast.
      `digest=$(openssl dgst -sha256 -r <${artifact} 2>/dev/null || sha256sum <${artifact})`,
      `wait "$unpacking"; unpacked=$?`,
      `[ "\${digest%% *}" = ${quote(step.sha256)} ] || { echo 'the artifact is not what was sent' >&2; give_up; }`,
      `[ "$unpacked" -eq 0 ] || give_up`,
      `${runAs(step.app, linkShell(step))} || give_up`,
      bytesInto(`${record}/unpacked.new`, `${JSON.stringify(step.note)}\n`),
      `sync ${record}/unpacked.new && mv -f ${record}/unpacked.new ${record}/unpacked && rm -f -- ${artifact}`,
    ].join('\n')
  },
}

function linkShell({ app, release, linkedDirs, linkedFiles, keepAssets }: StepOf<'unpack'>): string {
  const { folder } = releasePaths(app, release)
  const { shared, current } = appPaths(app)
  return [
    `cd ${quote(folder)} || exit 1`,
    // Through a link in the artifact the removal would reach what is shared, or further.
    `inside() { case $(realpath -m -- "$1") in ${quote(folder)}|${quote(folder)}/*) ;; *) printf '%s lies behind a ` +
      `link in the artifact that leads out of the release: take it out of the repository\\n' "$1" >&2; exit 1;; ` +
      `esac; }`,
    `share() { inside "$(dirname -- "$1")" && rm -rf -- "$1" && mkdir -p -- "$(dirname -- "$1")" && ln -s -- "$2" ` +
      `"$1" || exit 1; }`,
    ...linkedDirs.map(
      (path) => `mkdir -p -- ${quote(`${shared}/${path}`)} && share ${words(path, sharedFrom(path))} || exit 1`,
    ),
    ...linkedFiles.map((path) => `share ${words(path, sharedFrom(path))} || exit 1`),
    ...(keepAssets.length === 0
      ? []
      : [
          ...KEEP_ASSETS,
          ...keepAssets.map((path) => `keep_assets ${words(path, current)}`),
          `[ ! -e .flight-kept.new ] || mv -f .flight-kept.new .flight-kept`,
        ]),
  ].join('\n')
}

// From a path in a release to the same path in what is shared.
function sharedFrom(path: string): string {
  return `${'../'.repeat(path.split('/').length + 1)}.flight/shared/${path}`
}

// Pages of the live release still ask for its assets: those
// that came with it, not those that it kept of an earlier one.
const KEEP_ASSETS = [
  `keep_assets() {`,
  `  [ -d "$2/$1" ] && [ ! -L "$2/$1" ] || return 0; inside "$1"; mkdir -p -- "$1" || exit 1`,
  `  ( cd -P -- "$2" && find "$1" -type f -print0 | sort -z >"$OLDPWD/.flight-assets"; if [ -f .flight-kept ]; then ` +
    `sort -z .flight-kept; fi >"$OLDPWD/.flight-older" )`,
  `  comm -z -23 .flight-assets .flight-older | xargs -0 -r sh -c 'from=$0; for path; do [ -e "$path" ] || [ -L ` +
    `"$path" ] || { mkdir -p -- "$(dirname -- "$path")" && cp -p -- "$from/$path" "$path" && printf "%s\\0" "$path" ` +
    `>>.flight-kept.new; } || exit 255; done' "$2" || exit 1`,
  `  rm -f .flight-assets .flight-older`,
  `}`,
]
