import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

// One page that people read: its path from the top of the repository, and its text.
export type Page = { path: string; text: string }

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

export function page(path: string): Page {
  return { path, text: readFileSync(join(root, path), 'utf8') }
}

// Every page of the repository, sorted.
export function pages(): Page[] {
  const below = (folder: string) =>
    (readdirSync(join(root, folder), { recursive: true }) as string[])
      .filter((file) => file.endsWith('.md'))
      .map((file) => `${folder}/${file}`)
  return ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'test/lab/README.md', ...below('docs'), ...below('plans')]
    .sort()
    .map(page)
}

// Code between fences, with the language that the fence names.
export function blocks({ text }: Page): { language: string; code: string }[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({ language, code }))
}

// What stands between backticks outside of fences.
export function quotedIn({ text }: Page): string[] {
  return [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, quoted = '']) => quoted)
}

// The targets of links, relative ones as paths from the top, with what follows a #.
export function links({ path, text }: Page): { target: string; anchor: string | undefined }[] {
  const targets = [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, target = '']) => target,
  )
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#')
      return { target: file === '' ? path : relative(root, join(root, dirname(path), file)), anchor }
    })
}

// The anchors of a page's headings, as GitHub makes them.
export function anchors({ text }: Page): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}
