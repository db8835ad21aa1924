// For require() where it does not take ES modules: jest loads modules by itself. Node's own loader does.
const { createRequire } = process.getBuiltinModule('node:module')
module.exports = createRequire(__filename)('../dist/lib/testing.js')
