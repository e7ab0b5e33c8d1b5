'use strict'
// Loaded into a `flight serve` whose memory is measured: collects garbage when it is told to, so that what is left is what is held.
require('node:v8').setFlagsFromString('--expose-gc')
const collect = require('node:vm').runInNewContext('gc')
process.on('SIGUSR2', () => collect())
