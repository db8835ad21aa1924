import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/*.vitest.test.js'],
    // Only here, inside Leveret's own repository: what is installed in node_modules is left alone anyway.
    server: { deps: { external: [/dist\/lib/] } },
  },
})
