// For require(). Node takes ES modules there; jest, which has a module loader of its own, does not before Node 24.9. Its
// Module class is derived from Node's, whose loader then does it, outside the sandbox.
const Module = require('node:module')

const NodeModule = Object.getPrototypeOf(Module)
const { createRequire } = typeof NodeModule.createRequire === 'function' ? NodeModule : Module

module.exports = createRequire(__filename)('../dist/lib/client.js')
