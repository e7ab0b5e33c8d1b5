'use strict'
// Loads the bundle with the compiled code that the build left beside it (dist/commands.cache): compiling two megabytes of
// JavaScript costs a third of a short command's CPU. V8 itself refuses a cache of another version or another source;
// then the code is compiled as ever.
const { readFileSync } = require('node:fs')
const Module = require('node:module')
const { dirname, join } = require('node:path')
const vm = require('node:vm')

// The bundle's exports, and its script, of which a cache can be made.
function load(root) {
  const filename = join(root, 'dist', 'commands.cjs')
  const wrapped = `(function (exports, require, module, __filename, __dirname, importHere) {${readFileSync(filename, 'utf8')}\n})`
  // A cache remembers the name: one that is the same wherever Flight is installed.
  const script = new vm.Script(wrapped, { filename: 'flight/dist/commands.cjs', cachedData: cacheOf(root) })
  // oclif asks for the same file by its name and must get the same module.
  const program = new Module(filename, module)
  program.filename = filename
  program.loaded = true
  require.cache[filename] = program
  // Code from a cache cannot import by itself; oclif imports its plugins.
  const importHere = (specifier) => import(specifier)
  script
    .runInThisContext()
    .call(
      program.exports,
      program.exports,
      Module.createRequire(filename),
      program,
      filename,
      dirname(filename),
      importHere,
    )
  return { main: program.exports.main, script }
}

function cacheOf(root) {
  try {
    return readFileSync(join(root, 'dist', 'commands.cache'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

module.exports = { load }
